//! Streams of subscriptions, for other tasks than the driver's.

use bayeux_proto::{Config, Instant, Session, Transport};
use bayeux_transport::{CallError, Driver, Options, SubscriptionEvent};

use crate::{
    bayeux::Script,
    handle::{channel, data, drive, driver},
    peer::Server,
    world::{in_time, lanes_with},
};

#[tokio::test]
async fn a_subscription_that_nobody_waits_for_any_more_is_unsubscribed() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/b").await;
            script.send(&[&asked.reply()]).await;
            let asked = script.expect("/meta/unsubscribe").await;
            assert!(
                asked.json.contains(r#""subscription":"/a""#),
                "{}",
                asked.json
            );
            script.send(&[&asked.reply()]).await;
            script
        };
        let asking = async {
            let a = channel("/a");
            let mut waiting = Box::pin(handle.subscribe(&a));
            tokio::select! {
                biased;
                _ = &mut waiting => unreachable!("the driver has not run"),
                () = core::future::ready(()) => {}
            }
            // The driver takes commands in order, so that the answer of the subscription is there.
            handle.publish(&channel("/b"), "1").await.unwrap();
            drop(waiting);
            core::future::pending::<()>().await;
        };
        let exchange = async {
            tokio::select! {
                script = serving => script,
                () = asking => unreachable!("it waits for ever"),
            }
        };
        drive(&mut driver, exchange).await;
    })
    .await;
}

#[tokio::test]
async fn each_subscription_has_a_stream_and_dropping_it_unsubscribes() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        driver.session().subscribe(&channel("/own")).unwrap();
        let handle = driver.handle();
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/ready").await;
            script.send(&[&asked.reply()]).await;
            script
                .send(&[
                    r#"{"channel":"/a","data":1}"#,
                    r#"{"channel":"/own","data":2}"#,
                    r#"{"channel":"/b","data":3}"#,
                ])
                .await;
            gone.await.unwrap();
            let asked = script.expect("/meta/unsubscribe").await;
            assert!(
                asked.json.contains(r#""subscription":"/a""#),
                "{}",
                asked.json
            );
            script.send(&[&asked.reply()]).await;
            let asked = script.expect("/meta/subscribe").await;
            assert!(
                asked.json.contains(r#""subscription":"/*""#),
                "{}",
                asked.json
            );
            script.send(&[&asked.reply()]).await;
            script
        };
        let asking = async {
            let mut a = handle.subscribe(&channel("/a")).await.unwrap();
            let mut all = handle.subscribe(&channel("/*")).await.unwrap();
            handle.publish(&channel("/ready"), "1").await.unwrap();
            assert!(matches!(a.next().await, Some(SubscriptionEvent::Confirmed)));
            assert_eq!(data(a.next().await), "1");
            assert!(matches!(
                all.next().await,
                Some(SubscriptionEvent::Confirmed)
            ));
            for expected in ["1", "2", "3"] {
                assert_eq!(data(all.next().await), expected);
            }
            assert_eq!(a.channel().as_str(), "/a");
            drop(a);
            go.send(()).unwrap();
            all.renew();
            assert!(matches!(
                all.next().await,
                Some(SubscriptionEvent::Confirmed)
            ));
            all
        };
        let (events, (_script, mut all)) =
            drive(&mut driver, async { tokio::join!(serving, asking) }).await;
        // Only the subscription of the program itself shows in the events of the driver.
        let deliveries = events.iter().filter(|event| event.starts_with("Delivery"));
        assert_eq!(deliveries.count(), 1, "{events:?}");
        let subscribed = events.iter().filter(|event| event.contains("Subscribed"));
        assert_eq!(subscribed.count(), 1, "{events:?}");
        assert!(!events.concat().contains("Unsubscribed"), "{events:?}");
        drop(driver);
        assert!(all.next().await.is_none());
        let late = handle.publish(&channel("/a"), "1").await;
        assert!(matches!(late, Err(CallError::DriverEnded)));
        assert!(matches!(
            handle.subscribe(&channel("/a")).await,
            Err(CallError::DriverEnded)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_listener_has_a_stream_without_a_subscription_on_the_wire() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            // A subscribe would be answered before the publish.
            let asked = script.expect("/service/auth").await;
            assert_eq!(asked.id, "2", "the second message after the handshake");
            script
                .send(&[&asked.reply(), r#"{"channel":"/service/data","data":1}"#])
                .await;
            script
        };
        let asking = async {
            let mut stream = handle.listen(&channel("/service/*")).await.unwrap();
            let auth = channel("/service/auth");
            handle.publish(&auth, "1").await.unwrap();
            assert_eq!(data(stream.next().await), "1");
        };
        drive(&mut driver, async { tokio::join!(serving, asking) }).await;
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_is_not_read_counts_missed_messages_and_holds_up_nobody() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/ready").await;
            let many: Vec<String> = (0..1100)
                .map(|n| format!(r#"{{"channel":"/a","data":{n}}}"#))
                .collect();
            let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
            let reply = asked.reply();
            many.push(&reply);
            script.send(&many).await;
            let asked = script.expect("/again").await;
            script
                .send(&[r#"{"channel":"/a","data":"last"}"#, &asked.reply()])
                .await;
            script
        };
        let asking = async {
            let mut stream = handle.subscribe(&channel("/a")).await.unwrap();
            handle.publish(&channel("/ready"), "1").await.unwrap();
            assert!(matches!(
                stream.next().await,
                Some(SubscriptionEvent::Confirmed)
            ));
            for n in 0..1023 {
                assert_eq!(data(stream.next().await), n.to_string());
            }
            handle.publish(&channel("/again"), "1").await.unwrap();
            assert!(matches!(
                stream.next().await,
                Some(SubscriptionEvent::Missed(77))
            ));
            assert_eq!(data(stream.next().await), "\"last\"");
        };
        drive(&mut driver, async { tokio::join!(serving, asking) }).await;
    })
    .await;
}

#[tokio::test]
async fn large_messages_that_wait_are_bounded_by_the_size_of_their_frames() {
    in_time(async {
        let server = Server::bind().await;
        let mut options = Options::default();
        (options.max_frame, options.max_body) = (1_000, 1_000);
        let mut session = Session::new(Config::default(), 7);
        session.connect(Instant::ORIGIN);
        let mut driver = Driver::new(session, lanes_with(&server.url(), options), ());
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/ready").await;
            for n in 0..10 {
                let padded = format!(r#"{{"channel":"/a","data":{n},"pad":"{:900}"}}"#, "");
                script.send(&[&padded]).await;
            }
            script.send(&[&asked.reply()]).await;
            script
        };
        let asking = async {
            let mut stream = handle.subscribe(&channel("/a")).await.unwrap();
            handle.publish(&channel("/ready"), "1").await.unwrap();
            assert!(matches!(
                stream.next().await,
                Some(SubscriptionEvent::Confirmed)
            ));
            for n in 0..4 {
                assert_eq!(data(stream.next().await), n.to_string());
            }
            assert!(matches!(
                stream.next().await,
                Some(SubscriptionEvent::Missed(6))
            ));
        };
        drive(&mut driver, async { tokio::join!(serving, asking) }).await;
    })
    .await;
}

#[tokio::test]
async fn a_full_stream_merges_events_that_are_no_messages() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            for _ in 0..4 {
                let asked = script.expect("/ready").await;
                let many = vec![r#"{"channel":"/a","data":1}"#; 1100];
                script.send(&many).await;
                script.send(&[&asked.reply()]).await;
            }
            script
        };
        let asking = async {
            let mut stream = handle.subscribe(&channel("/a")).await.unwrap();
            for _ in 0..4 {
                handle.publish(&channel("/ready"), "1").await.unwrap();
                stream.renew();
            }
            // The last renewal is answered before this.
            let (mut confirmed, mut messages, mut missed) = (0, 0, 0);
            while messages + missed < 4400 {
                match stream.next().await {
                    Some(SubscriptionEvent::Confirmed) => confirmed += 1,
                    Some(SubscriptionEvent::Delivery(_)) => messages += 1,
                    Some(SubscriptionEvent::Missed(count)) => missed += count,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!((messages, missed), (1023, 3377));
            assert!(confirmed <= 2, "{confirmed}");
        };
        drive(&mut driver, async { tokio::join!(serving, asking) }).await;
    })
    .await;
}

#[tokio::test]
async fn a_driver_taken_apart_unsubscribes_its_streams() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/ready").await;
            script.send(&[&asked.reply()]).await;
            let asked = script.expect("/meta/unsubscribe").await;
            assert!(
                asked.json.contains(r#""subscription":"/a""#),
                "{}",
                asked.json
            );
            script
        };
        let driving = async {
            let asking = async {
                let stream = handle.subscribe(&channel("/a")).await.unwrap();
                handle.publish(&channel("/ready"), "1").await.unwrap();
                stream
            };
            let (_, mut stream) = drive(&mut driver, asking).await;
            let mut driver = Driver::from_parts(driver.into_parts());
            while stream.next().await.is_some() {}
            driver.run().await
        };
        tokio::select! {
            _script = serving => {}
            end = Box::pin(driving) => panic!("{end}"),
        }
    })
    .await;
}

