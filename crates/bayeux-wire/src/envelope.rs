//! From a message object to the envelope that the session reads.

use bayeux_proto::{Advice, ConnectionTypes, Message, MessageId, Reconnect, Timing};

use crate::value::{Kind, Value};

/// Reads the envelope of `message`. A member that comes twice counts as it came last, also when
/// only the first of the two had the expected type.
pub(crate) fn read(message: Value<'_>) -> Message<'_> {
    let mut envelope = Message::default();
    for (key, value) in message.entries() {
        match key {
            "channel" => envelope.channel = value.as_str().unwrap_or(""),
            "id" => envelope.id = id(value),
            "clientId" => envelope.client_id = value.as_str(),
            "successful" => envelope.successful = value.as_bool(),
            "error" => envelope.error = value.as_str(),
            "subscription" => envelope.subscription = value.as_str(),
            "advice" => envelope.advice = advice(value),
            "supportedConnectionTypes" => {
                envelope.supported_connection_types = connection_types(value);
            }
            "version" => envelope.version = value.as_str(),
            "data" => envelope.has_data = true,
            _ => {}
        }
    }
    envelope
}

fn id(value: Value<'_>) -> Option<MessageId<'_>> {
    match value.as_str() {
        Some(text) => Some(MessageId::Text(text)),
        None => value.as_u64().map(MessageId::Number),
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
