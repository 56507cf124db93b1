//! A gateway that behaves beside a REST API that does not.

use core::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::json;

use super::{
    case::Case,
    http::LATE,
    rest::{page, poisoned},
};

const EMPTY: &str = r#"{"response":[],"meta":{"code":200}}"#;

pub(super) fn cases() -> Vec<Case> {
    let lists = AtomicU64::new(0);
    vec![
        Case::both("Retry-After of 2^64-1 while listening", |peer, _| {
            thread::sleep(LATE);
            peer.respond("429 T", "Retry-After: 18446744073709551615\r\n", "{}")
        })
        .lasts(6),
        Case::both("a list of groups without an end while listening", move |peer, target| {
            if !target.contains("/groups") || target.contains("messages") {
                return peer.json(EMPTY);
            }
            let first = lists.fetch_add(500, Ordering::Relaxed);
            let rows = (0..500).map(|number| {
                json!({"id": (first + number).to_string(), "name": "g".repeat(2000),
                    "messages": {"count": 1, "last_message_id": "9", "last_message_created_at": 1_700_000_000}})
            });
            let body = json!({"response": rows.collect::<Vec<_>>(), "meta": {"code": 200}});
            peer.json(body.to_string())
        })
        .lasts(8)
        .cpu(15),
        Case::both("a message nested too deep in the history", |peer, target| {
            let good = r#"{"id":"2","group_id":"5","created_at":1700000001,"text":"the good one","attachments":[]}"#;
            if target.contains("messages") && !target.contains("before_id") && !target.contains("after_id") {
                peer.json(page(&format!("{good},{}", poisoned())))
            } else if target.contains("/groups?") && target.contains("page=1") {
                let group = json!({"id": "5", "name": "g",
                    "messages": {"count": 2, "last_message_id": "2", "last_message_created_at": 1_700_000_001}});
                peer.json(json!({"response": [group], "meta": {"code": 200}}).to_string())
            } else {
                peer.json(EMPTY)
            }
        })
        .lasts(6)
        .says("the good one")
        .says("caught_up"),
    ]
}
