//! Servers that are missing, or are not a gateway.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{io, sync::Arc};

use bayeux_proto::{Cause as Broken, Close};
use groupme_client::{
    Builder, Client, ClientEnd, DisconnectCause, Status, Token, TransportPolicy, UserId,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::account::{TRANSPORTS, chain, end, status, statuses_until};

fn builder(port: u16) -> Builder {
    Client::builder(Token::new("a-token").unwrap(), UserId::new("1"))
        .gateway_url(format!("http://127.0.0.1:{port}/faye"))
        .seed(1)
}

async fn failed_attempt(client: &mut Client) -> (DisconnectCause, Duration) {
    assert!(matches!(status(client).await, Status::Connecting));
    match status(client).await {
        Status::Disconnected { cause, retry_in } => (cause, retry_in),
        other => panic!("{other:?}"),
    }
}

/// Returns a port at which nobody listens, as far as possible.
async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a server that sends `answer` to every request, and counts them.
async fn server(answer: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok() {
                // The client may be gone.
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (port, asked)
}

/// Returns the delays of five attempts in a row, none of them waited for.
async fn delays(seed: u64) -> Vec<Duration> {
    let mut client = builder(closed_port().await)
        .transport(TransportPolicy::LongPolling)
        .seed(seed)
        .connect()
        .unwrap();
    let mut delays = Vec::new();
    for _ in 0..8 {
        delays.push(failed_attempt(&mut client).await.1);
        client.handle().wake().unwrap();
    }
    delays
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_after_delays_that_grow_and_differ() {
    let (one, other) = (delays(1).await, delays(2).await);
    assert_ne!(one, other, "not jittered");
    for delays in [one, other] {
        assert!(delays[0] < Duration::from_millis(250), "{delays:?}");
        for (doublings, delay) in delays[1..].iter().enumerate() {
            // A little less than drawn: elapsed time is subtracted.
            let ceiling = Duration::from_millis(250) + Duration::from_secs(1 << doublings);
            assert!(
                (Duration::from_millis(200)..=ceiling).contains(delay),
                "{delays:?}"
            );
        }
        let early: Duration = delays[..4].iter().sum();
        let late: Duration = delays[4..].iter().sum();
        assert!(late > early, "{delays:?}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_reported_with_everything_behind_it() {
    for transport in TRANSPORTS {
        let port = closed_port().await;
        let mut client = builder(port).transport(transport).connect().unwrap();
        let (cause, _) = failed_attempt(&mut client).await;
        assert_eq!(cause.protocol(), &Broken::Lane(Close::ConnectionRefused));
        let reported = chain(&cause);
        assert!(reported[0].contains(&port.to_string()), "{reported:?}");
        let source = core::error::Error::source(&cause)
            .and_then(|source| source.downcast_ref::<io::Error>());
        assert_eq!(source.unwrap().kind(), io::ErrorKind::ConnectionRefused);
        client.handle().disconnect();
        assert_eq!(end(&mut client).await, ClientEnd::Requested);
    }
}

#[tokio::test]
async fn something_that_is_no_gateway_is_named_and_left_in_peace() {
    let html = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\nConnection: close\r\n\r\n<html>hello</html>\r\n";
    for (answer, broken, words) in [
        (&html[..], Broken::Lane(Close::Malformed), "not Bayeux"),
        (
            b"220 mail.example.com ESMTP\r\n",
            Broken::Lane(Close::Malformed),
            "not HTTP",
        ),
        (
            b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Broken::Lane(Close::Status {
                status: 502,
                retry_after: None,
            }),
            "502",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]",
            Broken::Violation("a response without a handshake reply"),
            "without a handshake reply",
        ),
        (
            b"",
            Broken::Lane(Close::Lost),
            "the server closed the connection",
        ),
    ] {
        let (port, asked) = server(answer).await;
        let mut client = builder(port)
            .transport(TransportPolicy::LongPolling)
            .connect()
            .unwrap();
        for attempt in 0..3 {
            let (cause, retry_in) = failed_attempt(&mut client).await;
            assert_eq!(cause.protocol(), &broken);
            let reported = chain(&cause);
            assert!(
                reported.iter().any(|line| line.contains(words)),
                "{reported:?}"
            );
            let least = if attempt == 0 { 0 } else { 200 };
            assert!(retry_in >= Duration::from_millis(least), "{retry_in:?}");
            // An attempt sends one request, or two if the first used a connection that was kept too
            // long.
            assert!(asked.load(Ordering::Relaxed) <= attempt + 1);
        }
    }
}

#[tokio::test]
async fn an_upgrade_answered_with_a_page_says_so() {
    let html = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
    let (port, _) = server(html).await;
    let mut client = builder(port)
        .transport(TransportPolicy::WebSocket)
        .connect()
        .unwrap();
    let (cause, _) = failed_attempt(&mut client).await;
    let reported = chain(&cause).join(": ");
    assert!(reported.contains("200"), "{reported}");
}

#[tokio::test]
async fn an_endpoint_that_refuses_everybody_ends_the_client() {
    let (port, asked) =
        server(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    for transport in TRANSPORTS {
        let mut client = builder(port).transport(transport).connect().unwrap();
        assert_eq!(end(&mut client).await, ClientEnd::Forbidden { status: 401 });
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2 * 5);
}

#[tokio::test]
async fn a_status_403_is_reported_and_tried_again() {
    let (port, asked) =
        server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    for transport in TRANSPORTS {
        let mut client = builder(port).transport(transport).connect().unwrap();
        for _ in 0..3 {
            let (cause, _) = failed_attempt(&mut client).await;
            let reported = chain(&cause).join(": ");
            assert!(reported.contains("403"), "{reported}");
        }
    }
    assert!(asked.load(Ordering::Relaxed) >= 2 * 3);
}

/// Starts a gateway that works, except for the first subscribe.
async fn stumbling_gateway() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let stumbled = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let stumbled = Arc::clone(&stumbled);
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"]") {
                    let mut bytes = [0; 4096];
                    match stream.read(&mut bytes).await {
                        Ok(read @ 1..) => request.extend_from_slice(&bytes[..read]),
                        _ => return,
                    }
                }
                let request = String::from_utf8(request).unwrap();
                let reply = if request.contains("/meta/handshake") {
                    r#"[{"channel":"/meta/handshake","successful":true,"clientId":"c"}]"#
                } else if request.contains("/meta/subscribe") {
                    match stumbled.fetch_add(1, Ordering::Relaxed) {
                        0 => {
                            r#"[{"channel":"/meta/subscribe","successful":false,"error":"500::Out of order"}]"#
                        }
                        _ => r#"[{"channel":"/meta/subscribe","successful":true}]"#,
                    }
                } else if request.contains(r#""timeout":0"#) {
                    r#"[{"channel":"/meta/connect","successful":true}]"#
                } else {
                    return core::future::pending().await;
                };
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    reply.len()
                );
                // The client may be gone.
                let _ = stream
                    .write_all([head.as_str(), reply].concat().as_bytes())
                    .await;
            });
        }
    });
    port
}

#[tokio::test]
async fn the_own_channel_is_requested_again_where_the_gateway_stumbled_over_it() {
    let mut client = builder(stumbling_gateway().await)
        .transport(TransportPolicy::LongPolling)
        .connect()
        .unwrap();
    let reported = statuses_until(&mut client, |status| {
        matches!(status, Status::Subscribed { .. })
    })
    .await;
    let refusals = reported
        .iter()
        .filter(|status| matches!(status, Status::Refused { .. }));
    assert_eq!(refusals.count(), 1, "{reported:?}");
}
