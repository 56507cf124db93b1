//! Servers and gateways that do more than the minimum: byte order marks, many headers, compression,
//! redirects, responses without messages.

use std::io::Write as _;

use bayeux_proto::{
    Action, Channel, Close, Config, Exchange, Instant, LaneId, Session, SessionEvent, Transport,
};
use bayeux_transport::{Driver, DriverEvent, Error, Lanes, Options};
use flate2::{Compression, write::GzEncoder};

use crate::{
    bayeux::answer_until_connect,
    peer::{Peer, Server},
    world::{Ask, in_time, lane_ids, lanes, lanes_with},
};

fn post(lanes: &mut Lanes, lane: LaneId) {
    lanes.perform(Action::Exchange(lane, Exchange::Ordinary), b"[{\"n\":1}]");
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_ignored() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [http, socket] = lane_ids();
        post(&mut lanes, http);
        server.accept().await.answer("\u{feff}[{}]").await;
        assert_eq!(lanes.text(http).await, "[{}]");
        lanes.closed(http).await;
        lanes.perform(Action::Open(socket), b"");
        let mut peer = server.accept_websocket().await;
        peer.text("\u{feff}[{\"a\":1}]").await;
        lanes.opened(socket).await;
        assert_eq!(lanes.text(socket).await, "[{\"a\":1}]");
    })
    .await;
}

#[tokio::test]
async fn a_response_with_many_headers_is_read() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [http, socket] = lane_ids();
        let many: Vec<String> = (0..200).map(|n| format!("Server-Timing: hop{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        post(&mut lanes, http);
        let mut peer = server.accept().await;
        peer.request().await;
        peer.respond("200 OK", &many, "[{}]").await;
        assert_eq!(lanes.text(http).await, "[{}]");
        lanes.closed(http).await;
        lanes.perform(Action::Open(socket), b"");
        let mut peer = server.accept().await;
        let request = peer.request().await;
        let headers = [&["Upgrade: websocket", "Connection: Upgrade"], &many[..]].concat();
        peer.switch(&headers, &request.accept()).await;
        lanes.opened(socket).await;
    })
    .await;
}

