//! Messages and events as GroupMe sends them.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame};
use groupme_delivery::Rows;
use groupme_model::{MessageId, MessageRow};
use serde_json::{Value, json};

use crate::world::{GROUP, YOU};

/// Begin of the scenario, in seconds since 1970.
pub(crate) const T0: i64 = 1_700_000_000;

/// Returns the id of a message: its time, one second per number, and eight more digits.
pub(crate) fn id(number: u64) -> String {
    format!("{}{:08}", i64::try_from(number).unwrap() + T0, number)
}

pub(crate) fn short(message: Option<&MessageId>) -> String {
    message.map_or("?".to_owned(), |message| {
        let digits = &message.as_str()[10..];
        digits.trim_start_matches('0').to_owned()
    })
}

/// Returns a message as REST has it.
pub(crate) fn row(conversation: &str, number: u64) -> Value {
    let mut row = json!({
        "id": id(number),
        "source_guid": format!("guid-{number}"),
        "created_at": T0 + i64::try_from(number).unwrap(),
        "user_id": "162",
        "sender_id": "162",
        "text": format!("message {number}"),
        "attachments": [],
    });
    if conversation.contains('+') {
        row["conversation_id"] = conversation.into();
        row["recipient_id"] = YOU.into();
    } else {
        row["group_id"] = conversation.into();
    }
    row
}

/// Returns the push of a new message.
pub(crate) fn created(row: &Value) -> Value {
    let kind = if row["group_id"].is_null() {
        "direct_message.create"
    } else {
        "line.create"
    };
    json!({ "type": kind, "subject": row })
}

/// Returns the push of an edit or a deletion.
pub(crate) fn changed(kind: &str, row: &Value) -> Value {
    json!({ "type": kind, "subject": row })
}

/// Returns a notice of a change of another message.
pub(crate) fn notice(number: u64, kind: &str, of: u64) -> Value {
    let mut notice = row(GROUP, number);
    notice["system"] = true.into();
    let data = json!({ "message_id": id(of), "updated_at": T0 + i64::try_from(number).unwrap() });
    notice["event"] = json!({ "type": kind, "data": data });
    notice
}

/// Returns the push of a change of reactions to one heart by each of these users.
pub(crate) fn favorite(row: &Value, users: &[&str]) -> Value {
    let subject = if row["group_id"].is_null() {
        "direct_message"
    } else {
        "line"
    };
    json!({ "type": "favorite", "subject": { subject: row, "reactions": hearts(users) } })
}

pub(crate) fn hearts(users: &[&str]) -> Value {
    if users.is_empty() {
        return json!([]);
    }
    json!([{ "type": "unicode", "code": "❤️", "user_ids": users }])
}

pub(crate) fn label(what: &str, row: &Value) -> String {
    let of = row["group_id"].as_str().or(row["conversation_id"].as_str());
    let id: MessageId = row["id"].as_str().unwrap().into();
    format!("{what} {}/{}", of.unwrap(), short(Some(&id)))
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Returns messages as a page of REST has them: all in one frame. Those with `no_id` have none.
pub(crate) fn page<'r, I: IntoIterator<Item = &'r Value>>(rows: I) -> Rows {
    let mut rows: Vec<Value> = rows.into_iter().cloned().collect();
    for row in &mut rows {
        if row["no_id"] == true {
            row.as_object_mut().unwrap().remove("id");
        }
    }
    let mut frame = Frame::from_bytes(&serde_json::to_vec(&rows).unwrap());
    Decoder::new().decode_value(&mut frame).unwrap();
    let frame = Arc::new(frame);
    let items = frame.root().unwrap().items();
    let messages: Vec<_> = items
        .filter_map(|row| MessageRow::new(&frame, row.index()))
        .collect();
    let unreadable = rows.len() - messages.len();
    Rows::from(messages).with_unreadable(unreadable)
}
