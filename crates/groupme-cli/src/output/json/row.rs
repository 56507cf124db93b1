//! Rows as JSON objects.

use core::time::Duration;
use std::io;

use serde_json::{Value, json};

use super::{as_sent::AsSent, line};
use crate::{credentials::Origin, output::Row};

/// Prints a row as GroupMe's own object if there is one, otherwise as an object with a `kind`.
pub(in crate::output) fn row(row: &Row<'_>) -> io::Result<()> {
    match row {
        Row::Message(message) | Row::Edited(message) => line(message),
        Row::Chat(chat) => line(chat),
        Row::Group(group) => line(group),
        Row::Read(_, receipt) => line(receipt),
        Row::Member(member) => line(member),
        Row::Topic(topic) => line(topic),
        Row::Poll(poll) => line(poll),
        Row::Bot(bot) => line(bot),
        Row::Answer(value) => line(&AsSent(*value)),
        Row::Sent(sent, guid) => match sent.message() {
            Some(message) => line(message),
            None => line(&json!({ "id": null, "source_guid": guid.as_str() })),
        },
        other => own(other).map_or(Ok(()), |own| line(&own)),
    }
}

/// Returns a line of the command's own, which OUTPUT.md documents; `None` for an object of GroupMe's.
pub(super) fn own(row: &Row<'_>) -> Option<Value> {
    Some(match row {
        Row::Joined(group, joined) => json!({
            "kind": "joined",
            "group": group,
            "name": joined.and_then(|group| group.name.as_ref()),
            "pending": joined.is_none(),
        }),
        Row::Left(group, name) => json!({ "kind": "left", "group": group, "name": name }),
        Row::Pinned(conversation, message, is_pinned) => json!({
            "kind": if *is_pinned { "pinned" } else { "unpinned" },
            "conversation": conversation,
            "message": message,
        }),
        Row::Posted(messages) => json!({ "kind": "posted", "messages": messages }),
        Row::Destroyed => json!({ "kind": "destroyed" }),
        Row::Deleted(conversation, message) => json!({
            "kind": "deleted",
            "conversation": conversation,
            "message": message,
        }),
        Row::Reactions(message, reactions) => json!({
            "kind": "reactions",
            "message": message,
            "reactions": reactions,
        }),
        Row::Downloaded(path, size) => json!({
            "kind": "downloaded",
            "file": path.to_string_lossy(),
            "bytes": size,
        }),
        Row::Archived(report) => json!({
            "kind": "archived",
            "conversation": report.info.id,
            "name": report.info.name,
            "messages": report.info.messages,
            "added": report.added,
            "changed": report.changed,
            "counted": report.info.counted,
            "missing": report.missing(),
            "media": {
                "saved": report.media.saved,
                "bytes": report.media.bytes,
                "refused": report.media.refused,
                "failed": report.media.failed,
            },
        }),
        Row::Pages(index) => json!({
            "kind": "pages",
            "index": index.to_string_lossy(),
        }),
        Row::Typing(channel) => json!({ "kind": "typing", "channel": channel }),
        Row::RoundTrip(number, time) => json!({
            "kind": "ping",
            "number": number,
            "ms": time.map(millis),
        }),
        Row::RoundTrips(trips) => {
            let of = |percent| trips.percentile(percent).map(millis);
            json!({
                "kind": "pings",
                "sent": trips.sent(),
                "answered": trips.answered(),
                "min_ms": of(0),
                "median_ms": of(50),
                "p99_ms": of(99),
            })
        }
        Row::LoggedIn(name, kept, file) => json!({
            "kind": "login",
            "profile": name,
            "user_id": kept.user_id,
            "name": kept.name,
            "file": file.to_string_lossy(),
        }),
        Row::LoggedOut(name) => json!({ "kind": "logout", "profile": name }),
        Row::Profile(name, kept) => json!({
            "kind": "profile",
            "profile": name,
            "user_id": kept.user_id,
            "name": kept.name,
            "api_url": kept.api_url,
            "gateway_url": kept.gateway_url,
        }),
        Row::Account(user, origin) => json!({
            "kind": "account",
            "user_id": user.id,
            "name": user.name,
            "token_from": origin.name(),
            "profile": match origin {
                Origin::Profile(name) => Some(name),
                _ => None,
            },
        }),
        _ => return None,
    })
}

/// Returns milliseconds, rounded to the microsecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
