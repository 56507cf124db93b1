//! WebSocket lanes: reading, writing, answering, and the end.

use bayeux_proto::{Action, Close};
use bayeux_transport::{Error, Next, Options};

use crate::{
    peer::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, RSV1, Server, TEXT, frame},
    world::{Ask, chain, in_time, lane_ids, lanes, lanes_with},
};

#[tokio::test]
async fn frames_arrive_in_order_and_batches_leave_in_order() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let serving = async {
            let mut peer = server.accept_websocket().await;
            for n in 0..100 {
                assert_eq!(peer.read_text().await, format!("[{{\"n\":{n}}}]"));
                peer.text(&format!("[{{\"echo\":{n}}}]")).await;
            }
            peer
        };
        let asking = async {
            lanes.opened(lane).await;
            for n in 0..100 {
                // Three ahead, so that replies and batches cross on the way.
                if n % 4 == 0 {
                    for n in n..n + 4 {
                        lanes.perform(Action::Send(lane), format!("[{{\"n\":{n}}}]").as_bytes());
                    }
                }
                assert_eq!(lanes.text(lane).await, format!("[{{\"echo\":{n}}}]"));
            }
        };
        let (_peer, ()) = tokio::join!(serving, asking);
    })
    .await;
}

#[tokio::test]
async fn fragments_are_joined_with_control_frames_between_them() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        peer.frame(TEXT, r#"[{"data":"#).await;
        peer.frame(FIN | PING, "1").await;
        // Half of a character in each fragment.
        let (half, rest) = "\"é\"".as_bytes().split_at(2);
        peer.frame(CONTINUATION, half).await;
        peer.frame(CONTINUATION, rest).await;
        peer.frame(FIN | CONTINUATION, "}]").await;
        lanes.opened(lane).await;
        assert_eq!(lanes.text(lane).await, "[{\"data\":\"é\"}]");
        assert_eq!(peer.read_frame().await, (PONG, b"1".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn json_in_a_binary_frame_and_a_lone_object_are_read() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        peer.frame(FIN | BINARY, r#"{"channel":"/a"}"#).await;
        lanes.opened(lane).await;
        let frame = lanes.frame(lane).await;
        assert_eq!(frame.message(0).unwrap().channel(), "/a");
    })
    .await;
}

#[tokio::test]
async fn empty_frames_are_ignored() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        peer.text("").await;
        peer.text("[{}]").await;
        lanes.opened(lane).await;
        assert_eq!(lanes.text(lane).await, "[{}]");
    })
    .await;
}

#[tokio::test]
async fn a_ping_is_answered_while_the_application_does_nothing() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        peer.frame(FIN | PING, "beat").await;
        assert_eq!(peer.read_frame().await, (PONG, b"beat".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_pong_precedes_a_batch_that_waits_beside_it() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        let mut bytes = frame(FIN | PING, b"beat");
        bytes.extend(frame(FIN | TEXT, b"[{}]"));
        peer.write(bytes).await;
        lanes.opened(lane).await;
        assert_eq!(lanes.text(lane).await, "[{}]");
        lanes.perform(Action::Send(lane), b"[{\"answer\":1}]");
        assert_eq!(peer.read_frame().await, (PONG, b"beat".to_vec()));
        assert_eq!(peer.read_text().await, "[{\"answer\":1}]");
    })
    .await;
}

#[tokio::test]
async fn a_ping_is_sent_and_its_pong_is_reported() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        lanes.perform(Action::Ping(lane), b"");
        assert_eq!(peer.read_frame().await, (PING, Vec::new()));
        peer.frame(FIN | PONG, "").await;
        assert!(matches!(lanes.report().await, Next::Pong(ponged) if ponged == lane));
    })
    .await;
}