#[tokio::test]
async fn gzip_is_read_and_other_encodings_are_named() {
    in_time(async {
        let mut options = Options::default();
        options.max_body = 1_000;
        options.add_header("Accept-Encoding", "gzip").unwrap();
        let server = Server::bind().await;
        let mut lanes = lanes_with(&server.url(), options);
        let bomb = [&b"[{\"a\":\""[..], &vec![b'x'; 100_000], b"\"}]"].concat();
        let good = gzip(b"[{\"a\":1}]");
        for (encoding, body, expected) in [
            ("gzip", good.clone(), None),
            ("X-Gzip", good.clone(), None),
            (
                "br",
                good,
                Some("the response is compressed, and not with gzip"),
            ),
            (
                "gzip",
                b"[{\"a\":1}]".to_vec(),
                Some("the response is not the gzip that it claims to be"),
            ),
            (
                "gzip",
                gzip(&bomb),
                Some("the server sent more than 1000 bytes at once"),
            ),
        ] {
            let [lane] = lane_ids();
            post(&mut lanes, lane);
            let mut peer = server.accept().await;
            let request = peer.request().await;
            assert_eq!(request.header("accept-encoding"), Some("gzip"));
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n",
                body.len()
            );
            peer.write([head.as_bytes(), &body].concat()).await;
            match expected {
                None => {
                    assert_eq!(lanes.text(lane).await, "[{\"a\":1}]");
                    lanes.closed(lane).await;
                }
                Some(text) => {
                    let error = lanes.closed(lane).await.1.unwrap();
                    assert_eq!(error.to_string(), text);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_response_without_messages_completes_its_exchange() {
    in_time(async {
        for (status, body) in [("200 OK", "[]"), ("200 OK", ""), ("204 No Content", "")] {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [one, two] = lane_ids();
            post(&mut lanes, one);
            let mut peer = server.accept().await;
            peer.request().await;
            peer.respond(status, &[], body).await;
            let (close, error) = lanes.closed(one).await;
            assert_eq!(close, Close::Complete, "{status} {body}");
            assert!(error.is_none());
            // The connection is kept.
            post(&mut lanes, two);
            peer.answer("[{}]").await;
            assert_eq!(lanes.text(two).await, "[{}]");
        }
    })
    .await;
}

/// Answers a request with a redirect.
async fn redirect(server: &Server, status: &str, location: &str) -> crate::peer::Request {
    let mut peer: Peer<_> = server.accept().await;
    let request = peer.request().await;
    let location = format!("Location: {location}");
    peer.respond(status, &[&location, "Set-Cookie: old=1"], "")
        .await;
    request
}

#[tokio::test]
async fn a_post_is_repeated_at_the_target_of_a_redirect_without_headers_and_cookies() {
    in_time(async {
        for status in ["307 Temporary Redirect", "308 Permanent Redirect"] {
            let (old, new) = (Server::bind().await, Server::bind().await);
            let mut options = Options::default();
            options.add_header("Authorization", "secret").unwrap();
            options.follow_to_other_origins = true;
            let mut lanes = lanes_with(&old.url(), options);
            let [one, two] = lane_ids();
            post(&mut lanes, one);
            let target = format!("http://127.0.0.1:{}/new?x=1", new.port);
            let request = redirect(&old, status, &target).await;
            assert_eq!(request.header("authorization"), Some("secret"));
            let mut peer = new.accept().await;
            let request = peer.request().await;
            assert!(
                request.head.starts_with("POST /new?x=1 "),
                "{}",
                request.head
            );
            assert_eq!(request.body, "[{\"n\":1}]");
            assert_eq!(request.header("authorization"), None);
            assert_eq!(request.header("cookie"), None);
            peer.respond("200 OK", &["Set-Cookie: new=1"], "[{}]").await;
            lanes.text(one).await;
            lanes.closed(one).await;
            // The next exchange goes there at once, on the same connection.
            post(&mut lanes, two);
            let request = peer.answer("[{}]").await;
            assert_eq!(request.header("cookie"), Some("new=1"));
            lanes.text(two).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_failure_at_the_target_of_a_redirect_leads_back() {
    in_time(async {
        let (old, new) = (Server::bind().await, Server::bind().await);
        let mut options = Options::default();
        options.follow_to_other_origins = true;
        let mut lanes = lanes_with(&old.url(), options);
        let [one, two] = lane_ids();
        post(&mut lanes, one);
        redirect(&old, "307 Moved", &new.url()).await;
        let mut peer = new.accept().await;
        peer.request().await;
        peer.respond("503 Busy", &[], "").await;
        lanes.closed(one).await;
        post(&mut lanes, two);
        old.accept().await.answer("[{}]").await;
        assert_eq!(lanes.text(two).await, "[{}]");
    })
    .await;
}

#[tokio::test]
async fn messages_with_their_credentials_are_not_taken_to_another_origin() {
    in_time(async {
        for over_http in [true, false] {
            let (old, new) = (Server::bind().await, Server::bind().await);
            let mut lanes = lanes(&old.url());
            let [lane] = lane_ids();
            if over_http {
                post(&mut lanes, lane);
            } else {
                lanes.perform(Action::Open(lane), b"");
            }
            redirect(&old, "307 Moved", &new.url()).await;
            let (_, error) = lanes.closed(lane).await;
            let text = error.unwrap().to_string();
            assert!(
                text.contains(&new.url()) && text.contains("another origin"),
                "{text}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_upgrade_follows_redirects_up_to_a_limit() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two] = lane_ids();
        lanes.perform(Action::Open(one), b"");
        for (n, status) in ["301 M", "302 F", "307 T", "308 P"].into_iter().enumerate() {
            redirect(&server, status, &format!("/hop{n}")).await;
        }
        let mut peer = server.accept().await;
        let request = peer.upgrade().await;
        assert!(request.head.starts_with("GET /hop3 "), "{}", request.head);
        // The origin has not changed.
        assert_eq!(request.header("cookie"), Some("old=1"));
        lanes.opened(one).await;
        lanes.perform(Action::Close(one), b"");

        lanes.perform(Action::Open(two), b"");
        for _ in 0..6 {
            redirect(&server, "302 F", "/again").await;
        }
        let error = lanes.closed(two).await.1.unwrap();
        let why = "there were too many before it";
        assert!(
            matches!(error, Error::Redirect { why: told, .. } if told == why),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_redirect_that_is_not_followed_names_its_target() {
    in_time(async {
        for (status, location) in [
            ("307 T", "http://push.example.com/faye?token=secret"),
            ("302 F", "https://push.example.com/faye?token=secret"),
            ("308 P", "file://push.example.com/etc/passwd"),
        ] {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            post(&mut lanes, lane);
            redirect(&server, status, location).await;
            let (close, error) = lanes.closed(lane).await;
            assert!(matches!(close, Close::Status { .. }), "{close}");
            let text = error.unwrap().to_string();
            assert!(
                text.contains("push.example.com/") && !text.contains("secret"),
                "{text}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_answer_to_a_call_is_returned_with_its_publish() {
    in_time(async {
        let server = Server::bind().await;
        let mut config = Config::default();
        config.transports = vec![Transport::WebSocket];
        let mut session = Session::new(config, 7);
        session.connect(Instant::ORIGIN);
        let call = Channel::new("/service/quote").unwrap();
        let id = session.publish(Instant::ORIGIN, &call, "1").unwrap();
        let mut driver = Driver::new(session, lanes(&server.url()), ());
        let serving = async {
            let mut peer = server.accept_websocket().await;
            answer_until_connect(&mut peer).await;
            // The publish was answered without data; the answer has its id.
            peer.text(r#"[{"channel":"/service/quote","id":"2","successful":true,"data":42}]"#)
                .await;
            peer
        };
        let asking = async {
            loop {
                match driver.next().await {
                    DriverEvent::Answer(answered, delivery) => {
                        assert_eq!(answered, id);
                        break delivery.data().unwrap().to_string();
                    }
                    DriverEvent::Session(SessionEvent::Down { cause, .. }) => panic!("{cause}"),
                    _ => {}
                }
            }
        };
        let (_peer, data) = tokio::join!(serving, asking);
        assert_eq!(data, "42");
    })
    .await;
}
