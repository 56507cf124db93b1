//! Entries of the journal.

use serde_json::{Value, json};

use super::redact::{hide_in_path, hide_in_query, readable};

/// Thing that happened.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A client opened a WebSocket or sent a request to the gateway.
    Opened { lane: u64, is_socket: bool },
    /// A lane has ended.
    Closed { lane: u64 },
    /// A client sent a frame or body.
    Received { lane: u64, text: String },
    /// The gateway sent a frame or body.
    Sent { lane: u64, text: String },
    /// The gateway refused an exchange, or closed a socket with a code.
    Ended { lane: u64, code: u16 },
    /// REST request with its response.
    Request {
        method: String,
        path: String,
        query: String,
        /// User of the token.
        user: Option<String>,
        body: String,
        status: u16,
        response: String,
    },
    /// Event published on a channel, once for all subscribers.
    Push { channel: String, data: String },
    /// Callback to a bot, with the status or the error.
    Callback {
        bot: String,
        url: String,
        body: String,
        outcome: String,
    },
    /// Incident or change of the faults.
    Fault { text: String },
    /// Request to the control API that changed something.
    Control {
        method: String,
        path: String,
        body: String,
        status: u16,
    },
}

impl Entry {
    /// Returns the name of the kind of entry.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Closed { .. } => "closed",
            Self::Received { .. } => "received",
            Self::Sent { .. } => "sent",
            Self::Ended { .. } => "ended",
            Self::Request { .. } => "request",
            Self::Push { .. } => "push",
            Self::Callback { .. } => "callback",
            Self::Fault { .. } => "fault",
            Self::Control { .. } => "control",
        }
    }

    /// Returns the size of the texts, in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Received { text, .. } | Self::Sent { text, .. } => text.len(),
            Self::Request {
                path,
                query,
                body,
                response,
                ..
            } => path.len() + query.len() + body.len() + response.len(),
            Self::Push { channel, data } => channel.len() + data.len(),
            Self::Callback { url, body, .. } => url.len() + body.len(),
            Self::Control { path, body, .. } => path.len() + body.len(),
            _ => 0,
        }
    }

    /// Returns the entry without its secrets.
    pub(super) fn row(&self) -> Value {
        match self {
            Self::Opened { lane, is_socket } => {
                let transport = if *is_socket {
                    "websocket"
                } else {
                    "long-polling"
                };
                json!({ "lane": lane, "transport": transport })
            }
            Self::Closed { lane } => json!({ "lane": lane }),
            Self::Received { lane, text } | Self::Sent { lane, text } => {
                json!({ "lane": lane, "messages": readable(text) })
            }
            Self::Ended { lane, code } => json!({ "lane": lane, "code": code }),
            Self::Request {
                method,
                path,
                query,
                user,
                body,
                status,
                response,
            } => json!({
                "method": method,
                "path": hide_in_path(path),
                "query": hide_in_query(query),
                "user": user,
                "body": readable(body),
                "status": status,
                "response": readable(response),
            }),
            Self::Push { channel, data } => {
                json!({ "channel": channel, "data": readable(data) })
            }
            Self::Callback {
                bot,
                url,
                body,
                outcome,
            } => json!({ "bot": bot, "url": url, "body": readable(body), "outcome": outcome }),
            Self::Fault { text } => json!({ "text": text }),
            Self::Control {
                method,
                path,
                body,
                status,
            } => json!({
                "method": method,
                "path": path,
                "body": readable(body),
                "status": status,
            }),
        }
    }

    /// Returns the data of a typing notice on a channel, of the world or of a client.
    pub(super) fn typing_on(&self, wanted: &str) -> Option<Value> {
        let is_typing = |data: &Value| data["type"] == "typing";
        match self {
            Self::Push { channel, data } if channel == wanted => {
                serde_json::from_str(data).ok().filter(is_typing)
            }
            Self::Received { text, .. } if text.contains("typing") => {
                let messages: Value = serde_json::from_str(text).ok()?;
                let messages = match messages {
                    Value::Array(messages) => messages,
                    one => vec![one],
                };
                let mut published = messages.into_iter();
                let found =
                    published.find(|one| one["channel"] == wanted && is_typing(&one["data"]));
                found.map(|mut message| message["data"].take())
            }
            _ => None,
        }
    }
}
