//! Reads the envelope of a message, as the session sees it, from a message object.

use bayeux_proto::{Advice, BayeuxId, ConnectionTypes, Message, Reconnect, Timing};

use crate::{
    indexed_object::{self, Keys},
    value::{Kind, Value},
};

/// The keys of a message that are read more than once.
pub(crate) const KEYS: &Keys<SLOTS> = &Keys::new(NAMES);

const NAMES: &[&str] = &[
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

/// Number of slots. Every key has a slot of its own, although there are half as many slots as
/// [`slots_for`](crate::slots_for) suggests.
pub(crate) const SLOTS: usize = 16;

/// A message object whose keys were indexed when the batch was decoded.
pub(crate) type IndexedMessage<'f> = indexed_object::IndexedObject<'f, SLOTS>;

/// Returns the value of the key `$name` of an indexed message.
macro_rules! member {
    ($members:expr, $name:literal) => {
        $members.get(const { $crate::envelope::KEYS.slot($name) }, $name)
    };
}

pub(crate) use member;

/// Reads the envelope of a message. The last of repeated keys counts, even if only an earlier one
/// had the expected type.
pub(crate) fn read<'f>(message: &IndexedMessage<'f>) -> Message<'f> {
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

/// Reads `advice` (Bayeux specification, section "advice"), per-transport entries included.
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

/// Reads the three times of an advice object, or of a transport's entry in it. Empty for a value
/// that is not an object.
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

/// Reads a number of milliseconds. Fractions are truncated, and values outside `i64` saturate.
fn milliseconds(value: Value<'_>) -> Option<i64> {
    match value.kind() {
        Kind::Int(value) => Some(value),
        Kind::Uint(_) => Some(i64::MAX),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the cast saturates, which is intended"
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
    fn every_key_of_an_envelope_has_its_own_slot() {
        let mut slots = NAMES.iter().map(|name| KEYS.slot(name)).collect::<Vec<_>>();
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), NAMES.len());
    }
}
