//! From a message object to the envelope that the session reads.

use bayeux_proto::{Advice, BayeuxId, ConnectionTypes, Message, Reconnect, Timing};

use crate::{
    members::{self, Keys},
    value::{Kind, Value},
};

/// The members of a message that anybody asks for.
pub(crate) const NAMES: &Keys<SLOTS> = &Keys::new(MEMBERS);

const MEMBERS: &[&str] = &[
    "channel",
    "id",
    "clientId",
    "successful",
    "error",
    "subscription",
    "advice",
    "supportedConnectionTypes",
    "version",
    "data",
    "ext",
];

/// Each of the names has a slot of its own, though they are half of what
/// [`slots_for`](crate::slots_for) has.
pub(crate) const SLOTS: usize = 16;

/// The members of a message, noted when the batch was decoded.
pub(crate) type IndexedObject<'f> = members::IndexedObject<'f, SLOTS>;

/// The member of a message called `$name`.
macro_rules! member {
    ($members:expr, $name:literal) => {
        $members.get(const { $crate::envelope::NAMES.slot($name) }, $name)
    };
}

pub(crate) use member;

/// Reads the envelope of a message. A member that comes twice counts as it came last, also when
/// only the first of the two had the expected type.
pub(crate) fn read<'f>(message: &IndexedObject<'f>) -> Message<'f> {
    let text = |value: Option<Value<'f>>| value.and_then(Value::as_str);
    Message {
        channel: text(member!(message, "channel")).unwrap_or(""),
        id: member!(message, "id").and_then(id),
        client_id: text(member!(message, "clientId")),
        successful: member!(message, "successful").and_then(Value::as_bool),
        error: text(member!(message, "error")),
        subscription: text(member!(message, "subscription")),
        advice: member!(message, "advice").and_then(advice),
        supported_connection_types: member!(message, "supportedConnectionTypes")
            .and_then(connection_types),
        version: text(member!(message, "version")),
        has_data: member!(message, "data").is_some(),
    }
}

fn id(value: Value<'_>) -> Option<BayeuxId<'_>> {
    match value.as_str() {
        Some(text) => Some(BayeuxId::Text(text)),
        None => value.as_u64().map(BayeuxId::Number),
    }
}

fn connection_types(value: Value<'_>) -> Option<ConnectionTypes> {
    let Kind::Array(names) = value.kind() else {
        return None;
    };
    let mut types = ConnectionTypes::default();
    for name in names.filter_map(Value::as_str) {
        types.insert(name);
    }
    Some(types)
}

/// Reads `advice` (Bayeux specification, section "advice"), entries for single transports included.
fn advice(value: Value<'_>) -> Option<Advice> {
    let Kind::Object(entries) = value.kind() else {
        return None;
    };
    let mut advice = Advice {
        timing: timing(value),
        ..Advice::default()
    };
    for (key, value) in entries {
        match key {
            "reconnect" => advice.reconnect = value.as_str().map(reconnect),
            "websocket" => advice.websocket = timing(value),
            "long-polling" => advice.long_polling = timing(value),
            "multiple-clients" => advice.multiple_clients = value.as_bool().unwrap_or(false),
            _ => {}
        }
    }
    Some(advice)
}

fn reconnect(word: &str) -> Reconnect {
    match word {
        "retry" => Reconnect::Retry,
        "handshake" => Reconnect::Handshake,
        "none" => Reconnect::None,
        _ => Reconnect::Unknown,
    }
}

/// Reads the three times of an advice, or of a transport's entry in one; nothing from what is not
/// an object.
fn timing(value: Value<'_>) -> Timing {
    let mut timing = Timing::default();
    for (key, value) in value.entries() {
        match key {
            "interval" => timing.interval = milliseconds(value),
            "timeout" => timing.timeout = milliseconds(value),
            "maxInterval" => timing.max_interval = milliseconds(value),
            _ => {}
        }
    }
    timing
}

/// Reads a number of milliseconds: fractions are cut off, and what `i64` cannot hold is as near as
/// it gets.
fn milliseconds(value: Value<'_>) -> Option<i64> {
    match value.kind() {
        Kind::Int(value) => Some(value),
        Kind::Uint(_) => Some(i64::MAX),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the cast saturates, as wanted"
        )]
        Kind::Float(value) => Some(value as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn no_two_members_of_an_envelope_share_a_slot() {
        let mut slots = MEMBERS
            .iter()
            .map(|name| NAMES.slot(name))
            .collect::<Vec<_>>();
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), MEMBERS.len());
    }
}
