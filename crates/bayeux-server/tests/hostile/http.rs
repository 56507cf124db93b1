//! Half requests, pipelines, floods of headers, bombs of chunks.

use core::time::Duration;
use std::sync::Arc;

use bayeux_server::Options;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::victim::{Victim, answer, impatient};

/// Returns the status of an answer; 0 if there is none.
fn status(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1);
    word.map_or(0, |status| status.parse().unwrap())
}

#[tokio::test]
async fn half_requests_end_and_hold_no_more_than_a_head() {
    let victim = Victim::start(impatient());
    // 200 heads of 1 MB each, none of which ends.
    let head = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX-Pad: {}",
        "x".repeat(1 << 20)
    );
    let head: Arc<str> = head.into();
    let mut attacks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (stream, head) = (victim.connect().await, Arc::clone(&head));
        attacks.spawn(async move { answer(stream, head.as_bytes()).await });
    }
    while let Some(ended) = attacks.join_next().await {
        let answer = String::from_utf8(ended.unwrap()).unwrap();
        assert!([0, 400, 408, 431].contains(&status(&answer)), "{answer}");
    }
    victim.assert_cost(Duration::from_secs(5), 40).await;
}

#[tokio::test]
async fn a_request_that_comes_byte_by_byte_ends_with_the_timeout() {
    let victim = Victim::start(impatient());
    for request in [
        "GET /?message=[] HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n[]                       ",
    ] {
        let mut stream = victim.connect().await;
        let begun = tokio::time::Instant::now();
        for byte in request.bytes() {
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        assert!([0, 408].contains(&status(&answer)), "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
    victim.assert_cost(Duration::from_secs(1), 16).await;
}

#[tokio::test]
async fn a_pipeline_is_answered_in_turn_and_waits_for_its_reader() {
    let victim = Victim::start(impatient());
    let request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]";
    let mut requests = request.repeat(20_000);
    requests
        .push_str("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]");
    let answers = victim.provoke(requests.as_bytes()).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 20_001);
    // A client that reads nothing is not answered for ever.
    let mut deaf = victim.connect().await;
    let begun = tokio::time::Instant::now();
    loop {
        let sent =
            tokio::time::timeout(Duration::from_secs(10), deaf.write_all(requests.as_bytes()));
        match sent.await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => break,
            Err(elapsed) => panic!("the server holds a client that reads nothing: {elapsed}"),
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "still answering");
    }
    victim.assert_cost(Duration::from_secs(30), 48).await;
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let victim = Victim::start(impatient());
    let header = "X-Pad: x\r\n";
    for head in [
        header.repeat(101),
        header.repeat(100_000),
        format!("X-{}: x\r\n", "x".repeat(200_000)),
        format!("X: {}\r\n", "x".repeat(200_000)),
        format!("Cookie: {}\r\n", "a=b; ".repeat(50_000)),
        "Host: y\r\n".repeat(2_000),
    ] {
        let request = format!("GET /?message=[] HTTP/1.1\r\nHost: x\r\n{head}\r\n");
        let answer = victim.provoke(request.as_bytes()).await;
        assert!([0, 400, 431].contains(&status(&answer)), "{answer}");
    }
    for line in [
        format!("GET /{} HTTP/1.1", "x".repeat(100_000)),
        format!("{} / HTTP/1.1", "X".repeat(100_000)),
        "GET / HTTP/9.9".to_owned(),
        "GET /\0 HTTP/1.1".to_owned(),
        "\u{1}\u{2}\u{3}".to_owned(),
    ] {
        let request = format!("{line}\r\nHost: x\r\n\r\n");
        let answer = victim.provoke(request.as_bytes()).await;
        assert!(
            [0, 400, 405, 414, 431].contains(&status(&answer)),
            "{answer}"
        );
    }
    // Two lengths, or a length and chunks, are the beginnings of smuggled requests.
    for headers in [
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Transfer-Encoding: gzip\r\n",
    ] {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n[]GET /?message=[] HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        let answer = victim.provoke(request.as_bytes()).await;
        let is_answered = answer.contains("HTTP/1.1 200");
        assert!(!is_answered, "{headers}: {answer}");
    }
    victim.assert_cost(Duration::from_secs(3), 16).await;
}

#[tokio::test]
async fn bombs_of_chunks_are_refused_or_end_with_the_timeout() {
    let victim = Victim::start(impatient());
    let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (body, expected) in [
        // 2 MiB, a byte each.
        ("1\r\n9\r\n".repeat(2 << 20), &[408, 413][..]),
        // No byte at all, but what stands beside.
        (format!("1;{}\r\n9\r\n", "x".repeat(1 << 20)), &[0, 400]),
        ("1;xxxxxxxxxxxxxxx\r\n9\r\n".repeat(100_000), &[0, 400]),
        ("ffffffffffffffff\r\n9".to_owned(), &[0, 400, 408, 413]),
        ("10000000000000000\r\n9".to_owned(), &[0, 400]),
        ("-1\r\n9".to_owned(), &[0, 400]),
        (
            format!("0\r\n{}", "X-Pad: x\r\n".repeat(100_000)),
            &[0, 400, 408],
        ),
        ("00000000".repeat(100_000), &[0, 400, 408]),
    ] {
        let answer = victim.provoke([head, &body].concat().as_bytes()).await;
        let begin = body.get(..body.len().min(20));
        assert!(expected.contains(&status(&answer)), "{begin:?}: {answer}");
    }
    victim.assert_cost(Duration::from_secs(10), 48).await;
}

#[tokio::test]
async fn half_bodies_of_all_clients_share_a_budget() {
    let mut options = impatient();
    options.request_timeout = Duration::from_secs(10);
    options.max_unfinished = 8 << 20;
    let victim = Victim::start(options);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n";
    let part = [head, &" ".repeat(1_000_000)].concat();
    let begin = [
        &[0x01, 0xff][..],
        &1_000_000_u64.to_be_bytes(),
        &[0; 4],
        " ".repeat(999_999).as_bytes(),
    ]
    .concat();
    let mut connections = Vec::new();
    for _ in 0..50 {
        let mut connection = victim.connect().await;
        // The server refuses some in the middle.
        let _ = connection.write_all(part.as_bytes()).await;
        let mut socket = victim.upgrade().await;
        let _ = socket.write_all(&begin).await;
        connections.extend([connection, socket]);
    }
    // Small requests are still let in.
    victim.assert_works().await;
    let grown = victim.grown();
    assert!(grown < 40 << 10, "{grown} KB");
    let mut refused = 0;
    for mut connection in connections {
        let mut end = Vec::new();
        let reading = connection.read_to_end(&mut end);
        let _ = tokio::time::timeout(Duration::from_millis(20), reading).await;
        refused +=
            u32::from(end.starts_with(b"HTTP/1.1 503") || end.ends_with(&1013_u16.to_be_bytes()));
    }
    assert!(refused > 40, "{refused} are refused by name");
    victim.assert_cost(Duration::from_secs(10), 40).await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whatever_its_length_says() {
    let victim = Victim::start(Options::default());
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4294967296\r\n\r\n";
    let answer = victim
        .provoke([head, &"x".repeat(1 << 20)].concat().as_bytes())
        .await;
    assert_eq!(status(&answer), 413);
    victim.assert_cost(Duration::from_secs(1), 16).await;
}
