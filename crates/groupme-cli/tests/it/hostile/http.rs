//! HTTP responses of the gateway: endless, oversized or contradictory.

use core::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use std::{sync::Arc, thread};

use super::{
    case::Case,
    peer::{Peer, SWITCHING, replies},
};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// `2^64 - 1` seconds.
const FOR_EVER: &str = "Retry-After: 18446744073709551615\r\n";

/// Delay before a refusal, as of a server that thinks first.
pub(super) const LATE: Duration = Duration::from_millis(1_300);

/// Answers long-polling requests with success and advice.
fn poll(peer: &mut Peer, headers: &str, advice: &str) -> std::io::Result<usize> {
    let request = peer.request()?;
    let body = replies(&request.messages(), "abc", advice);
    peer.respond("200 OK", headers, body)?;
    Ok(request.header_len())
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let longest = AtomicUsize::new(0);
    let was_long = Arc::new(AtomicBool::new(false));
    let is_long = Arc::clone(&was_long);
    let polls = AtomicUsize::new(0);
    let was_busy = Arc::new(AtomicBool::new(false));
    let is_busy = Arc::clone(&was_busy);
    vec![
        Case::websocket("endless headers", |peer| {
            peer.request()?;
            peer.send(SWITCHING)?;
            peer.send_forever(format!("X: {}\r\n", "a".repeat(1000)))
        })
        .says("message head is too large"),
        Case::websocket("an endless header line", |peer| {
            peer.request()?;
            peer.send("HTTP/1.1 200 OK\r\nX: ")?;
            peer.send_forever("a".repeat(65_536))
        })
        .says("message head is too large"),
        Case::websocket("3,000 small headers", |peer| {
            peer.request()?;
            peer.send(SWITCHING)?;
            peer.send("X: a\r\n".repeat(3000))?;
            peer.send("\r\n")?;
            peer.hold()
        })
        .says("message head is too large"),
        Case::polling("a body of 100 MB with its length", |peer| {
            peer.request()?;
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")?;
            peer.send_forever(" ".repeat(65_536))
        })
        .says("more than 8388608 bytes"),
        Case::polling("an endless body in chunks", |peer| {
            peer.request()?;
            peer.send(CHUNKED)?;
            peer.send_forever(format!("10000\r\n{}\r\n", " ".repeat(65_536)))
        })
        .says("more than 8388608 bytes"),
        Case::polling("an endless chunk extension", |peer| {
            peer.request()?;
            peer.send(CHUNKED)?;
            peer.send("1;")?;
            peer.send_forever("a".repeat(65_536))
        })
        .says("chunk extensions over limit"),
        Case::polling("endless trailers", |peer| {
            peer.request()?;
            peer.send(CHUNKED)?;
            peer.send("2\r\n[]\r\n0\r\n")?;
            peer.send_forever(format!("T: {}\r\n", "a".repeat(1000)))
        })
        .says("chunk trailers bytes over limit"),
        Case::polling("endless interim responses", |peer| {
            peer.request()?;
            peer.send_forever("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))
        })
        .says("interim responses"),
        Case::polling("half a header", |peer| {
            peer.request()?;
            peer.send("HTTP/1.1 200 OK\r\nConte")?;
            peer.hold()
        }),
        Case::polling("a redirect to another server", |peer| {
            peer.request()?;
            peer.respond("302 Found", "Location: http://127.0.0.1:1/x\r\n", "")?;
            peer.hold()
        })
        .says("302"),
        Case::polling("a redirect to a file", |peer| {
            peer.request()?;
            peer.respond("307 T", "Location: file:///etc/passwd\r\n", "")?;
            peer.hold()
        })
        .says("307"),
        Case::polling("Retry-After of 2^64-1 on a poll", |peer| {
            peer.request()?;
            peer.respond("503 T", FOR_EVER, "")?;
            peer.hold()
        })
        .says("503"),
        Case::websocket("Retry-After of 2^64-1 on the upgrade", |peer| {
            peer.request()?;
            peer.respond("503 T", FOR_EVER, "")?;
            peer.hold()
        })
        .says("503"),
        Case::polling("Retry-After of 2^64-1 on a poll, late", |peer| {
            peer.request()?;
            thread::sleep(LATE);
            peer.respond("503 T", FOR_EVER, "")?;
            peer.hold()
        })
        .says("503"),
        Case::websocket("Retry-After of 2^64-1 on the upgrade, late", |peer| {
            peer.request()?;
            thread::sleep(LATE);
            peer.respond("503 T", FOR_EVER, "")?;
            peer.hold()
        })
        .says("503"),
        Case::websocket("Retry-After of a day", |peer| {
            peer.request()?;
            peer.respond("503 T", "Retry-After: 86400\r\n", "")?;
            peer.hold()
        })
        .says("503"),
        Case::polling("cookies of 25,000 bytes with each response", move |peer| {
            loop {
                let value = "v".repeat(25_000);
                let number = longest.load(Ordering::Relaxed);
                let headers =
                    format!("Set-Cookie: a{number}={value}\r\nSet-Cookie: b{number}={value}\r\n");
                let advice = r#"{"reconnect":"retry","interval":0,"timeout":30000}"#;
                let len = poll(peer, &headers, advice)?;
                longest.fetch_add(1, Ordering::Relaxed);
                if len > 16_384 {
                    is_long.store(true, Ordering::Relaxed);
                }
            }
        })
        .unless(was_long, "a request had more than 16,384 bytes of headers"),
        Case::polling("advice to poll without a pause", move |peer| {
            loop {
                poll(
                    peer,
                    "",
                    r#"{"reconnect":"retry","interval":0,"timeout":0}"#,
                )?;
                if polls.fetch_add(1, Ordering::Relaxed) > 100 {
                    is_busy.store(true, Ordering::Relaxed);
                }
            }
        })
        .unless(was_busy, "more than 100 polls in two seconds"),
        Case::polling("advice to shake hands without a pause", |peer| {
            loop {
                let request = peer.request()?;
                let mut messages = request.messages();
                let advice = r#"{"reconnect":"retry","interval":0,"timeout":0}"#;
                if messages
                    .iter()
                    .all(|one| one["channel"] == "/meta/handshake")
                {
                    peer.respond("200 OK", "", replies(&messages, "abc", advice))?;
                    continue;
                }
                for message in &mut messages {
                    *message = serde_json::json!({
                        "channel": message["channel"], "id": message["id"], "successful": false,
                        "error": "401::Unknown client",
                        "advice": {"reconnect": "handshake", "interval": 0},
                    });
                }
                let body = serde_json::Value::from(messages).to_string();
                peer.respond("200 OK", "", body)?;
            }
        })
        .says("the server forgot the session"),
    ]
}
