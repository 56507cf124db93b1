//! Payloads of a document: the document itself, its elements, or the content of an answer.

use bayeux_wire::{Kind, Value};
use groupme_model::inspect::{self, Inspection};

use crate::args::Payload;

/// Payloads of a document.
#[derive(Debug)]
pub(super) enum Payloads<'f> {
    One(Value<'f>),
    Many(Value<'f>),
    /// Answer of the REST API without content, with its code.
    Refusal(i64),
}

/// Returns the payloads of a document. An answer of the REST API is opened: `{"response": …, "meta":
/// …}`, and within it, or by itself, the member with the objects of the kind.
pub(super) fn of(root: Value<'_>, payload: Payload) -> Payloads<'_> {
    let content = match (envelope(root), root.get("response")) {
        (None, _) => root,
        (Some(code), content) => match content.filter(|content| !content.is_null()) {
            Some(content) => content,
            None => return Payloads::Refusal(code),
        },
    };
    let mut found = keys(payload).iter().filter_map(|key| content.get(key));
    // An object with an id is what the member names would be part of: a group has members.
    let member = match content.get("id") {
        None => found.find(|value| !value.is_null()),
        Some(_) => None,
    };
    let value = member.unwrap_or(content);
    match value.kind() {
        Kind::Array(_) => Payloads::Many(value),
        _ => Payloads::One(value),
    }
}

/// Returns the code of an answer of the REST API; `None` for anything else.
fn envelope(root: Value<'_>) -> Option<i64> {
    root.get("meta")?.get("code")?.as_i64()
}

/// Returns the names under which the REST API has objects of a kind.
fn keys(payload: Payload) -> &'static [&'static str] {
    match payload {
        Payload::Message => &["messages", "direct_messages", "message", "direct_message"],
        Payload::Group => &["groups", "group"],
        Payload::Topic => &["subgroups", "topics"],
        Payload::Chat => &["chats", "chat"],
        Payload::Member => &["memberships", "members", "membership", "member"],
        Payload::User => &["user"],
        Payload::Profile => &["users", "user"],
        Payload::Relationship => &["relationships"],
        Payload::Block => &["blocks", "block"],
        Payload::Bot => &["bots", "bot"],
        Payload::Poll => &["polls", "poll"],
        Payload::CalendarEvent => &["events", "event"],
        Payload::ReadReceipt => &["read_receipts", "read_receipt"],
        Payload::Attachment => &["attachments"],
        Payload::Event | Payload::Push | Payload::Frame => &[],
    }
}

/// Inspects a payload.
pub(super) fn inspect(value: Value<'_>, payload: Payload) -> Inspection {
    let inspect = match payload {
        Payload::Frame | Payload::Push => inspect::push,
        Payload::Event => inspect::event,
        Payload::Attachment => inspect::attachment,
        Payload::Message => inspect::message,
        Payload::Group => inspect::group,
        Payload::Topic => inspect::topic,
        Payload::Chat => inspect::chat,
        Payload::Member => inspect::member,
        Payload::User => inspect::user,
        Payload::Profile => inspect::profile,
        Payload::Relationship => inspect::relationship,
        Payload::Block => inspect::block,
        Payload::Bot => inspect::bot,
        Payload::Poll => inspect::poll,
        Payload::CalendarEvent => inspect::calendar_event,
        Payload::ReadReceipt => inspect::read_receipt,
    };
    inspect(value)
}

/// Returns the report on an object that is no Bayeux message.
pub(super) fn no_message(value: Value<'_>) -> &'static str {
    if envelope(value).is_some() {
        "no Bayeux message but an answer of the REST API: add `--as message`, or another kind of \
         object that it holds"
    } else {
        "no Bayeux message, for lack of a channel: if this is an object of GroupMe's, add `--as \
         message`, `--as group` or another kind"
    }
}