#[tokio::test]
async fn a_close_frame_is_answered_and_its_code_reported_after_the_last_frame() {
    in_time(async {
        let cases: [(&[u8], Option<u16>); 3] = [
            (b"", None),
            (&[0x03, 0xe8], Some(1000)),
            (b"\x03\xf3bye", Some(1011)),
        ];
        for (payload, code) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept_websocket().await;
            let mut bytes = frame(FIN | TEXT, b"[{}]");
            bytes.extend(frame(FIN | CLOSE, payload));
            peer.write(bytes).await;
            lanes.opened(lane).await;
            assert_eq!(lanes.text(lane).await, "[{}]");
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::ByPeer { code });
            let text = error.map(|error| error.to_string());
            let reason = "the server closed the websocket with code 1011: bye";
            assert_eq!(text.as_deref(), (code == Some(1011)).then_some(reason));
            let answer = code.map_or(Vec::new(), |code| code.to_be_bytes().to_vec());
            assert_eq!(peer.read_frame().await, (CLOSE, answer));
            peer.gone().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_ends_without_a_close_frame_is_lost() {
    in_time(async {
        let whole = frame(FIN | TEXT, b"[{}]");
        for cut in [0, 1, 3] {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept_websocket().await;
            peer.write(&whole).await;
            peer.write(&whole[..cut]).await;
            drop(peer);
            lanes.opened(lane).await;
            assert_eq!(lanes.text(lane).await, "[{}]");
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Lost, "cut after {cut} bytes");
            assert!(matches!(error, Some(Error::Lost { .. })));
        }
    })
    .await;
}

/// Returns a whole text frame that is masked, as only clients may send it.
fn masked(payload: &[u8]) -> Vec<u8> {
    let mut bytes = frame(FIN | TEXT, payload);
    bytes[1] |= 0x80;
    bytes.splice(2..2, [1, 2, 3, 4]);
    for (byte, mask) in bytes[6..].iter_mut().zip([1, 2, 3, 4].iter().cycle()) {
        *byte ^= mask;
    }
    bytes
}

#[tokio::test]
async fn invalid_frames_close_the_lane_as_malformed() {
    in_time(async {
        let cases = [
            (
                "a reserved bit",
                frame(FIN | RSV1 | TEXT, b"[{}]"),
                1002_u16,
            ),
            ("an unknown opcode", frame(FIN | 3, b"[{}]"), 1002),
            ("a fragmented ping", frame(PING, b""), 1002),
            (
                "a continuation of nothing",
                frame(FIN | CONTINUATION, b"[{}]"),
                1002,
            ),
            (
                "no UTF-8 in the first of two fragments",
                frame(TEXT, b"[{\"data\":\"\xff"),
                1007,
            ),
            ("a masked text", masked(b"[{}]"), 1002),
            ("a fragmented close frame", frame(CLOSE, b"\x03\xe8"), 1002),
            ("a long ping", frame(FIN | PING, &[b'x'; 126]), 1002),
            ("a long pong", frame(FIN | PONG, &[b'x'; 126]), 1002),
            (
                "a long close frame",
                frame(FIN | CLOSE, &[&b"\x03\xe8"[..], &[b'x'; 124]].concat()),
                1002,
            ),
            (
                "a close reason that is no UTF-8",
                frame(FIN | CLOSE, b"\x03\xe8\xff"),
                1007,
            ),
            ("the close code 0", frame(FIN | CLOSE, b"\0\0"), 1002),
            ("the close code 1005", frame(FIN | CLOSE, b"\x03\xed"), 1002),
            ("the close code 1006", frame(FIN | CLOSE, b"\x03\xee"), 1002),
            ("the close code 1015", frame(FIN | CLOSE, b"\x03\xf7"), 1002),
            ("the close code 2999", frame(FIN | CLOSE, b"\x0b\xb7"), 1002),
            ("the close code 5000", frame(FIN | CLOSE, b"\x13\x88"), 1002),
            ("half a close code", frame(FIN | CLOSE, b"\x03"), 1002),
            (
                "no UTF-8",
                frame(FIN | TEXT, b"[{\"data\":\"\xff\"}]"),
                1007,
            ),
            ("no JSON", frame(FIN | TEXT, b"<html>hello</html>"), 1007),
            ("truncated JSON", frame(FIN | TEXT, b"[{\"channel\":"), 1007),
            ("neither array nor object", frame(FIN | TEXT, b"17"), 1007),
        ];
        for (what, bytes, code) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept_websocket().await;
            peer.text("[{}]").await;
            peer.write(bytes).await;
            lanes.opened(lane).await;
            assert_eq!(lanes.text(lane).await, "[{}]");
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Malformed, "{what}");
            let text = chain(&error.unwrap());
            assert!(
                !text.contains("hello") && !text.contains("channel"),
                "{text}"
            );
            assert_eq!(
                peer.read_frame().await,
                (CLOSE, code.to_be_bytes().to_vec()),
                "{what}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_above_the_limit_closes_the_lane_and_one_at_the_limit_does_not() {
    in_time(async {
        let message = |size: usize| format!("[{{\"a\":\"{}\"}}]", "x".repeat(size - 10));
        let mut options = Options::default();
        options.max_frame = 1000;
        for fragments in [1, 3] {
            let server = Server::bind().await;
            let mut lanes = lanes_with(&server.url(), options.clone());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let mut peer = server.accept_websocket().await;
            for size in [1000, 1001] {
                let text = message(size);
                assert_eq!(text.len(), size);
                for (n, part) in text.as_bytes().chunks(size.div_ceil(fragments)).enumerate() {
                    let opcode = if n == 0 { TEXT } else { CONTINUATION };
                    let fin = if n + 1 == fragments { FIN } else { 0 };
                    peer.frame(fin | opcode, part).await;
                }
            }
            lanes.opened(lane).await;
            assert_eq!(lanes.frame(lane).await.len(), 1000);
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Oversize);
            assert!(matches!(error, Some(Error::Oversize { limit: 1000 })));
            assert_eq!(
                peer.read_frame().await,
                (CLOSE, 1009_u16.to_be_bytes().to_vec())
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_lane_sends_its_batches_and_a_close_frame_and_reports_nothing() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane, other] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        // These wait in the queue when the lane is closed.
        peer.text("[{\"late\":1}]").await;
        peer.text("[{\"late\":2}]").await;
        lanes.perform(Action::Send(lane), b"[{}]");
        lanes.perform(Action::Close(lane), b"");
        lanes.perform(Action::Send(lane), b"[{\"too\":\"late\"}]");
        assert_eq!(peer.read_text().await, "[{}]");
        assert_eq!(
            peer.read_frame().await,
            (CLOSE, 1000_u16.to_be_bytes().to_vec())
        );
        peer.gone().await;

        lanes.perform(Action::Open(other), b"");
        let _peer = server.accept_websocket().await;
        lanes.opened(other).await;
    })
    .await;
}

#[tokio::test]
async fn dropping_the_lanes_closes_their_sockets() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        drop(lanes);
        assert_eq!(
            peer.read_frame().await,
            (CLOSE, 1000_u16.to_be_bytes().to_vec())
        );
        peer.gone().await;
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_ends_its_lane_without_blocking() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        // More than the buffers of both kernels hold.
        let batch = vec![b' '; 1 << 20];
        for _ in 0..64 {
            lanes.perform(Action::Send(lane), &batch);
        }
        let (close, error) = lanes.closed(lane).await;
        assert_eq!(close, Close::TimedOut);
        assert!(matches!(error, Some(Error::Stalled { .. })));
        drop(peer);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_does_not_leave_in_time_ends_its_lane() {
    in_time(async {
        let server = Server::bind().await;
        let mut options = Options::default();
        options.write_timeout = core::time::Duration::from_millis(50);
        let mut lanes = lanes_with(&server.url(), options);
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        lanes.perform(Action::Send(lane), &vec![b' '; 64 << 20]);
        let (close, error) = lanes.closed(lane).await;
        assert_eq!(close, Close::TimedOut);
        assert!(matches!(error, Some(Error::TimedOut { .. })));
        drop(peer);
    })
    .await;
}

#[tokio::test]
async fn received_frames_are_reported_although_a_write_failed_first() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept_websocket().await;
        lanes.opened(lane).await;
        // Far more than the queue of reports holds, then the end.
        let many = 200;
        for n in 0..many {
            peer.text(&format!("[{{\"n\":{n}}}]")).await;
        }
        peer.frame(FIN | CLOSE, 1001_u16.to_be_bytes()).await;
        drop(peer);
        for _ in 0..20 {
            lanes.perform(Action::Send(lane), b"[{}]");
            tokio::task::yield_now().await;
        }
        for n in 0..many {
            assert_eq!(lanes.text(lane).await, format!("[{{\"n\":{n}}}]"));
        }
        assert_eq!(
            lanes.closed(lane).await.0,
            Close::ByPeer { code: Some(1001) }
        );
    })
    .await;
}
