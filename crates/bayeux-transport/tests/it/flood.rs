//! Busy peers: bytes without messages cost bounded time and memory, and end with a name.

use bayeux_proto::{Action, Close, Exchange};
use bayeux_transport::{Error, Next, Options};

use crate::{
    peer::{CONTINUATION, FIN, PING, PONG, Server, TEXT, frame},
    world::{Ask, in_time, lane_ids, lanes, lanes_with},
};

#[tokio::test]
async fn endless_interim_responses_end_an_exchange_and_an_upgrade() {
    in_time(async {
        for over_http in [true, false] {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            if over_http {
                lanes.perform(Action::Exchange(lane, Exchange::Ordinary), b"[{}]");
            } else {
                lanes.perform(Action::Open(lane), b"");
            }
            let mut peer = server.accept().await;
            let serving = async {
                peer.request().await;
                let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000);
                while peer.try_write(&interim).await.is_ok() {}
            };
            let ((), (close, error)) = tokio::join!(serving, lanes.closed(lane));
            assert_eq!(close, Close::Malformed);
            assert!(matches!(error, Some(Error::Flood { .. })), "{error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_few_interim_responses_are_passed_over() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Exchange(lane, Exchange::Ordinary), b"[{}]");
        let mut peer = server.accept().await;
        peer.request().await;
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(20);
        peer.write(hints).await;
        peer.respond("200 OK", &[], "[{}]").await;
        assert_eq!(lanes.text(lane).await, "[{}]");
    })
    .await;
}

#[tokio::test]
async fn a_body_in_one_byte_chunks_is_read_unless_it_is_all_chunks() {
    in_time(async {
        for (size, is_read) in [(4_000, true), (900_000, false)] {
            let server = Server::bind().await;
            let mut options = Options::default();
            options.max_body = 1_000_000;
            let mut lanes = lanes_with(&server.url(), options);
            let [lane] = lane_ids();
            lanes.perform(Action::Exchange(lane, Exchange::Ordinary), b"[{}]");
            let mut peer = server.accept().await;
            let serving = async {
                peer.request().await;
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .await;
                let chunks = "1\r\n \r\n".repeat(1_000);
                for _ in 0..size / 1_000 {
                    if peer.try_write(&chunks).await.is_err() {
                        return;
                    }
                }
                let _ = peer.try_write("4\r\n[{}]\r\n0\r\n\r\n").await;
            };
            let asking = async {
                if is_read {
                    assert_eq!(lanes.text(lane).await, "[{}]");
                } else {
                    let (_, error) = lanes.closed(lane).await;
                    assert!(matches!(error, Some(Error::Flood { .. })), "{error:?}");
                }
            };
            tokio::join!(serving, asking);
        }
    })
    .await;
}

#[tokio::test]
async fn frames_without_content_end_a_websocket_by_name() {
    in_time(async {
        let first = frame(TEXT, b"[");
        let cases = [
            (
                "empty fragments",
                &first[..],
                frame(CONTINUATION, b""),
                "small fragments",
            ),
            (
                "one-byte fragments",
                &first,
                frame(CONTINUATION, b" "),
                "small fragments",
            ),
            ("pings", b"", frame(FIN | PING, b"x"), "pings or pongs"),
            ("pongs", b"", frame(FIN | PONG, b""), "pings or pongs"),
            (
                "empty messages",
                b"",
                frame(FIN | TEXT, b""),
                "messages without content",
            ),
            (
                "empty lists",
                b"",
                frame(FIN | TEXT, b"[]"),
                "messages without content",
            ),
            (
                "lists of lists",
                b"",
                frame(FIN | TEXT, b"[[],[],7]"),
                "messages without content",
            ),
        ];
        for (what, start, endless, name) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept_websocket().await;
            lanes.opened(lane).await;
            let serving = async {
                let many = endless.repeat(1_000);
                let _ = peer.try_write(start).await;
                while peer.try_write(&many).await.is_ok() {}
            };
            let asking = async {
                loop {
                    if let Next::Closed(_, close, error) = lanes.report().await {
                        break (close, error.unwrap());
                    }
                }
            };
            let ((), (close, error)) = tokio::join!(serving, asking);
            assert_eq!(close, Close::Malformed, "{what}");
            assert!(
                matches!(error, Error::Flood { what } if what == name),
                "{what}: {error}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn many_pings_and_fragments_before_a_message_are_read() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        let event = format!("[{{\"data\":\"{}\"}}]", "x".repeat(5_000));
        let serving = async {
            for _ in 0..5 {
                let pair = [frame(FIN | PING, &[b'x'; 125]), frame(FIN | PONG, b"")].concat();
                peer.write(pair.repeat(5_000)).await;
                let mut first = TEXT;
                for byte in event.bytes() {
                    peer.frame(first, [byte]).await;
                    first = CONTINUATION;
                }
                peer.frame(FIN | CONTINUATION, "").await;
            }
        };
        let asking = async {
            let mut frames = 0;
            while frames < 5 {
                match lanes.report().await {
                    Next::Frame(_, frame) => {
                        assert_eq!(frame.len(), event.len());
                        frames += 1;
                    }
                    Next::Pong(_) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::join!(serving, asking);
    })
    .await;
}
