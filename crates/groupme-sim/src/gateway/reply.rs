//! Replies, member by member in the order in which Faye 1.x writes them.

use core::time::Duration;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::request::Request;

/// The connection types that GroupMe's gateway lists.
pub(super) const CONNECTION_TYPES: [&str; 6] = [
    "long-polling",
    "cross-origin-long-polling",
    "callback-polling",
    "websocket",
    "eventsource",
    "in-process",
];

/// A reply being written. A member keeps its place when it is set again.
#[derive(Clone, Debug)]
pub(super) struct Reply(Map<String, Value>);

impl Reply {
    /// Starts the reply to `request`; `refusal` is what the guard said.
    ///
    /// A member that JavaScript takes for false is not echoed: that is how Faye loses the id `0`.
    pub(super) fn to(request: &Request, refusal: Option<String>) -> Self {
        let mut reply = Self(Map::new());
        for name in ["id", "clientId", "channel"] {
            if let Some(value) = request.truthy(name) {
                reply.put(name, value.clone());
            }
        }
        if let Some(refusal) = refusal {
            reply.fail(refusal);
        }
        reply.settle();
        reply
    }

    pub(super) fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.shift_remove(name);
    }

    /// Sets `error`; the last one wins.
    pub(super) fn fail(&mut self, error: impl Into<String>) {
        self.put("error", error.into());
    }

    /// Sets `successful` to whether there is no error, and says so.
    pub(super) fn settle(&mut self) -> bool {
        let successful = !self.is_failed();
        self.put("successful", successful);
        successful
    }

    pub(super) fn is_failed(&self) -> bool {
        self.0.contains_key("error")
    }

    /// Adds `advice`, which Faye does on handshakes and connects only.
    pub(super) fn advise(&mut self, hold: Duration, connection_type: Option<&str>) {
        let hold = u64::try_from(hold.as_millis()).unwrap_or(u64::MAX);
        let advice = if self.is_failed() {
            json!({ "reconnect": "handshake" })
        } else if connection_type == Some("eventsource") {
            json!({ "reconnect": "retry", "interval": hold, "timeout": 0 })
        } else {
            json!({ "reconnect": "retry", "interval": 0, "timeout": hold })
        };
        self.put("advice", advice);
    }

    pub(super) fn into_text(self) -> Arc<str> {
        Value::Object(self.0).to_string().into()
    }
}

/// Faye's errors: `code:args:message`.
pub(super) mod error {
    use serde_json::Value;

    pub(in super::super) fn connection_types_mismatch(asked: &Value) -> String {
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let asked = match asked {
            Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(","),
            other => text(other),
        };
        format!("301:{asked}:Connection types not supported")
    }

    pub(in super::super) fn unknown_client(client: &str) -> String {
        format!("401:{client}:Unknown client")
    }

    pub(in super::super) fn missing_parameter(name: &str) -> String {
        format!("402:{name}:Missing required parameter")
    }

    pub(in super::super) fn forbidden_channel(channel: &str) -> String {
        format!("403:{channel}:Forbidden channel")
    }

    pub(in super::super) fn invalid_channel(channel: &str) -> String {
        format!("405:{channel}:Invalid channel")
    }
}
