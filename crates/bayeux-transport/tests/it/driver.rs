//! A session and lanes driven together, against a scripted server.

use core::pin::pin;

use bayeux_proto::{Cause, Channel, Close, Config, Session, SessionEvent, Transport};
use bayeux_transport::{DialError, Driver, DriverEvent, Error};

use crate::{
    bayeux::{Asked, answer_until_connect, read},
    peer::Server,
    world::{in_time, lanes, once},
};

/// A driver of a session that wants `/chat` over this transport alone.
fn driver(server: &Server, transport: Transport) -> Driver {
    let mut config = Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 7);
    session.subscribe(&Channel::new("/chat").unwrap()).unwrap();
    session.connect();
    Driver::new(session, lanes(&server.url()), ())
}

/// What the driver says, in a word, until `last` is said.
async fn said_until(driver: &mut Driver, last: &str) -> Vec<String> {
    let mut said = Vec::new();
    while said.last().is_none_or(|word| word != last) {
        said.push(word(&driver.next().await));
    }
    said
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
async fn a_session_over_a_websocket_delivers_in_order_and_takes_its_leave() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut peer = server.accept_websocket().await;
            let connect = answer_until_connect(&mut peer).await;
            // One frame with deliveries around a stray, and a reply that leads to a new connect.
            let events = [
                r#"{"channel":"/chat","data":1}"#,
                r#"{"channel":"/elsewhere","data":2}"#,
                &connect.reply(),
                r#"{"channel":"/chat","data":3}"#,
            ];
            peer.text(&format!("[{}]", events.join(","))).await;
            answer_until_connect(&mut peer).await;
            peer.text(r#"[{"channel":"/chat","data":"last"}]"#).await;
            let farewell = read(&peer.read_text().await).remove(0);
            assert_eq!(farewell.channel, "/meta/disconnect");
            peer.text(&format!("[{}]", farewell.reply())).await;
            peer.gone().await;
        };
        let asking = async {
            let mut said = said_until(&mut driver, "got \"last\"").await;
            driver.session().disconnect();
            said.extend(said_until(&mut driver, "ended disconnected as asked").await);
            // The farewell has been said; what the session still wants is done by another turn.
            assert!(once(driver.next()).await.is_none());
            said
        };
        let ((), said) = tokio::join!(serving, asking);
        let mut said: Vec<_> = said.iter().map(String::as_str).collect();
        // Where these two stand among the others is the session's business.
        said.retain(|word| !["connecting", "up websocket"].contains(word));
        assert_eq!(
            said,
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
async fn a_session_over_long_polling_delivers_what_comes_with_its_connects() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::LongPolling);
        let (held, mut holding) = tokio::sync::mpsc::unbounded_channel();
        let answering = async {
            // One task a connection: connects are handed out, everything else is answered.
            loop {
                let (mut peer, held) = (server.accept().await, held.clone());
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let asked = read(&request.body);
                        let replies: Vec<_> = asked.iter().map(Asked::reply).collect();
                        let answer = replies.join(",");
                        let (more, held_back) = tokio::sync::oneshot::channel();
                        let more = if asked.iter().any(|asked| asked.channel == "/meta/connect") {
                            held.send(more).unwrap();
                            held_back.await.unwrap_or_default()
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
            let mut said = Vec::new();
            for n in 1..=3 {
                // Connects may go out before the subscription is asked for.
                while !said.iter().any(|word| word == "subscribed") {
                    let event = driver.next().await;
                    said.push(word(&event));
                    if let Ok(connect) = holding.try_recv() {
                        let _: Result<(), String> = connect.send(String::new());
                    }
                }
                let connect: tokio::sync::oneshot::Sender<String> = {
                    let mut next = pin!(holding.recv());
                    loop {
                        tokio::select! {
                            connect = &mut next => break connect.unwrap(),
                            event = driver.next() => said.push(word(&event)),
                        }
                    }
                };
                let event = format!(r#"{{"channel":"/chat","data":{n}}},"#);
                connect.send(event).unwrap();
                said.extend(said_until(&mut driver, &format!("got {n}")).await);
            }
            said
        };
        let said = tokio::select! {
            () = answering => unreachable!("it goes on for ever"),
            said = asking => said,
        };
        let got: Vec<_> = said.iter().filter(|word| word.starts_with("got")).collect();
        assert_eq!(got, ["got 1", "got 2", "got 3"]);
    })
    .await;
}

#[tokio::test]
async fn what_the_session_says_of_an_event_comes_before_it() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::LongPolling);
        let (polls, mut polling) = tokio::sync::mpsc::unbounded_channel();
        let answering = async {
            // One task a connection: connects are handed out, everything else is answered.
            loop {
                let (mut peer, polls) = (server.accept().await, polls.clone());
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let asked = read(&request.body);
                        let replies: Vec<_> = asked.iter().map(Asked::reply).collect();
                        let mut before = String::new();
                        if asked.iter().any(|asked| asked.channel == "/meta/connect") {
                            let (tell, told) = tokio::sync::oneshot::channel::<String>();
                            polls.send(tell).unwrap();
                            // The connection is cut where nobody says what to answer.
                            let Ok(event) = told.await else { return };
                            before = event;
                        }
                        let answer = format!("[{before}{}]", replies.join(","));
                        peer.respond("200 OK", &[], &answer).await;
                    }
                });
            }
        };
        let asking = async {
            let mut said = Vec::new();
            let (mut has_cut, mut has_told) = (false, false);
            while !said.iter().any(|word| word == "got 1") {
                tokio::select! {
                    poll = polling.recv() => {
                        let poll = poll.unwrap();
                        let is_subscribed = said.iter().any(|word| word == "subscribed");
                        if is_subscribed && !has_cut {
                            has_cut = true;
                            drop(poll);
                        } else if has_cut && !has_told {
                            has_told = true;
                            poll.send(r#"{"channel":"/chat","data":1},"#.to_owned()).unwrap();
                        } else {
                            poll.send(String::new()).unwrap();
                        }
                    }
                    event = driver.next() => said.push(word(&event)),
                }
            }
            said
        };
        let said = tokio::select! {
            () = answering => unreachable!("it goes on for ever"),
            said = asking => said,
        };
        let gap = &said[said.len() - 2];
        assert!(gap.starts_with("Session(Gap"), "{said:?}");
    })
    .await;
}

#[tokio::test]
async fn a_driver_that_is_given_up_and_asked_again_loses_nothing() {
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
async fn the_error_behind_a_failed_attempt_comes_before_what_the_session_makes_of_it() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        drop(server);
        let mut failed = None;
        loop {
            match driver.next().await {
                DriverEvent::LaneFailed(_, error) => failed = Some(error),
                DriverEvent::Session(SessionEvent::AttemptFailed { cause, .. }) => {
                    assert_eq!(cause, Cause::Lane(Close::Unreachable));
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
