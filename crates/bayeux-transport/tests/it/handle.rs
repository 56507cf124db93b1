//! Handles: requests from other tasks, and the end of the driver that carries them out.

use bayeux_proto::{Channel, Config, Instant, Misuse, Outcome, Session, SessionEvent, Transport};
use bayeux_transport::{CallError, Driver, DriverEvent, SubscriptionEvent};

use crate::{
    bayeux::{Script, read},
    peer::Server,
    world::{in_time, lanes, once},
};

pub(crate) fn channel(name: &str) -> Channel {
    Channel::lenient(name).unwrap()
}

pub(crate) fn driver(server: &Server, transport: Transport) -> Driver {
    let mut config = Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 7);
    session.connect(Instant::ORIGIN);
    Driver::new(session, lanes(&server.url()), ())
}

/// Drives while `other` runs; events are collected as text.
pub(crate) async fn drive<T>(
    driver: &mut Driver,
    other: impl Future<Output = T>,
) -> (Vec<String>, T) {
    let mut events = Vec::new();
    let mut other = core::pin::pin!(other);
    loop {
        tokio::select! {
            done = &mut other => return (events, done),
            event = driver.next() => events.push(format!("{event:?}")),
        }
    }
}

pub(crate) fn data(event: Option<SubscriptionEvent>) -> String {
    match event {
        Some(SubscriptionEvent::Delivery(delivery)) => delivery.data().unwrap().to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_publish_from_another_task_gets_the_reply() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/a").await;
            assert!(asked.json.contains(r#""data":{"n":1}"#), "{}", asked.json);
            let reply = asked.reply().replacen('{', r#"{"ext":{"seen":7},"#, 1);
            script.send(&[&reply]).await;
            let asked = script.expect("/b").await;
            let refusal = asked.reply().replace(
                r#""successful":true"#,
                r#""successful":false,"error":"403:/b:Denied","ext":{"why":8}"#,
            );
            script.send(&[&refusal]).await;
            script
        };
        let asking = tokio::spawn(async move {
            let published = handle.publish(&channel("/a"), r#"{"n":1}"#).await.unwrap();
            assert_eq!(published.outcome, Outcome::Accepted);
            let reply = published.reply.unwrap();
            let ext = reply.message().unwrap().ext().unwrap();
            assert_eq!(ext.get("seen").unwrap().as_u64(), Some(7));
            match handle.publish(&channel("/b"), "1").await {
                Err(CallError::Refused { error, reply }) => {
                    assert_eq!(error.to_string(), "403 Denied");
                    let reply = reply.unwrap();
                    let ext = reply.message().unwrap().ext().unwrap();
                    assert_eq!(ext.get("why").unwrap().as_u64(), Some(8));
                }
                other => panic!("{other:?}"),
            }
            let misuse = handle.publish(&channel("/meta/x"), "1").await;
            assert!(matches!(
                misuse,
                Err(CallError::Misuse(Misuse::ForbiddenChannel { .. }))
            ));
        });
        let (events, (_script, asked)) =
            drive(&mut driver, async { tokio::join!(serving, asking) }).await;
        asked.unwrap();
        assert!(!events.concat().contains("Published"), "{events:?}");
    })
    .await;
}

#[tokio::test]
async fn a_publish_without_a_reply_has_an_unknown_outcome() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::LongPolling);
        let handle = driver.handle();
        let answering = async {
            loop {
                let mut peer = server.accept().await;
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let asked = read(&request.body).remove(0);
                        match asked.channel.as_str() {
                            "/meta/connect" => core::future::pending().await,
                            "/a" => peer.respond("200 OK", &[], "[]").await,
                            _ => {
                                let reply = format!("[{}]", asked.reply());
                                peer.respond("200 OK", &[], &reply).await;
                            }
                        }
                    }
                });
            }
        };
        let asking = async {
            for _ in 0..20 {
                let published = handle.publish(&channel("/a"), "1").await.unwrap();
                assert_eq!(published.outcome, Outcome::Unknown);
                assert!(published.reply.is_none());
            }
        };
        tokio::select! {
            () = answering => unreachable!("it goes on for ever"),
            _ = drive(&mut driver, asking) => {}
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_gets_the_answer_before_after_and_without_the_reply() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            for case in 0..4 {
                let asked = script.expect("/service/sum").await;
                let (id, reply) = (&asked.id, asked.reply());
                let answer = format!(
                    r#"{{"channel":"/service/sum","id":"{id}","successful":true,"data":{case}}}"#
                );
                match case {
                    0 => script.send(&[&reply, &answer]).await,
                    1 => script.send(&[&answer, &reply]).await,
                    2 => script.send(&[&answer]).await,
                    _ => {
                        script.send(&[&reply]).await;
                        script.send(&[&answer]).await;
                    }
                }
            }
            let asked = script.expect("/service/sum").await;
            let refusal = asked.reply().replace(
                r#""successful":true"#,
                r#""successful":false,"error":"400::No""#,
            );
            script.send(&[&refusal]).await;
            script
        };
        let asking = async {
            for case in 0..4 {
                let answer = handle
                    .call(&channel("/service/sum"), "[1,2]")
                    .await
                    .unwrap();
                assert_eq!(answer.data().unwrap().as_u64(), Some(case));
            }
            let refused = handle.call(&channel("/service/sum"), "1").await;
            assert!(
                matches!(refused, Err(CallError::Refused { .. })),
                "{refused:?}"
            );
        };
        let (events, _) = drive(&mut driver, async { tokio::join!(serving, asking) }).await;
        assert!(!events.concat().contains("Answer"), "{events:?}");
        assert!(!events.concat().contains("Published"), "{events:?}");
    })
    .await;
}

