//! REST responses: bombs, depth, endlessness, refusals.

use core::sync::atomic::{AtomicU64, Ordering};
use std::{
    io::{self, Write as _},
    thread,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{case::Case, http::LATE, peer::Peer};

const HISTORY: [&str; 5] = ["history", "--group", "5", "--format", "json"];

pub(super) fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// A history that is a body compressed by gzip.
fn zipped(name: &'static str, body: Vec<u8>) -> Case {
    Case::rest(name, &HISTORY, move |peer, _| {
        peer.respond("200 OK", "Content-Encoding: gzip\r\n", &body)
    })
    .fails(1)
}

fn history(
    name: &'static str,
    answer: impl Fn(&mut Peer, &str) -> io::Result<()> + Send + Sync + 'static,
) -> Case {
    Case::rest(name, &HISTORY, answer)
}

/// Returns a page of messages, which are all of their conversation.
pub(super) fn page(messages: &str) -> String {
    let count = messages.matches("{\"id\"").count();
    format!(r#"{{"response":{{"count":{count},"messages":[{messages}]}},"meta":{{"code":200}}}}"#)
}

/// Returns a message with an attachment nested beyond every limit.
pub(super) fn poisoned() -> String {
    let nested = format!("{}{}", "[".repeat(130), "]".repeat(130));
    format!(
        r#"{{"id":"1","group_id":"5","created_at":1700000000,"text":"the bad one","attachments":[{{"type":"x","a":{nested}}}]}}"#
    )
}

const GOOD: &str =
    r#"{"id":"2","group_id":"5","created_at":1700000001,"text":"the good one","attachments":[]}"#;

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let arrays = format!("[{}{{}}]", "{},".repeat(5_500_000));
    let ids: Vec<_> = (0..1_000_000)
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    let last = AtomicU64::new(1_000_000_000_000_000);
    let messages = "t".repeat(1000);
    vec![
        zipped("a gzip bomb of 400 MB", gzip(" ".repeat(1 << 20)).repeat(400))
            .says("more than 16777216 bytes"),
        Case::rest("700,000 empty gzip members", &HISTORY, {
            let body = gzip("").repeat(700_000);
            move |peer, _| peer.respond("200 OK", "Content-Encoding: gzip\r\n", &body)
        })
        .fails(5)
        .says("is not valid gzip: too many members")
        .cpu(2),
        zipped("5,500,000 empty objects", gzip(arrays)).says("more than 30000 objects"),
        Case::rest("a page of 1,000,000 messages", &HISTORY, {
            let body = gzip(page(&ids.join(",")));
            move |peer, _| peer.respond("200 OK", "Content-Encoding: gzip\r\n", &body)
        })
        .fails(1)
        .says("more than 30000 objects"),
        history("15,000,000 open brackets", |peer, _| peer.json("[".repeat(15_000_000)))
            .fails(5)
            .says("ends in the middle"),
        history("an endless body in chunks", |peer, _| {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            peer.send_forever(format!("10000\r\n{}\r\n", " ".repeat(65_536)))
        })
        .fails(1)
        .says("more than 16777216 bytes"),
        history("endless headers", |peer, _| {
            peer.send("HTTP/1.1 200 OK\r\n")?;
            peer.send_forever(format!("X: {}\r\n", "a".repeat(60_000)))
        })
        .fails(5)
        .says("message head is too large"),
        history("endless interim responses", |peer, _| {
            peer.send_forever("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))
        })
        .fails(5)
        .says("interim responses")
        .cpu(2),
        history("endless trailers", |peer, _| {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n")?;
            peer.send_forever(format!("T: {}\r\n", "a".repeat(1000)))
        })
        .fails(5)
        .cpu(2),
        history("an endless chunk extension", |peer, _| {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")?;
            peer.send_forever("a".repeat(65_536))
        })
        .fails(5)
        .cpu(2),
        zipped("16 MB that are not UTF-8", gzip([&b"[\""[..], &[0xff; 16_000_000], b"\"]"].concat()))
            .memory(80),
        Case::rest("9,000 groups in 100 kB", &["groups"], {
            let groups = vec![r#"{"id":"1"}"#; 9_000].join(",");
            move |peer, _| peer.json(format!("[{groups}]"))
        })
        .fails(1)
        .memory(32),
        history("Retry-After of 2^64-1", |peer, _| {
            peer.respond("429 T", "Retry-After: 18446744073709551615\r\n", "{}")
        })
        .fails(5)
        .says("too many requests"),
        history("retryAfterSeconds of 1.8e19", |peer, _| {
            peer.respond("429 T", "", r#"{"retryAfterSeconds":1.8446744073709550e19}"#)
        })
        .fails(5)
        .says("too many requests"),
        history("Retry-After of 2^64-1, late", |peer, _| {
            thread::sleep(LATE);
            peer.respond("429 T", "Retry-After: 18446744073709551615\r\n", "{}")
        })
        .fails(5)
        .says("too many requests"),
        history("retryAfterSeconds of 1.8e19, late", |peer, _| {
            thread::sleep(LATE);
            peer.respond("429 T", "", r#"{"retryAfterSeconds":1.8446744073709550e19}"#)
        })
        .fails(5)
        .says("too many requests"),
        history("an error text with the token and terminal codes", |peer, _| {
            let text = "\u{1b}]0;pwned\u{7}\u{1b}[2Jred\u{202e}evil\nline\r\u{9b}31m SECRETTOKEN0123456789";
            let body = json!({"meta": {"code": 403, "errors": [text]}}).to_string();
            peer.respond("403 T", "", body)
        })
        .fails(4)
        .hides("\u{1b}")
        .hides("\u{9b}")
        .hides("\u{202e}"),
        history("a redirect to another server", |peer, _| {
            peer.respond("301 M", "Location: http://127.0.0.1:1/\r\n", "")
        })
        .fails(1)
        .says("301"),
        Case::rest(
            "a history without an end",
            &["history", "--all", "--group", "5", "--format", "json"],
            move |peer, _| {
                let first = last.fetch_sub(100, Ordering::Relaxed);
                let rows = (0..100).map(|number| {
                    format!(r#"{{"id":"{}","group_id":"5","text":"{messages}"}}"#, first - number)
                });
                peer.json(page(&rows.collect::<Vec<_>>().join(",")))
            },
        )
        .goes_on()
        .memory(64),
        history("an attachment nested too deep beside a good message", |peer, _| {
            peer.json(page(&format!("{GOOD},{}", poisoned())))
        })
        .says("the good one"),
        history("a number of 1e400 beside a good message", |peer, _| {
            let bad = r#"{"id":"1","group_id":"5","text":"the bad one","created_at":1e400}"#;
            peer.json(page(&format!("{GOOD},{bad}")))
        })
        .says("the good one")
        .says("the bad one"),
        Case::rest(
            "a user whose id is no number",
            &["listen", "--gateway-url", "http://127.0.0.1:1/faye", "--for", "1s"],
            |peer, _| peer.json(r#"{"response":{"id":"**"},"meta":{"code":200}}"#),
        )
        .fails(1)
        .says("the REST API returned"),
        Case::rest(
            "a reaction that is removed and not replaced",
            &["like", "--group", "5", "7", "--emoji", "x"],
            |peer, target| {
                if target.ends_with("/unlike") {
                    peer.json(r#"{"meta":{"code":200}}"#)
                } else {
                    peer.respond("400 T", "", r#"{"meta":{"code":400,"errors":["no"]}}"#)
                }
            },
        )
        .fails(4)
        .says("your earlier reaction to the message, if there was one, is removed"),
        Case::rest(
            "ids in a history that are no positions",
            &["history", "--group", "5", "--format", "json", "--all"],
            |peer, target| {
                let row = |id: &str, text: &str| {
                    format!(r#"{{"id":"{id}","group_id":"5","created_at":1700000001,"text":"{text}"}}"#)
                };
                let good = row("170000000100000000", "the good one");
                if target.contains("before_id=170000000100000000") {
                    peer.json(page(&row("170000000000000000", "the oldest")))
                } else if target.contains("before_id") {
                    peer.json(page(""))
                } else {
                    let odd = ["15", "q", "999999999999999999"].map(|id| row(id, "an odd one"));
                    peer.json(page(&format!("{},{good}", odd.join(","))))
                }
            },
        )
        .says("an odd one")
        .says("the oldest"),
        Case::rest(
            "a history that repeats its first page",
            &["history", "--group", "5", "--format", "json", "--all"],
            |peer, _| peer.json(page(GOOD).replace(r#""count":1"#, r#""count":250"#)),
        )
        .fails(7)
        .says("1 messages of the 250"),
        Case::rest(
            "a history with a message nested too deep",
            &["history", "--group", "5", "--format", "json", "--all"],
            |peer, target| {
                if target.contains("before_id=1") && !target.contains("before_id=10") {
                    peer.json(page(""))
                } else if target.contains("before_id") {
                    let oldest = r#"{"id":"0","group_id":"5","text":"the oldest","attachments":[]}"#;
                    peer.json(page(&format!("{},{oldest}", poisoned())))
                } else {
                    peer.json(page(GOOD))
                }
            },
        )
        .says("the good one")
        .says("the oldest"),
    ]
}
