//! Payloads: batches of a million messages, deep nesting, wide messages.

use core::time::Duration;

use bayeux_server::Options;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{frames::frame, victim::Victim};

/// Returns payloads that are dear to read, below the limit of 1 MiB each.
fn payloads() -> Vec<(&'static str, String)> {
    let list = |element: &str, times| format!("[{}{element}]", format!("{element},").repeat(times));
    let subscribe = |channels: String| {
        format!(r#"[{{"channel":"/meta/subscribe","clientId":"x","subscription":{channels}}}]"#)
    };
    vec![
        ("numbers", list("1", 500_000)),
        ("few numbers", list("1", 120_000)),
        ("objects", list("{}", 300_000)),
        ("few objects", list("{}", 80_000)),
        ("lists", list("[]", 80_000)),
        ("messages", list(r#"{"channel":"/a"}"#, 15_000)),
        (
            "a batch beyond the limit",
            list(r#"{"channel":"/meta/connect"}"#, 1_000),
        ),
        (
            "handshakes",
            list(
                r#"{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket"]}"#,
                999,
            ),
        ),
        ("nesting", "[".repeat(1_000_000)),
        (
            "nesting of messages",
            r#"{"channel":"/a","data":"#.to_owned() + &r#"{"a":"#.repeat(40_000),
        ),
        (
            "nesting that ends",
            format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000)),
        ),
        (
            "members",
            format!("[{{{}\"z\":1}}]", r#""a":1,"#.repeat(40_000)),
        ),
        ("members of a name each", {
            let members: Vec<_> = (0..20_000).map(|n| format!(r#""a{n}":1"#)).collect();
            format!("[{{{}}}]", members.join(","))
        }),
        ("channels", subscribe(list(r#""/a""#, 40_000))),
        ("odd channels", subscribe(list("[]", 80_000))),
        ("patterns", subscribe(list(r#""/a/**""#, 8_000))),
        (
            "a long channel",
            subscribe(format!("\"{}\"", "/a".repeat(100_000))),
        ),
        (
            "types",
            format!(
                r#"[{{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":{}}}]"#,
                list("1", 100_000)
            ),
        ),
        (
            "a long text",
            format!(r#"[{{"channel":"/a","data":"{}"}}]"#, "x".repeat(1_000_000)),
        ),
        (
            "escapes",
            format!(
                r#"[{{"channel":"/a","data":"{}"}}]"#,
                r"\u0000".repeat(40_000)
            ),
        ),
        (
            "half characters",
            format!(
                r#"[{{"channel":"/a","data":"{}"}}]"#,
                r"\ud83d".repeat(40_000)
            ),
        ),
        (
            "digits",
            format!(r#"[{{"channel":"/a","data":{}}}]"#, "9".repeat(1_000_000)),
        ),
        ("exponents", list("1e999999999", 20_000)),
        ("spaces", " ".repeat(1_000_000)),
        ("no end", r#"[{"channel":""#.to_owned()),
        ("not JSON", "<html>".repeat(100_000)),
    ]
}

#[tokio::test]
async fn dear_payloads_cost_little_over_http() {
    let victim = Victim::start(Options::default());
    let payloads = payloads();
    for (name, payload) in &payloads {
        let before = victim.cpu();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            payload.len()
        );
        let answer = victim
            .provoke([&head, &**payload].concat().as_bytes())
            .await;
        let spent = victim.cpu().saturating_sub(before);
        println!(
            "{name}: {spent:?}, {} bytes, {} KB",
            answer.len(),
            victim.grown()
        );
        // 413 if the payload is beyond the limit, 400 if it is no batch, and else a refusal in Bayeux.
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert!([200, 400, 413].contains(&status), "{name}: {answer:.200}");
        assert!(spent < Duration::from_secs(2), "{name}: {spent:?}");
        assert!(answer.len() < 2 << 20, "{name}: {} bytes", answer.len());
    }
    assert!(victim.server.clients().len() <= 4);
    victim.assert_cost(Duration::from_secs(15), 96).await;
}

#[tokio::test]
async fn dear_payloads_cost_little_over_a_websocket() {
    let victim = Victim::start(Options::default());
    for (name, payload) in &payloads() {
        let before = victim.cpu();
        let mut socket = victim.upgrade().await;
        let close = frame(0x88, &[]);
        let bytes = [frame(0x81, payload.as_bytes()), close].concat();
        let _ = socket.write_all(&bytes).await;
        let mut answer = Vec::new();
        let reading = async {
            let _ = socket.read_to_end(&mut answer).await;
        };
        let ended = tokio::time::timeout(Duration::from_mins(1), reading).await;
        ended.unwrap_or_else(|_| panic!("{name}: no end"));
        let spent = victim.cpu().saturating_sub(before);
        assert!(spent < Duration::from_secs(2), "{name}: {spent:?}");
        assert!(answer.len() < 2 << 20, "{name}: {} bytes", answer.len());
    }
    victim.assert_cost(Duration::from_secs(15), 96).await;
}
