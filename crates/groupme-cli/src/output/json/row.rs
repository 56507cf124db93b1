//! Rows as JSON objects.

use core::time::Duration;
use std::io;

use serde_json::json;

use super::line;
use crate::output::Row;

/// Prints GroupMe's own object where there is one, otherwise an object with a `kind`.
pub(in crate::output) fn row(row: &Row<'_>) -> io::Result<()> {
    match row {
        Row::Message(message) | Row::Edited(message) => line(message),
        Row::Chat(chat) => line(chat),
        Row::Group(group) => line(group),
        Row::Read(_, receipt) => line(receipt),
        Row::Sent(sent, guid) => match sent.message() {
            Some(message) => line(message),
            None => line(&json!({ "id": null, "source_guid": guid.as_str() })),
        },
        Row::Deleted(conversation, message) => line(&json!({
            "kind": "deleted",
            "conversation": conversation,
            "message": message,
        })),
        Row::Reactions(message, reactions) => line(&json!({
            "kind": "reactions",
            "message": message,
            "reactions": reactions,
        })),
        Row::Downloaded(path, size) => line(&json!({
            "kind": "downloaded",
            "file": path.to_string_lossy(),
            "bytes": size,
        })),
        Row::Archived(report) => line(&json!({
            "kind": "archived",
            "conversation": report.about.id,
            "name": report.about.name,
            "messages": report.about.messages,
            "added": report.added,
            "changed": report.changed,
            "counted": report.about.counted,
            "missing": report.missing(),
            "media": {
                "saved": report.media.saved,
                "bytes": report.media.bytes,
                "refused": report.media.refused,
            },
        })),
        Row::Pages(index) => line(&json!({
            "kind": "pages",
            "index": index.to_string_lossy(),
        })),
        Row::Typing(channel) => line(&json!({ "kind": "typing", "channel": channel })),
        Row::RoundTrip(number, time) => line(&json!({
            "kind": "ping",
            "number": number,
            "ms": time.map(millis),
        })),
        Row::RoundTrips(trips) => {
            let of = |percent| trips.percentile(percent).map(millis);
            line(&json!({
                "kind": "pings",
                "sent": trips.sent(),
                "answered": trips.answered(),
                "min_ms": of(0),
                "median_ms": of(50),
                "p99_ms": of(99),
            }))
        }
    }
}

/// Returns milliseconds, rounded to the microsecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
