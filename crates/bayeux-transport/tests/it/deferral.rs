//! The acknowledgement extension over real sockets: nothing is lost, and nothing comes twice.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md` of `bayeux-proto`.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use bayeux_proto::{Ack, Channel, Config, Instant, Session, SessionEvent, Transport};
use bayeux_transport::{Driver, DriverEvent, Options};

use crate::{
    bayeux::{BayeuxRequest, Script, read},
    peer::Server,
    world::{in_time, lanes_with},
};

const ON: &str = r#"{"ack":true}"#;

fn driver(server: &Server, transport: Transport) -> Driver<Ack> {
    driver_with(server, transport, Options::default())
}

fn driver_with(server: &Server, transport: Transport, options: Options) -> Driver<Ack> {
    let mut config = Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 7);
    session.subscribe(&Channel::new("/chat").unwrap()).unwrap();
    session.connect(Instant::ORIGIN);
    Driver::new(session, lanes_with(&server.url(), options), Ack::new())
}

fn event(data: &str) -> String {
    format!(r#"{{"channel":"/chat","data":{data}}}"#)
}

/// Returns a successful connect reply with the number of its batch.
fn reply(connect: &BayeuxRequest, batch: u32) -> String {
    let ext = format!(r#"{{"ext":{{"ack":{batch}}},"#);
    connect.reply().replacen('{', &ext, 1)
}

/// Collects the data of deliveries up to `last`, and the ends of gaps and sessions.
async fn deliveries_until(driver: &mut Driver<Ack>, last: &str) -> Vec<String> {
    let mut got = Vec::new();
    while got.last().is_none_or(|data| data != last) {
        match driver.next().await {
            DriverEvent::Delivery(delivery) => got.push(delivery.data().unwrap().to_string()),
            DriverEvent::Session(SessionEvent::Ended(_)) => got.push("ended".to_owned()),
            _ => {}
        }
    }
    got
}

// C132 C133 C134
#[tokio::test]
async fn events_without_their_connect_reply_come_once_when_the_server_repeats_them() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut first = Script::new(server.accept_websocket().await, ON);
            let connect = first.expect("/meta/connect").await;
            first.send(&[&event("1"), &reply(&connect, 1)]).await;
            let connect = first.expect("/meta/connect").await;
            assert!(
                connect.json.contains(r#""ext":{"ack":1}"#),
                "{}",
                connect.json
            );
            first.send(&[&event("2")]).await;
            first.send(&[&event("3")]).await;
            drop(first);
            let mut second = Script::new(server.accept_websocket().await, ON);
            let connect = second.expect("/meta/connect").await;
            assert!(
                connect.json.contains(r#""ext":{"ack":1}"#),
                "{}",
                connect.json
            );
            second.send(&[&event("2"), &event("3")]).await;
            second.send(&[&event("4"), &reply(&connect, 2)]).await;
            let connect = second.expect("/meta/connect").await;
            assert!(
                connect.json.contains(r#""ext":{"ack":2}"#),
                "{}",
                connect.json
            );
            second
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "4"));
        assert_eq!(got, ["1", "2", "3", "4"]);
    })
    .await;
}

// C135
#[tokio::test]
async fn events_of_a_session_that_is_over_are_delivered_without_their_reply() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut first = Script::new(server.accept_websocket().await, ON);
            first.expect("/meta/connect").await;
            first.send(&[&event("1")]).await;
            drop(first);
            let mut second = Script::new(server.accept_websocket().await, ON);
            let connect = second.expect("/meta/connect").await;
            let unknown = connect.reply().replace(
                r#""successful":true"#,
                r#""successful":false,"error":"402::session_unknown""#,
            );
            second.send(&[&unknown]).await;
            drop(second);
            let mut third = Script::new(server.accept_websocket().await, ON);
            let connect = third.expect("/meta/connect").await;
            assert!(
                connect.json.contains(r#""ext":{"ack":0}"#),
                "{}",
                connect.json
            );
            third.send(&[&event("2"), &reply(&connect, 1)]).await;
            // The end delivers what no reply will follow.
            let connect = third.expect("/meta/connect").await;
            third.send(&[&event("3")]).await;
            let stop = connect.reply().replace("retry", "none").replace(
                r#""successful":true"#,
                r#""successful":false,"error":"403::Banned""#,
            );
            third.send(&[&stop]).await;
            third
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "ended"));
        assert_eq!(got, ["1", "2", "3", "ended"]);
    })
    .await;
}

// C134 C135
#[tokio::test]
async fn events_that_several_lost_lanes_brought_come_once_at_the_end_of_the_session() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, ON);
            script.expect("/meta/connect").await;
            script.send(&[&event("2"), &event("3")]).await;
            drop(script);
            for part in [&[event("2")][..], &[event("2"), event("3"), event("4")]] {
                let mut script = Script::new(server.accept_websocket().await, ON);
                script.expect("/meta/connect").await;
                for event in part {
                    script.send(&[event]).await;
                }
                drop(script);
            }
            let mut script = Script::new(server.accept_websocket().await, ON);
            let connect = script.expect("/meta/connect").await;
            let unknown = connect.reply().replace(
                r#""successful":true"#,
                r#""successful":false,"error":"402::session_unknown""#,
            );
            script.send(&[&event("2"), &unknown]).await;
            drop(script);
            let mut script = Script::new(server.accept_websocket().await, ON);
            let connect = script.expect("/meta/connect").await;
            script.send(&[&event("5"), &reply(&connect, 1)]).await;
            script
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "5"));
        assert_eq!(got, ["2", "3", "4", "5"]);
    })
    .await;
}

