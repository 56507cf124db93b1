//! A session and lanes driven together, against a scripted server.

use core::{
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bayeux_proto::{Cause, Channel, Close, Config, Instant, Session, SessionEvent, Transport};
use bayeux_transport::{DialError, Driver, DriverEvent, Error};

use crate::{
    bayeux::{BayeuxRequest, answer_until_connect, read},
    peer::Server,
    world::{in_time, lanes, once},
};

/// Returns a driver of a session that subscribes to `/chat` over this transport only.
fn driver(server: &Server, transport: Transport) -> Driver {
    driver_with(server, transport, |_| {})
}

/// Returns such a driver with further changes of the configuration.
fn driver_with(server: &Server, transport: Transport, change: impl FnOnce(&mut Config)) -> Driver {
    let mut config = Config::default();
    config.transports = vec![transport];
    change(&mut config);
    let mut session = Session::new(config, 7);
    session.subscribe(&Channel::new("/chat").unwrap()).unwrap();
    session.connect(Instant::ORIGIN);
    Driver::new(session, lanes(&server.url()), ())
}

/// Collects the events of the driver, each in a word, up to `last`.
async fn events_until(driver: &mut Driver, last: &str) -> Vec<String> {
    let mut events = Vec::new();
    while events.last().is_none_or(|word| word != last) {
        events.push(word(&driver.next().await));
    }
    events
}

fn word(event: &DriverEvent) -> String {
    match event {
        DriverEvent::Session(SessionEvent::Connecting) => "connecting".to_owned(),
        DriverEvent::Session(SessionEvent::Up { transport, .. }) => format!("up {transport}"),
        DriverEvent::Session(SessionEvent::Subscribed(_)) => "subscribed".to_owned(),
        DriverEvent::Session(SessionEvent::Ended(end)) => format!("ended {end}"),
        DriverEvent::Delivery(delivery) => format!("got {:?}", delivery.data().unwrap()),
        DriverEvent::Unexpected(why, delivery) => format!("stray {why:?} {}", delivery.channel()),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_session_over_a_websocket_delivers_in_order_and_disconnects() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut peer = server.accept_websocket().await;
            let connect = answer_until_connect(&mut peer).await;
            // One frame with deliveries around an unexpected message, and a reply that leads to a
            // new connect.
            let events = [
                r#"{"channel":"/chat","data":1}"#,
                r#"{"channel":"/elsewhere","data":2}"#,
                &connect.reply(),
                r#"{"channel":"/chat","data":3}"#,
            ];
            peer.text(&format!("[{}]", events.join(","))).await;
            answer_until_connect(&mut peer).await;
            peer.text(r#"[{"channel":"/chat","data":"last"}]"#).await;
            let disconnect = read(&peer.read_text().await).remove(0);
            assert_eq!(disconnect.channel, "/meta/disconnect");
            peer.text(&format!("[{}]", disconnect.reply())).await;
            peer.gone().await;
        };
        let asking = async {
            let mut events = events_until(&mut driver, "got \"last\"").await;
            driver.disconnect();
            events.extend(events_until(&mut driver, "ended disconnected as asked").await);
            // The disconnect is complete; the remaining actions are performed by another call.
            assert!(once(driver.next()).await.is_none());
            events
        };
        let ((), events) = tokio::join!(serving, asking);
        let mut events: Vec<_> = events.iter().map(String::as_str).collect();
        // The position of these two among the others is up to the session.
        events.retain(|word| !["connecting", "up websocket"].contains(word));
        assert_eq!(
            events,
            [
                "subscribed",
                "got 1",
                "stray Unrouted /elsewhere",
                "got 3",
                "got \"last\"",
                "ended disconnected as asked",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_over_long_polling_delivers_the_events_in_connect_replies() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::LongPolling);
        let (held, mut connects) = tokio::sync::mpsc::unbounded_channel();
        let answering = async {
            // One task per connection: connects are passed to the test, everything else is
            // answered.
            loop {
                let (mut peer, held) = (server.accept().await, held.clone());
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let asked = read(&request.body);
                        let replies: Vec<_> = asked.iter().map(BayeuxRequest::reply).collect();
                        let answer = replies.join(",");
                        let (more, released) = tokio::sync::oneshot::channel();
                        let more = if asked.iter().any(|asked| asked.channel == "/meta/connect") {
                            held.send(more).unwrap();
                            released.await.unwrap_or_default()
                        } else {
                            String::new()
                        };
                        peer.respond("200 OK", &[], &format!("[{more}{answer}]"))
                            .await;
                    }
                });
            }
        };
        let asking = async {
            let mut events = Vec::new();
            for n in 1..=3 {
                // Connects may be sent before the subscription.
                while !events.iter().any(|word| word == "subscribed") {
                    let event = driver.next().await;
                    events.push(word(&event));
                    if let Ok(connect) = connects.try_recv() {
                        let _: Result<(), String> = connect.send(String::new());
                    }
                }
                let connect: tokio::sync::oneshot::Sender<String> = {
                    let mut next = pin!(connects.recv());
                    loop {
                        tokio::select! {
                            connect = &mut next => break connect.unwrap(),
                            event = driver.next() => events.push(word(&event)),
                        }
                    }
                };
                let event = format!(r#"{{"channel":"/chat","data":{n}}},"#);
                connect.send(event).unwrap();
                events.extend(events_until(&mut driver, &format!("got {n}")).await);
            }
            events
        };
        let events = tokio::select! {
            () = answering => unreachable!("it goes on for ever"),
            events = asking => events,
        };
        let got: Vec<_> = events
            .iter()
            .filter(|word| word.starts_with("got"))
            .collect();
        assert_eq!(got, ["got 1", "got 2", "got 3"]);
    })
    .await;
}

