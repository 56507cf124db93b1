//! Reading what clients send, as leniently as Faye does.
//!
//! With `serde_json` and not with `bayeux-wire`: a simulator that shared its parser with the client
//! under test could not show that parser's mistakes.

use serde_json::{Map, Value};

/// One message as received, members in their order.
#[derive(Debug)]
pub(super) struct Request(Map<String, Value>);

/// Splits a payload into messages: an array, or one object. `None` if it is not Bayeux at all.
///
/// `null` counts as an empty array and as no message; any other element that is not an object is a
/// message without members (recorded from Faye 1.4.3).
pub(super) fn parse(payload: &[u8]) -> Option<Vec<Request>> {
    match serde_json::from_slice(payload).ok()? {
        Value::Array(elements) => Some(elements.into_iter().filter_map(Request::new).collect()),
        Value::Object(members) => Some(vec![Request(members)]),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

impl Request {
    fn new(element: Value) -> Option<Self> {
        match element {
            Value::Null => None,
            Value::Object(members) => Some(Self(members)),
            _ => Some(Self(Map::new())),
        }
    }

    /// A member that JavaScript would take for true.
    pub(super) fn truthy(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| is_truthy(value))
    }

    /// A member that is text and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.truthy(name)?.as_str()
    }

    pub(super) fn channel(&self) -> &str {
        self.text("channel").unwrap_or("")
    }

    /// `ext.access_token`.
    pub(super) fn token(&self) -> Option<&str> {
        self.0.get("ext")?.get("access_token")?.as_str()
    }

    /// The `type` inside `data`.
    pub(super) fn kind(&self) -> Option<&str> {
        self.0.get("data")?.get("type")?.as_str()
    }

    /// Whether there is a `data` at all; `null` is data.
    pub(super) fn has_data(&self) -> bool {
        self.0.contains_key("data")
    }

    /// The hold the client asks for, in ms.
    pub(super) fn asked_hold(&self) -> Option<f64> {
        self.0.get("advice")?.get("timeout")?.as_f64()
    }

    /// The channels of `subscription`, one name or several; an element that is not text is no
    /// channel, and shows as such.
    pub(super) fn subscriptions(&self) -> Vec<String> {
        let name = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        match self.truthy("subscription") {
            None => Vec::new(),
            Some(Value::Array(names)) => names.iter().map(name).collect(),
            Some(other) => vec![name(other)],
        }
    }

    /// What everybody gets of a publish: all of it but the publisher's credentials.
    pub(super) fn event(&self) -> String {
        let mut event = self.0.clone();
        event.shift_remove("clientId");
        event.shift_remove("ext");
        Value::Object(event).to_string()
    }
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
