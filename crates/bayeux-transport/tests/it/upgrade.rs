//! Opening a WebSocket: the request, the accepted responses, and the errors.

use core::time::Duration;

use bayeux_proto::{Action, Close};
use bayeux_transport::{Error, Options};

use crate::{
    peer::{FIN, Server, TEXT, frame},
    world::{Ask, chain, in_time, lane_ids, lanes, lanes_with},
};

#[tokio::test]
async fn the_request_is_that_of_the_rfc_with_the_added_headers() {
    in_time(async {
        let server = Server::bind().await;
        let mut options = Options::default();
        options
            .add_header("Authorization", "Bearer secret")
            .unwrap();
        options.add_header("User-Agent", "my bot").unwrap();
        let mut lanes = lanes_with(&format!("{}?a=b", server.url()), options);
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let request = server.accept().await.upgrade().await;
        assert!(
            request.head.starts_with("GET /faye?a=b HTTP/1.1\r\n"),
            "{}",
            request.head
        );
        assert_eq!(
            request.header("host"),
            Some(&*format!("127.0.0.1:{}", server.port))
        );
        assert_eq!(request.header("upgrade"), Some("websocket"));
        assert_eq!(request.header("connection"), Some("Upgrade"));
        assert_eq!(request.header("sec-websocket-version"), Some("13"));
        assert_eq!(request.header("sec-websocket-key").map(str::len), Some(24));
        assert_eq!(request.header("authorization"), Some("Bearer secret"));
        assert_eq!(request.header("user-agent"), Some("my bot"));
        // Neither is offered, because servers differ in their answers to an offer.
        assert_eq!(request.header("sec-websocket-protocol"), None);
        assert_eq!(request.header("sec-websocket-extensions"), None);
    })
    .await;
}

#[tokio::test]
async fn lists_and_other_cases_are_accepted_and_a_frame_right_after_the_response_is_kept() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept().await;
        let accept = peer.request().await.accept();
        let mut answer = format!(
            "HTTP/1.1 101 Whatever\r\nUPGRADE: WebSocket\r\nConnection: keep-alive, upgrade\r\n\
             sec-websocket-accept:  {accept} \r\n\r\n"
        )
        .into_bytes();
        answer.extend(frame(FIN | TEXT, b"[{\"early\":true}]"));
        peer.write(answer).await;
        lanes.opened(lane).await;
        assert_eq!(lanes.text(lane).await, "[{\"early\":true}]");
    })
    .await;
}

#[tokio::test]
async fn a_response_that_violates_the_rfc_is_malformed() {
    in_time(async {
        let both: &[&str] = &["Upgrade: websocket", "Connection: Upgrade"];
        let cases: [(&str, &[&str], Option<&str>); 6] = [
            (
                "the key of another request",
                both,
                Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            ),
            ("no key", both, Some("")),
            ("no upgrade", &["Connection: Upgrade"], None),
            ("no connection", &["Upgrade: websocket"], None),
            (
                "an extension",
                &[
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Extensions: x",
                ],
                None,
            ),
            (
                "a subprotocol",
                &[
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Protocol: x",
                ],
                None,
            ),
        ];
        for (what, headers, accept) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept().await;
            let right = peer.request().await.accept();
            peer.switch(headers, accept.unwrap_or(&right)).await;
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Malformed, "{what}");
            assert!(matches!(error, Some(Error::Upgrade { .. })), "{what}");
            peer.gone().await;
        }
    })
    .await;
}

#[tokio::test]
async fn offered_subprotocols_may_be_selected_once_or_not_at_all() {
    in_time(async {
        for (selected, is_accepted) in [
            (&[][..], true),
            (&["chat"], true),
            (&["bayeux.v1"], true),
            (&["Chat"], false),
            (&["bayeux.v1, chat"], false),
            (&["chat", "chat"], false),
            (&["other"], false),
        ] {
            let mut options = Options::default();
            options.add_subprotocol("bayeux.v1").unwrap();
            options.add_subprotocol("chat").unwrap();
            let server = Server::bind().await;
            let mut lanes = lanes_with(&server.url(), options);
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept().await;
            let request = peer.request().await;
            let offered = request.header("sec-websocket-protocol");
            assert_eq!(offered, Some("bayeux.v1, chat"));
            let selected: Vec<_> = selected
                .iter()
                .map(|name| format!("Sec-WebSocket-Protocol: {name}"))
                .collect();
            let mut headers = vec!["Upgrade: websocket", "Connection: Upgrade"];
            headers.extend(selected.iter().map(String::as_str));
            peer.switch(&headers, &request.accept()).await;
            if is_accepted {
                lanes.opened(lane).await;
            } else {
                assert_eq!(lanes.closed(lane).await.0, Close::Malformed, "{selected:?}");
            }
        }
    })
    .await;
}

#[test]
fn a_subprotocol_is_a_token_and_offered_once() {
    let mut options = Options::default();
    options.add_subprotocol("chat").unwrap();
    for bad in ["", "a b", "a,b", "\u{e9}", "chat"] {
        let error = options.add_subprotocol(bad).unwrap_err();
        assert!(matches!(error, Error::Header { .. }), "{bad}");
    }
}

#[tokio::test]
async fn a_status_instead_of_an_upgrade_is_reported_with_retry_after() {
    in_time(async {
        let cases: [(&str, &[&str], u16, Option<u64>); 6] = [
            ("400 Bad Request", &[], 400, None),
            ("503 Service Unavailable", &["Retry-After: 7"], 503, Some(7)),
            (
                "429 Slow",
                &[
                    "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT",
                    "Date: Wed, 21 Oct 2015 07:26:30 GMT",
                ],
                429,
                Some(90),
            ),
            (
                "303 See Other",
                &["Location: https://elsewhere.example.com/"],
                303,
                None,
            ),
            ("401 Unauthorized", &[], 401, None),
            ("200 OK", &["Content-Type: text/html"], 200, None),
        ];
        for (line, headers, status, wait) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept().await;
            peer.request().await;
            peer.respond(line, headers, "<html>no</html>").await;
            let retry_after = wait.map(Duration::from_secs);
            assert_eq!(
                lanes.closed(lane).await.0,
                Close::Status {
                    status,
                    retry_after
                }
            );
            peer.gone().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_response_that_is_not_http_is_malformed_and_none_is_a_lost_connection() {
    in_time(async {
        let cases = [
            ("SSH-2.0-OpenSSH_9.9\r\n", Close::Malformed),
            ("", Close::Lost),
        ];
        for (answer, expected) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept().await;
            peer.request().await;
            peer.write(answer).await;
            drop(peer);
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, expected, "{}", chain(&error.unwrap()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_connection_is_reported_with_its_cause() {
    in_time(async {
        let server = Server::bind().await;
        let url = server.url();
        drop(server);
        let mut lanes = lanes(&url);
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let (close, error) = lanes.closed(lane).await;
        assert_eq!(close, Close::ConnectionRefused);
        let text = chain(&error.unwrap());
        assert!(
            text.contains("127.0.0.1") && text.to_lowercase().contains("refused"),
            "{text}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_lane_whose_server_never_answers_can_be_closed_at_once() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane, other] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut silent = server.accept().await;
        silent.request().await;
        lanes.perform(Action::Close(lane), b"");
        silent.gone().await;

        lanes.perform(Action::Open(other), b"");
        let _peer = server.accept_websocket().await;
        lanes.opened(other).await;
    })
    .await;
}