#[tokio::test]
async fn a_call_gets_its_answer_behind_any_number_of_other_publishes() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let call = script.expect("/service/sum").await;
            script.send(&[&call.reply()]).await;
            for _ in 0..70 {
                let asked = script.expect("/a").await;
                script.send(&[&asked.reply()]).await;
            }
            let id = &call.id;
            let answer = format!(r#"{{"channel":"/service/sum","id":"{id}","data":3}}"#);
            script.send(&[&answer]).await;
            script
        };
        let (sum, a) = (channel("/service/sum"), channel("/a"));
        let publishing = async {
            for _ in 0..70 {
                handle.publish(&a, "1").await.unwrap();
            }
        };
        let asking = async { tokio::join!(handle.call(&sum, "1"), publishing).0 };
        let (events, (_script, answer)) =
            drive(&mut driver, async { tokio::join!(serving, asking) }).await;
        assert_eq!(answer.unwrap().data().unwrap().as_u64(), Some(3));
        assert!(!events.concat().contains("Unexpected"), "{events:?}");
    })
    .await;
}

#[tokio::test]
async fn requests_whose_callers_are_gone_are_not_sent() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let (a, b) = (channel("/a"), channel("/b"));
        assert!(once(handle.publish(&a, "1")).await.is_none());
        assert!(once(handle.call(&a, "1")).await.is_none());
        assert!(once(handle.subscribe(&a)).await.is_none());
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/b").await;
            assert_eq!(asked.id, "2", "the second message after the handshake");
            script.send(&[&asked.reply()]).await;
            script
        };
        let asking = async { handle.publish(&b, "1").await.unwrap() };
        drive(&mut driver, async { tokio::join!(serving, asking) }).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_whose_session_ends_without_an_answer_fails() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/service/sum").await;
            script.send(&[&asked.reply()]).await;
            script
                .send(&[r#"{"channel":"/meta/disconnect","successful":true}"#])
                .await;
            drop(script);
            let mut script = Script::new(server.accept_websocket().await, "{}");
            script.expect("/meta/connect").await;
            script
        };
        let sum = channel("/service/sum");
        let asking = handle.call(&sum, "1");
        let (_, (_script, answer)) =
            drive(&mut driver, async { tokio::join!(serving, asking) }).await;
        assert!(matches!(answer, Err(CallError::Unanswered)), "{answer:?}");
    })
    .await;
}

#[tokio::test]
async fn replies_are_events_on_request_before_the_session_events_they_lead_to() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        driver.report_replies(true);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, r#"{"sfdc":"x"}"#);
            script.expect("/meta/connect").await;
            script
        };
        let asking = async {
            let mut was_up = false;
            loop {
                match driver.next().await {
                    DriverEvent::Session(SessionEvent::Up { .. }) => was_up = true,
                    DriverEvent::Reply(reply) => {
                        assert!(!was_up);
                        assert_eq!(reply.channel(), "/meta/handshake");
                        let message = reply.message().unwrap();
                        assert_eq!(message.envelope().client_id, Some("c1"));
                        let ext = message.ext().unwrap();
                        break assert_eq!(ext.get("sfdc").unwrap().as_str(), Some("x"));
                    }
                    _ => {}
                }
            }
        };
        let (_script, ()) = tokio::join!(serving, asking);
    })
    .await;
}

#[tokio::test]
async fn a_driver_taken_apart_is_put_together_again_in_the_same_session() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        driver.session().subscribe(&channel("/a")).unwrap();
        let handle = driver.handle();
        let (done, is_done) = tokio::sync::oneshot::channel::<()>();
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            script.expect("/meta/connect").await;
            script
                .send(&[
                    r#"{"channel":"/a","data":1}"#,
                    r#"{"channel":"/a","data":2}"#,
                ])
                .await;
            let asked = script.expect("/b").await;
            assert!(asked.json.contains(r#""clientId":"c1""#), "{}", asked.json);
            done.send(()).unwrap();
            script
        };
        let asking = async {
            while !matches!(driver.next().await, DriverEvent::Delivery(_)) {}
            let parts = driver.into_parts();
            assert!(
                matches!(parts.events[..], [DriverEvent::Delivery(_)]),
                "{:?}",
                parts.events
            );
            let late = handle.publish(&channel("/b"), "1").await;
            assert!(matches!(late, Err(CallError::DriverEnded)));
            let mut driver = Driver::new(parts.session, parts.lanes, ());
            driver.publish(&channel("/b"), "1").unwrap();
            let (_, done) = drive(&mut driver, is_done).await;
            done.unwrap();
        };
        tokio::join!(serving, Box::pin(asking));
    })
    .await;
}

#[tokio::test]
async fn run_drives_for_handles_until_the_session_ends() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let handle = driver.handle();
        let running = tokio::spawn(async move { driver.run().await.to_string() });
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let asked = script.expect("/a").await;
            script.send(&[&asked.reply()]).await;
            let asked = script.expect("/meta/disconnect").await;
            script.send(&[&asked.reply()]).await;
        };
        let asking = async {
            handle.wake();
            handle.publish(&channel("/a"), "1").await.unwrap();
            handle.disconnect();
        };
        tokio::join!(serving, asking);
        assert_eq!(running.await.unwrap(), "disconnected as asked");
    })
    .await;
}