#[tokio::test]
async fn long_polling_uses_two_connections_for_as_long_as_the_server_keeps_them() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver_with(&server, Transport::LongPolling, |config| {
            config.connect_spacing = Duration::ZERO;
        });
        let connections = AtomicUsize::new(0);
        let answering = async {
            loop {
                let mut peer = server.accept().await;
                connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let requests = read(&request.body);
                        let mut messages: Vec<_> =
                            requests.iter().map(BayeuxRequest::reply).collect();
                        if requests
                            .iter()
                            .any(|asked| asked.channel == "/meta/connect")
                        {
                            messages.push(r#"{"channel":"/chat","data":1}"#.to_owned());
                        }
                        let answer = format!("[{}]", messages.join(","));
                        peer.respond("200 OK", &[], &answer).await;
                    }
                });
            }
        };
        let receiving = async {
            for _ in 0..100 {
                events_until(&mut driver, "got 1").await;
            }
        };
        tokio::select! {
            () = answering => unreachable!("the server accepts forever"),
            () = receiving => {}
        }
        assert_eq!(connections.load(Ordering::Relaxed), 2);
    })
    .await;
}

#[tokio::test]
async fn session_events_precede_the_delivery_that_caused_them() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::LongPolling);
        let (polls, mut polled) = tokio::sync::mpsc::unbounded_channel();
        let answering = async {
            // One task per connection: connects are passed to the test, everything else is
            // answered.
            loop {
                let (mut peer, polls) = (server.accept().await, polls.clone());
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let asked = read(&request.body);
                        let replies: Vec<_> = asked.iter().map(BayeuxRequest::reply).collect();
                        let mut before = String::new();
                        if asked.iter().any(|asked| asked.channel == "/meta/connect") {
                            let (answer, answered) = tokio::sync::oneshot::channel::<String>();
                            polls.send(answer).unwrap();
                            // The connection is cut if the test drops the sender.
                            let Ok(event) = answered.await else { return };
                            before = event;
                        }
                        let answer = format!("[{before}{}]", replies.join(","));
                        peer.respond("200 OK", &[], &answer).await;
                    }
                });
            }
        };
        let asking = async {
            let mut events = Vec::new();
            let (mut has_cut, mut has_answered) = (false, false);
            while !events.iter().any(|word| word == "got 1") {
                tokio::select! {
                    poll = polled.recv() => {
                        let poll = poll.unwrap();
                        let is_subscribed = events.iter().any(|word| word == "subscribed");
                        if is_subscribed && !has_cut {
                            has_cut = true;
                            drop(poll);
                        } else if has_cut && !has_answered {
                            has_answered = true;
                            poll.send(r#"{"channel":"/chat","data":1},"#.to_owned()).unwrap();
                        } else {
                            poll.send(String::new()).unwrap();
                        }
                    }
                    event = driver.next() => events.push(word(&event)),
                }
            }
            events
        };
        let events = tokio::select! {
            () = answering => unreachable!("it goes on for ever"),
            events = asking => events,
        };
        let gap = &events[events.len() - 2];
        assert!(gap.starts_with("Session(Gap"), "{events:?}");
    })
    .await;
}