/// Takes a driver apart while an event waits for its reply, which then comes over the same lane or,
/// if that is cut, behind a repetition over another.
async fn taken_apart_and_put_together(is_cut: bool) {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, ON);
            let asked = script.expect("/go").await;
            let mut connect = script.expect("/meta/connect").await;
            script.send(&[&event("1"), &asked.reply()]).await;
            let asked = script.expect("/on").await;
            script.send(&[&asked.reply()]).await;
            if is_cut {
                drop(script);
                script = Script::new(server.accept_websocket().await, ON);
                connect = script.expect("/meta/connect").await;
                script.send(&[&event("1")]).await;
            }
            script.send(&[&event("2"), &reply(&connect, 1)]).await;
            script
        };
        let driving = async {
            let publish = |driver: &mut Driver<Ack>, channel| {
                let channel = Channel::new(channel).unwrap();
                driver.publish(&channel, "1").unwrap();
            };
            publish(&mut driver, "/go");
            while !matches!(
                driver.next().await,
                DriverEvent::Session(SessionEvent::Published(..))
            ) {}
            let parts = driver.into_parts();
            assert!(parts.events.is_empty(), "{:?}", parts.events);
            let mut driver = Driver::from_parts(parts);
            publish(&mut driver, "/on");
            deliveries_until(&mut driver, "2").await
        };
        let (_peer, got) = tokio::join!(serving, Box::pin(driving));
        assert_eq!(got, ["1", "2"], "{is_cut}");
    })
    .await;
}

#[tokio::test]
async fn events_that_wait_for_a_reply_outlast_taking_the_driver_apart() {
    taken_apart_and_put_together(false).await;
    taken_apart_and_put_together(true).await;
}

#[tokio::test]
async fn large_frames_without_a_reply_are_delivered_at_last() {
    in_time(async {
        let server = Server::bind().await;
        let mut options = Options::default();
        (options.max_frame, options.max_body) = (1_000, 1_000);
        let mut driver = driver_with(&server, Transport::WebSocket, options);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, ON);
            script.expect("/meta/connect").await;
            for n in 0..5 {
                let padded = format!(r#"{{"channel":"/chat","data":{n},"pad":"{:900}"}}"#, "");
                script.send(&[&padded]).await;
            }
            script
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "4"));
        assert_eq!(got, ["0", "1", "2", "3", "4"]);
    })
    .await;
}

#[tokio::test]
async fn events_behind_the_connect_reply_of_their_frame_wait_for_no_other() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, ON);
            let connect = script.expect("/meta/connect").await;
            script
                .send(&[&event("1"), &reply(&connect, 1), &event("2")])
                .await;
            script
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "2"));
        assert_eq!(got, ["1", "2"]);
    })
    .await;
}

#[tokio::test]
async fn a_server_without_the_extension_delivers_at_once() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, "{}");
            let connect = script.expect("/meta/connect").await;
            assert!(!connect.json.contains("ack"), "{}", connect.json);
            script.send(&[&event("1")]).await;
            script
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "1"));
        assert_eq!(got, ["1"]);
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_events_without_a_reply_is_delivered_at_last() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::WebSocket);
        let serving = async {
            let mut script = Script::new(server.accept_websocket().await, ON);
            script.expect("/meta/connect").await;
            let events: Vec<String> = (0..=4096).map(|n| event(&n.to_string())).collect();
            for some in events.chunks(1000) {
                let some: Vec<&str> = some.iter().map(String::as_str).collect();
                script.send(&some).await;
            }
            script
        };
        let (_peer, got) = tokio::join!(serving, deliveries_until(&mut driver, "4096"));
        assert_eq!(got.len(), 4097);
    })
    .await;
}

// C133
#[tokio::test]
async fn a_lost_response_of_long_polling_is_repeated_with_the_old_number() {
    in_time(async {
        let server = Server::bind().await;
        let mut driver = driver(&server, Transport::LongPolling);
        let (numbers, mut numbered) = tokio::sync::mpsc::unbounded_channel();
        let answering = async {
            let polls = Arc::new(AtomicU32::new(0));
            loop {
                let (mut peer, numbers, polls) =
                    (server.accept().await, numbers.clone(), polls.clone());
                tokio::spawn(async move {
                    while let Some(request) = peer.try_request().await {
                        let asked = read(&request.body).remove(0);
                        let answer = match asked.channel.as_str() {
                            "/meta/handshake" => {
                                asked.reply().replacen('{', r#"{"ext":{"ack":true},"#, 1)
                            }
                            "/meta/connect" => {
                                numbers.send(asked.json.clone()).unwrap();
                                match polls.fetch_add(1, Ordering::Relaxed) {
                                    // The response of the second poll is cut.
                                    1 => return,
                                    0 => format!("{},{}", event("1"), reply(&asked, 1)),
                                    2 => format!("{},{}", event("2"), reply(&asked, 2)),
                                    _ => core::future::pending().await,
                                }
                            }
                            _ => asked.reply(),
                        };
                        peer.respond("200 OK", &[], &format!("[{answer}]")).await;
                    }
                });
            }
        };
        let got = tokio::select! {
            () = answering => unreachable!("it goes on for ever"),
            got = deliveries_until(&mut driver, "2") => got,
        };
        assert_eq!(got, ["1", "2"]);
        for number in [0, 1, 1] {
            let connect = numbered.recv().await.unwrap();
            assert!(
                connect.contains(&format!(r#""ext":{{"ack":{number}}}"#)),
                "{connect}"
            );
        }
    })
    .await;
}
