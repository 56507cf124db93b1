//! Long-polling: the request, the accepted responses, and the reuse of connections.

use core::time::Duration;

use bayeux_proto::{Action, Close, Exchange, LaneId};
use bayeux_transport::{Error, Lanes, Options};

use crate::{
    peer::Server,
    world::{Ask as _, chain, in_time, lane_ids, lanes, lanes_with},
};

pub(crate) const HELD: Exchange = Exchange::Held {
    hold: Duration::from_mins(1),
};

pub(crate) fn post(lanes: &mut Lanes, lane: LaneId) {
    lanes.perform(
        Action::Exchange(lane, Exchange::Ordinary),
        b"[{\"id\":\"1\"}]",
    );
}

pub(crate) async fn complete(lanes: &mut Lanes, lane: LaneId) -> String {
    let text = lanes.text(lane).await;
    let (close, error) = lanes.closed(lane).await;
    assert_eq!(close, Close::Complete);
    assert!(error.is_none());
    text
}

#[tokio::test]
async fn a_batch_is_posted_as_json_and_the_response_is_one_frame() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        post(&mut lanes, lane);
        let request = server.accept().await.answer("[{\"a\":1},{\"b\":2}]").await;
        assert!(
            request.head.starts_with("POST /faye HTTP/1.1\r\n"),
            "{}",
            request.head
        );
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(
            request.header("host"),
            Some(&*format!("127.0.0.1:{}", server.port))
        );
        assert_eq!(request.body, "[{\"id\":\"1\"}]");
        assert_eq!(complete(&mut lanes, lane).await, "[{\"a\":1},{\"b\":2}]");
    })
    .await;
}

#[tokio::test]
async fn a_chunked_response_is_read_completely() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        post(&mut lanes, lane);
        let mut peer = server.accept().await;
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[{\"\r\n")
            .await;
        peer.write("5\r\na\":1}\r\n1\r\n]\r\n0\r\n\r\n").await;
        assert_eq!(complete(&mut lanes, lane).await, "[{\"a\":1}]");
    })
    .await;
}

#[tokio::test]
async fn a_connection_is_reused_for_the_next_exchange_of_its_kind() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let ids: [LaneId; 4] = lane_ids();
        post(&mut lanes, ids[0]);
        let mut peer = server.accept().await;
        peer.answer("[{}]").await;
        complete(&mut lanes, ids[0]).await;
        for id in &ids[1..] {
            post(&mut lanes, *id);
            peer.answer("[{}]").await;
            complete(&mut lanes, *id).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_held_exchange_does_not_block_ordinary_ones() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [held, one, two] = lane_ids();
        lanes.perform(Action::Exchange(held, HELD), b"[{\"held\":true}]");
        let mut held_peer = server.accept().await;
        assert_eq!(held_peer.request().await.body, "[{\"held\":true}]");
        post(&mut lanes, one);
        let mut peer = server.accept().await;
        peer.answer("[{\"n\":1}]").await;
        assert_eq!(complete(&mut lanes, one).await, "[{\"n\":1}]");
        post(&mut lanes, two);
        peer.answer("[{\"n\":2}]").await;
        assert_eq!(complete(&mut lanes, two).await, "[{\"n\":2}]");
        held_peer
            .respond("200 OK", &[], "[{\"released\":true}]")
            .await;
        assert_eq!(complete(&mut lanes, held).await, "[{\"released\":true}]");
    })
    .await;
}

#[tokio::test]
async fn ordinary_exchanges_are_made_one_after_the_other_in_their_order() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let ids: [LaneId; 5] = lane_ids();
        for (n, id) in ids.iter().enumerate() {
            let batch = format!("[{{\"n\":{n}}}]");
            lanes.perform(Action::Exchange(*id, Exchange::Ordinary), batch.as_bytes());
        }
        let mut peer = server.accept().await;
        for (n, id) in ids.iter().enumerate() {
            let request = peer.answer("[{}]").await;
            assert_eq!(request.body, format!("[{{\"n\":{n}}}]"));
            complete(&mut lanes, *id).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_closed_between_exchanges_is_reopened_without_a_report() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two] = lane_ids();
        post(&mut lanes, one);
        let mut peer = server.accept().await;
        peer.answer("[{\"n\":1}]").await;
        complete(&mut lanes, one).await;
        drop(peer);
        post(&mut lanes, two);
        server.accept().await.answer("[{\"n\":2}]").await;
        assert_eq!(complete(&mut lanes, two).await, "[{\"n\":2}]");
    })
    .await;
}