#[tokio::test]
async fn streams_tell_refusals_gaps_and_the_end() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/meta/subscribe").await;
            let refusal = asked.reply().replace(
                r#""successful":true"#,
                r#""successful":false,"error":"503::Busy""#,
            );
            script.send(&[&refusal]).await;
            // The session requests it again by itself.
            let asked = script.expect("/meta/subscribe").await;
            script
                .send(&[&asked.reply(), r#"{"channel":"/meta/disconnect"}"#])
                .await;
            drop(script);
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/meta/disconnect").await;
            script.send(&[&asked.reply()]).await;
            script
        };
        let asking = async {
            let mut stream = handle.subscribe(&channel("/a")).await.unwrap();
            let mut told = Vec::new();
            loop {
                match stream.next().await.unwrap() {
                    SubscriptionEvent::Refused(error) => told.push(format!("refused {error}")),
                    SubscriptionEvent::Gap { cause, .. } => {
                        told.push(format!("gap: {cause}"));
                        handle.disconnect();
                    }
                    SubscriptionEvent::Ended(end) => {
                        told.push(format!("ended: {end}"));
                        return told;
                    }
                    SubscriptionEvent::Confirmed => told.push("confirmed".to_owned()),
                    other => panic!("{other:?}"),
                }
            }
        };
        let (_, (_script, mut told)) =
            drive(&mut driver, async { tokio::join!(serving, asking) }).await;
        // Whether the last subscribe is confirmed before the disconnect is up to the timing.
        told.dedup();
        assert_eq!(
            told[..3],
            [
                "refused 503 Busy",
                "confirmed",
                "gap: the server forgot the session"
            ]
        );
        assert_eq!(told.last().unwrap(), "ended: disconnected as asked");
    })
    .await;
}
