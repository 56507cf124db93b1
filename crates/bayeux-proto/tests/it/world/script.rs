//! Messages of the session, parsed, and messages of the server, built.

use core::time::Duration;

use bayeux_proto::{
    Advice, BayeuxId, ConnectionTypes, Instant, LaneId, Message, Reconnect, Timing,
};

use super::Kind;

/// Message sent by the session.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Instant,
    pub(crate) lane: LaneId,
    pub(crate) kind: Kind,
    /// Index of its payload, counted from 0.
    pub(crate) payload: usize,
    pub(crate) channel: String,
    pub(crate) id: String,
    /// Text of the message.
    pub(crate) json: String,
    /// Maximum hold of the exchange, if it is a held one.
    pub(crate) hold: Option<Duration>,
    /// Operation that names the exchange, if it has one.
    pub(crate) operation: Option<&'static str>,
}

impl Request {
    /// Returns the text of a top-level string member.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        text_of(&self.json, key)
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.text("clientId")
    }

    /// Returns `advice.timeout`, the hold asked for, in milliseconds.
    pub(crate) fn asked_hold(&self) -> Option<u64> {
        let (_, rest) = self.json.split_once("\"advice\":{\"timeout\":")?;
        rest.split('}').next()?.parse().ok()
    }

    /// Returns the successful reply to this message.
    pub(crate) fn ok(&self) -> Message<'_> {
        Message {
            channel: &self.channel,
            id: Some(BayeuxId::Text(&self.id)),
            successful: Some(true),
            subscription: self.text("subscription"),
            ..Message::default()
        }
    }

    /// Returns the reply that refuses this message.
    pub(crate) fn refused<'a>(&'a self, error: &'a str) -> Message<'a> {
        Message {
            successful: Some(false),
            error: Some(error),
            ..self.ok()
        }
    }

    /// Returns a successful handshake reply with this `clientId`.
    pub(crate) fn handshake_ok<'a>(&'a self, client_id: &'a str) -> Message<'a> {
        Message {
            client_id: Some(client_id),
            version: Some("1.0"),
            supported_connection_types: Some(ConnectionTypes {
                websocket: true,
                long_polling: true,
            }),
            ..self.ok()
        }
    }
}

/// Returns an event, as a server pushes it.
pub(crate) fn event(channel: &str) -> Message<'_> {
    Message {
        channel,
        has_data: true,
        ..Message::default()
    }
}

/// Returns advice with nothing but `reconnect`.
#[expect(clippy::unnecessary_wraps, reason = "as the member is that it fills")]
pub(crate) fn reconnect(reconnect: Reconnect) -> Option<Advice> {
    Some(Advice {
        reconnect: Some(reconnect),
        ..Advice::default()
    })
}

/// Returns advice with an interval and a hold, in milliseconds, as Faye and `CometD` send it.
#[expect(clippy::unnecessary_wraps, reason = "as the member is that it fills")]
pub(crate) fn timing(
    interval: impl Into<Option<i64>>,
    timeout: impl Into<Option<i64>>,
) -> Option<Advice> {
    Some(Advice {
        timing: Timing {
            interval: interval.into(),
            timeout: timeout.into(),
            max_interval: None,
        },
        ..Advice::default()
    })
}

/// Returns the text of a string member; the session sends none with escapes that matter here.
pub(super) fn text_of<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{key}\":\""))?;
    rest.split('"').next()
}

/// Returns the objects of a JSON array of objects.
pub(super) fn messages(batch: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in batch.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    found.push(&batch[start..=at]);
                }
            }
            _ => {}
        }
    }
    let whole: usize = found.iter().map(|m| m.len() + 1).sum();
    assert_eq!(
        whole + usize::from(whole > 0),
        batch.len(),
        "not an array: {batch}"
    );
    found
}
