//! Parser of client payloads, for a server that reads no JSON.
//!
//! Uses `serde_json` instead of `bayeux-wire`: a simulator that shared its parser with the client
//! under test could not show that parser's mistakes.

use bayeux_proto::{
    Advice, Message as Envelope, Timing,
    server::{Ack, Element, Member, Payload, Request},
};
use serde_json::{Map, Value};

/// Parsed payload, owned.
#[derive(Debug)]
pub(super) enum Parsed {
    /// An array, or one object.
    Messages(Vec<Message>),
    /// Payload without messages.
    Other(Kind),
}

/// Payload without messages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Null,
    Primitive,
    Empty,
    Malformed,
}

/// Element of the array.
#[derive(Debug)]
pub(super) enum Message {
    Object(Object),
    Null,
    Other,
}

/// Message: its members in order, and the texts that the server asks for.
#[derive(Debug)]
pub(super) struct Object {
    map: Map<String, Value>,
    /// JSON of each member.
    texts: Vec<String>,
    types: Vec<String>,
    subscriptions: Vec<String>,
}

pub(super) fn parse(payload: &[u8]) -> Parsed {
    let Ok(value) = serde_json::from_slice(payload) else {
        let empty = payload.iter().all(u8::is_ascii_whitespace);
        return Parsed::Other(if empty { Kind::Empty } else { Kind::Malformed });
    };
    match value {
        Value::Array(elements) => {
            Parsed::Messages(elements.into_iter().map(Message::new).collect())
        }
        Value::Object(map) => Parsed::Messages(vec![Message::Object(Object::new(map))]),
        Value::Null => Parsed::Other(Kind::Null),
        _ => Parsed::Other(Kind::Primitive),
    }
}

impl Parsed {
    /// Calls `see` with a view of the payload for the server.
    pub(super) fn with<T>(&self, see: impl FnOnce(&Payload<'_>) -> T) -> T {
        let messages = match self {
            Self::Messages(messages) => messages,
            Self::Other(Kind::Null) => return see(&Payload::Null),
            Self::Other(Kind::Primitive) => return see(&Payload::Primitive),
            Self::Other(Kind::Empty) => return see(&Payload::Empty),
            Self::Other(Kind::Malformed) => return see(&Payload::Malformed),
        };
        let borrowed: Vec<Borrowed<'_>> = messages.iter().map(Borrowed::new).collect();
        let elements: Vec<Element<'_>> = messages
            .iter()
            .zip(&borrowed)
            .map(|(message, borrowed)| message.element(borrowed))
            .collect();
        see(&Payload::Messages(&elements))
    }

    /// Returns the message at this index of the payload.
    pub(super) fn object(&self, index: usize) -> Option<&Object> {
        match self {
            Self::Messages(messages) => match messages.get(index)? {
                Message::Object(object) => Some(object),
                _ => None,
            },
            Self::Other(_) => None,
        }
    }
}

/// Borrowed lists of one message.
#[derive(Default)]
struct Borrowed<'a> {
    members: Vec<Member<'a>>,
    types: Vec<&'a str>,
    subscriptions: Vec<&'a str>,
}

impl<'a> Borrowed<'a> {
    fn new(message: &'a Message) -> Self {
        let Message::Object(object) = message else {
            return Self::default();
        };
        let members = object.map.keys().zip(&object.texts);
        Self {
            members: members
                .map(|(name, json)| Member::new(name, json))
                .collect(),
            types: object.types.iter().map(String::as_str).collect(),
            subscriptions: object.subscriptions.iter().map(String::as_str).collect(),
        }
    }
}

impl Message {
    fn new(element: Value) -> Self {
        match element {
            Value::Null => Self::Null,
            Value::Object(map) => Self::Object(Object::new(map)),
            _ => Self::Other,
        }
    }

    fn element<'a>(&'a self, borrowed: &'a Borrowed<'a>) -> Element<'a> {
        let object = match self {
            Self::Null => return Element::Null,
            Self::Other => return Element::Other,
            Self::Object(object) => object,
        };
        Element::Object(Request {
            message: Envelope {
                channel: object.text("channel").unwrap_or(""),
                client_id: object.text("clientId"),
                advice: object.at("advice", "timeout").map(|timeout| Advice {
                    timing: Timing {
                        timeout: milliseconds(timeout),
                        ..Timing::default()
                    },
                    ..Advice::default()
                }),
                ..Envelope::default()
            },
            members: &borrowed.members,
            connection_type: object.text("connectionType"),
            connection_types: &borrowed.types,
            subscriptions: &borrowed.subscriptions,
            ack: object.at("ext", "ack").and_then(acknowledgement),
        })
    }
}

impl Object {
    fn new(map: Map<String, Value>) -> Self {
        Self {
            texts: map.values().map(Value::to_string).collect(),
            types: texts(map.get("supportedConnectionTypes")),
            subscriptions: texts(map.get("subscription")),
            map,
        }
    }

    /// Returns `ext.access_token`.
    pub(super) fn token(&self) -> Option<&str> {
        self.at("ext", "access_token")?.as_str()
    }

    /// Returns the `type` inside `data`.
    pub(super) fn kind(&self) -> Option<&str> {
        self.at("data", "type")?.as_str()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.map.get(name)?.as_str()
    }

    fn at(&self, name: &str, inner: &str) -> Option<&Value> {
        self.map.get(name)?.get(inner)
    }
}

/// Returns one or several texts; any other value as its JSON.
fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().map(text).collect(),
        Some(other) => vec![text(other)],
    }
}

/// Returns a number as whole milliseconds; `None` for other values.
fn milliseconds(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fractions are cut off, and the conversion saturates"
    )]
    let whole = |number: f64| number as i64;
    value.as_i64().or_else(|| value.as_f64().map(whole))
}

fn acknowledgement(value: &Value) -> Option<Ack> {
    match value {
        Value::Bool(true) => Some(Ack::Offered),
        Value::Number(number) => number.as_u64().map(Ack::Received),
        _ => None,
    }
}