#[tokio::test]
async fn cancelling_the_driver_and_calling_it_again_loses_nothing() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let many = 500;
        let serving = async {
            let mut peer = server.accept_websocket().await;
            answer_until_connect(&mut peer).await;
            for n in 0..many / 2 {
                let (one, two) = (2 * n, 2 * n + 1);
                peer.text(&format!(
                    r#"[{{"channel":"/chat","data":{one}}},{{"channel":"/chat","data":{two}}}]"#
                ))
                .await;
            }
            peer
        };
        let asking = async {
            let (mut got, mut given_up) = (Vec::new(), 0);
            while got.len() < many {
                match once(driver.next()).await {
                    None => {
                        given_up += 1;
                        tokio::task::yield_now().await;
                    }
                    Some(DriverEvent::Delivery(delivery)) => {
                        got.push(delivery.data().unwrap().as_u64().unwrap());
                    }
                    Some(_) => {}
                }
            }
            assert!(given_up > 0);
            got
        };
        let (_peer, got) = tokio::join!(serving, asking);
        assert!(got.iter().copied().eq(0..many as u64));
    })
    .await;
}

#[tokio::test]
async fn the_error_of_a_failed_attempt_precedes_the_session_event() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        drop(server);
        let mut failed = None;
        loop {
            match driver.next().await {
                DriverEvent::LaneFailed(_, error) => failed = Some(error),
                DriverEvent::Session(SessionEvent::AttemptFailed { cause, .. }) => {
                    assert_eq!(cause, Cause::Lane(Close::ConnectionRefused));
                    assert!(matches!(
                        failed,
                        Some(Error::Dial(DialError::Connect { .. }))
                    ));
                    break;
                }
                DriverEvent::Session(SessionEvent::Connecting) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn deliveries_outlive_the_driver() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut peer = server.accept_websocket().await;
            answer_until_connect(&mut peer).await;
            peer.text(r#"[{"channel":"/chat","data":{"text":"kept"}}]"#)
                .await;
            peer
        };
        let asking = async {
            loop {
                if let DriverEvent::Delivery(delivery) = driver.next().await {
                    break delivery;
                }
            }
        };
        let (peer, delivery) = tokio::join!(serving, asking);
        drop((driver, peer));
        let delivery = tokio::spawn(async move { delivery }).await.unwrap();
        assert_eq!(delivery.channel(), "/chat");
        assert_eq!(
            delivery.data().unwrap().get("text").unwrap().as_str(),
            Some("kept")
        );
        assert!(!format!("{delivery:?}").contains("kept"));
    })
    .await;
}

#[tokio::test]
async fn a_saved_session_counts_events_that_were_not_returned_as_missed() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut peer = server.accept_websocket().await;
            let connect = answer_until_connect(&mut peer).await;
            peer.text(&format!("[{}]", connect.reply())).await;
            let connect = answer_until_connect(&mut peer).await;
            let events = [
                r#"{"channel":"/chat","data":1}"#,
                r#"{"channel":"/chat","data":2}"#,
                &connect.reply(),
            ];
            peer.text(&format!("[{}]", events.join(","))).await;
            peer
        };
        let asking = async {
            events_until(&mut driver, "got 1").await;
        };
        let (_peer, ()) = tokio::join!(serving, asking);
        let early = driver.save().gap_since().unwrap();
        assert_eq!(word(&driver.next().await), "got 2");
        let late = driver.save().gap_since().unwrap();
        assert!(early < late, "{early} {late}");
    })
    .await;
}
