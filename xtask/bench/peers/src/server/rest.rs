//! As much of the REST API as a client needs to listen without gaps.

use core::ops::Range;

use serde_json::json;

use super::{
    event::{group_id, group_number},
    stream::Stream,
};
use crate::task::FIRST_USER;

/// Answers a GET; `None` for a path that does not exist.
pub(super) fn answer(stream: &Stream, path: &str, query: &str) -> Option<Vec<u8>> {
    let number = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == key)?;
        value.parse::<u64>().ok()
    };
    let path = path.strip_prefix("/v3").unwrap_or(path);
    let parts: Vec<_> = path.split('/').skip(1).collect();
    let response = match parts[..] {
        ["users", "me"] => {
            let id = FIRST_USER.to_string();
            json!({ "id": id, "user_id": id, "name": "Isaac", "image_url": null }).to_string()
        }
        ["groups"] if number("page").unwrap_or(1) == 1 => {
            let groups = (0..stream.groups).map(|number| group(stream, number));
            list(groups)
        }
        ["groups" | "chats"] | ["memberships", "states"] | ["groups", _, "subgroups"] => list([]),
        ["pinned", ..] => json!({ "count": 0, "messages": [] }).to_string(),
        ["groups", id] => group(stream, group_number(id)?),
        ["groups", id, "messages"] => {
            let group = group_number(id)?;
            let limit = number("limit").unwrap_or(20);
            let all = 0..stream.next();
            let rows = if let Some(after) = number("after_id") {
                let rows = of_group(stream, group, stream.number(after + 1)..all.end);
                page(stream, rows, limit)
            } else {
                let end = number("before_id").map_or(all.end, |id| stream.number(id).min(all.end));
                let start = number("since_id").map_or(0, |id| stream.number(id + 1));
                page(stream, of_group(stream, group, start..end).rev(), limit)
            };
            let count = of_group(stream, group, all).count();
            format!("{{\"count\":{count},\"messages\":{rows}}}")
        }
        _ => return None,
    };
    Some(format!("{{\"response\":{response},\"meta\":{{\"code\":200}}}}").into_bytes())
}

fn group(stream: &Stream, number: u64) -> String {
    let id = group_id(number);
    let last = of_group(stream, number, 0..stream.next()).next_back();
    let last = last.map(|n| stream.id(n));
    json!({
        "id": id,
        "group_id": id,
        "name": "Bus 4",
        "type": "private",
        "creator_user_id": "131245991",
        "created_at": 1_751_412_192,
        "updated_at": last.map_or(1_751_412_192, |id| id / 100_000_000),
        "members": [],
        "messages": {
            "count": of_group(stream, number, 0..stream.next()).count(),
            "last_message_id": last.map(|id| id.to_string()),
            "last_message_created_at": last.map(|id| id / 100_000_000),
            "preview": { "nickname": "", "text": "", "image_url": null, "attachments": [] },
        },
    })
    .to_string()
}

/// Returns the numbers of a group's messages.
fn of_group(
    stream: &Stream,
    group: u64,
    range: Range<u64>,
) -> impl DoubleEndedIterator<Item = u64> + use<> {
    let groups = stream.groups;
    let turn = |n: u64| n.saturating_sub(group).div_ceil(groups);
    (turn(range.start)..turn(range.end)).map(move |turn| turn * groups + group)
}

fn page(stream: &Stream, rows: impl Iterator<Item = u64>, limit: u64) -> String {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    list(rows.take(limit).map(|n| stream.row(n)))
}

fn list(rows: impl IntoIterator<Item = String>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    format!("[{}]", rows.join(","))
}