#[tokio::test]
async fn a_held_connect_that_was_cut_is_reported_and_not_repeated() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two, three] = lane_ids();
        lanes.perform(Action::Exchange(one, HELD), b"[{\"n\":1}]");
        let mut peer = server.accept().await;
        peer.answer("[{}]").await;
        complete(&mut lanes, one).await;

        // Events may have been lost with it, so it has to be reported to the session.
        lanes.perform(Action::Exchange(two, HELD), b"[{\"n\":2}]");
        assert_eq!(peer.request().await.body, "[{\"n\":2}]");
        drop(peer);
        assert_eq!(lanes.closed(two).await.0, Close::Lost);

        lanes.perform(Action::Exchange(three, HELD), b"[{\"n\":3}]");
        assert_eq!(
            server.accept().await.answer("[{}]").await.body,
            "[{\"n\":3}]"
        );
        complete(&mut lanes, three).await;
    })
    .await;
}

#[tokio::test]
async fn an_ordinary_batch_that_may_have_been_processed_is_not_repeated() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two, three] = lane_ids();
        post(&mut lanes, one);
        let mut peer = server.accept().await;
        peer.answer("[{}]").await;
        complete(&mut lanes, one).await;

        lanes.perform(
            Action::Exchange(two, Exchange::Ordinary),
            b"[{\"publish\":1}]",
        );
        peer.request().await;
        drop(peer);
        assert_eq!(lanes.closed(two).await.0, Close::Lost);

        // The next request that the server receives is another one.
        lanes.perform(
            Action::Exchange(three, Exchange::Ordinary),
            b"[{\"publish\":2}]",
        );
        assert_eq!(
            server.accept().await.answer("[{}]").await.body,
            "[{\"publish\":2}]"
        );
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_bayeux_is_malformed_and_not_shown() {
    in_time(async {
        let bodies = [
            "<html>hello</html>",
            "[null]",
            "null",
            "[{\"hello\":",
            "hello",
        ];
        for body in bodies {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane] = lane_ids();
            post(&mut lanes, lane);
            server.accept().await.answer(body).await;
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Malformed, "{body}");
            assert!(!chain(&error.unwrap()).contains("hello"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_status_other_than_200_is_reported_and_its_body_ignored() {
    in_time(async {
        let cases: [(&str, &[&str], u16, Option<u64>); 5] = [
            ("400 Bad Request", &[], 400, None),
            (
                "301 Moved",
                &["Location: https://elsewhere.example.com/"],
                301,
                None,
            ),
            ("503 Unavailable", &["Retry-After: 120"], 503, Some(120)),
            (
                "503 Unavailable",
                &[
                    "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT",
                    "Date: Wed, 21 Oct 2015 07:26:30 GMT",
                ],
                503,
                Some(90),
            ),
            ("504 Gateway Timeout", &["Retry-After: soon"], 504, None),
        ];
        for (line, headers, status, wait) in cases {
            let server = Server::bind().await;
            let mut lanes = lanes(&server.url());
            let [lane, next] = lane_ids();
            post(&mut lanes, lane);
            let mut peer = server.accept().await;
            peer.request().await;
            peer.respond(line, headers, "[{}]").await;
            let retry_after = wait.map(Duration::from_secs);
            assert_eq!(
                lanes.closed(lane).await.0,
                Close::Status {
                    status,
                    retry_after
                }
            );

            post(&mut lanes, next);
            server.accept().await.answer("[{}]").await;
            complete(&mut lanes, next).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_with_and_without_a_length() {
    in_time(async {
        let mut options = Options::default();
        options.max_body = 1000;
        let body = format!("[{{\"a\":\"{}\"}}]", "x".repeat(991));
        assert_eq!(body.len(), 1001);
        let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n{body}");
        let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{body}");
        let endless = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
        for response in [whole, chunked, endless] {
            let server = Server::bind().await;
            let mut lanes = lanes_with(&server.url(), options.clone());
            let [lane] = lane_ids();
            post(&mut lanes, lane);
            let mut peer = server.accept().await;
            peer.request().await;
            peer.write(response).await;
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Oversize);
            assert!(matches!(error, Some(Error::Oversize { limit: 1000 })));
            peer.gone().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_read_to_its_end_so_that_it_is_not_sent_again() {
    in_time(async {
        let mut options = Options::default();
        options.max_body = 1000;
        // More than all buffers between the two hold.
        let body = "x".repeat(16 * 1024 * 1024);
        for length in ["Content-Length: 16777216", "Connection: close"] {
            let server = Server::bind().await;
            let mut lanes = lanes_with(&server.url(), options.clone());
            let [lane] = lane_ids();
            post(&mut lanes, lane);
            let serving = async {
                let mut peer = server.accept().await;
                peer.request().await;
                peer.write(format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n{body}"))
                    .await;
            };
            let ((), (close, error)) = tokio::join!(serving, lanes.closed(lane));
            assert_eq!(close, Close::Oversize);
            assert!(matches!(error, Some(Error::Oversize { limit: 1000 })));
        }
    })
    .await;
}

#[tokio::test]
async fn a_truncated_body_is_a_lost_connection() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        post(&mut lanes, lane);
        let mut peer = server.accept().await;
        peer.request().await;
        // The received part would be complete messages.
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n[{}]")
            .await;
        drop(peer);
        let (close, error) = lanes.closed(lane).await;
        assert_eq!(close, Close::Lost, "{}", chain(&error.unwrap()));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_is_not_answered_ends_at_its_own_limit() {
    let server = Server::bind().await;
    let mut lanes = lanes(&server.url());
    let [ordinary, held] = lane_ids();
    let start = lanes.clock().now();
    let passed = |lanes: &Lanes| (lanes.clock().now() - start).as_secs();
    post(&mut lanes, ordinary);
    let mut silent = server.accept().await;
    silent.request().await;
    assert_eq!(lanes.closed(ordinary).await.0, Close::TimedOut);
    assert_eq!(passed(&lanes), 30);
    silent.gone().await;

    lanes.perform(Action::Exchange(held, HELD), b"[{}]");
    let mut silent = server.accept().await;
    silent.request().await;
    assert_eq!(lanes.closed(held).await.0, Close::TimedOut);
    assert_eq!(passed(&lanes), 30 + 60 + 20);
    silent.gone().await;
}

#[tokio::test(start_paused = true)]
async fn a_short_exchange_timeout_is_kept() {
    let server = Server::bind().await;
    let mut options = Options::default();
    options.exchange_timeout = Duration::from_secs(3);
    let mut lanes = lanes_with(&server.url(), options);
    let [lane] = lane_ids();
    let start = lanes.clock().now();
    post(&mut lanes, lane);
    let mut silent = server.accept().await;
    silent.request().await;
    assert_eq!(lanes.closed(lane).await.0, Close::TimedOut);
    assert_eq!((lanes.clock().now() - start).as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_after_a_while_and_reopened() {
    let unspecific: &[&str] = &[];
    for (headers, seconds) in [(unspecific, 4), (&["Keep-Alive: timeout=10, max=5"], 9)] {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two] = lane_ids();
        post(&mut lanes, one);
        let mut peer = server.accept().await;
        peer.request().await;
        peer.respond("200 OK", headers, "[{}]").await;
        complete(&mut lanes, one).await;
        let start = lanes.clock().now();
        peer.gone().await;
        assert_eq!((lanes.clock().now() - start).as_secs(), seconds);

        post(&mut lanes, two);
        server.accept().await.answer("[{}]").await;
        complete(&mut lanes, two).await;
    }
}
