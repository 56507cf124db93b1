//! Entries as messages of NATS.

use async_nats::HeaderMap;
use bytes::Bytes;

use super::header;
use crate::{ClaimId, Entry, Stored, Word};

/// Returns the headers of an entry. A value that a header cannot carry unchanged is left out: NATS trims
/// blanks, and drops empty values.
pub(super) fn headers(entry: &Entry) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let content = &entry.content;
    headers.insert("Nats-Msg-Id", entry.id());
    headers.insert("Gm-Account", entry.account.as_str());
    headers.insert("Gm-Claim", entry.claim.as_str());
    headers.insert("Gm-Place", entry.place.to_string());
    let mut text = |name: &'static str, text: Option<&str>| {
        // Kinds and ids come from GroupMe and may contain any character.
        let is_plain =
            |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some(text) = text.filter(is_plain) {
            headers.insert(name, text);
        }
    };
    text("Gm-Conversation", Some(&content.conversation));
    text("Gm-Kind", Some(&content.kind));
    text("Gm-Id", content.event.as_deref());
    text("Gm-Origin", content.origin);
    text("Gm-Own", content.is_own.then_some("1"));
    text("Gm-Changes", entry.changes.as_deref());
    if entry.is(Word::Snapshot) {
        headers.insert("Gm-Slot", content.slot.to_string());
        // A snapshot replaces the earlier one in its slot, and outlives the events it sums up.
        headers.insert("Nats-Rollup", "sub");
        headers.insert("Nats-TTL", "never");
    }
    headers
}

/// Reads an entry; `None` if the message lacks the headers that every entry has.
pub(super) fn stored(
    subject: &str,
    sequence: u64,
    headers: &HeaderMap,
    body: Bytes,
) -> Option<Stored> {
    let text = |name| header(headers, name).map(Box::<str>::from);
    // A kind that no header can carry is read from its token in the subject.
    let kind = text("Gm-Kind").or_else(|| subject.split('.').nth(4).map(Box::from));
    Some(Stored {
        sequence,
        id: text("Nats-Msg-Id")?,
        claim: ClaimId::from(header(headers, "Gm-Claim")?),
        place: header(headers, "Gm-Place")?.parse().ok()?,
        slot: header(headers, "Gm-Slot").map_or(Some(0), |slot| slot.parse().ok())?,
        event: text("Gm-Id"),
        kind: kind?,
        changes: text("Gm-Changes"),
        body,
    })
}
