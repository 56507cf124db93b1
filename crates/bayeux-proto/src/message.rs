//! Envelope of a received message, borrowed from the embedder's parser.

use core::fmt;

use crate::{Advice, ConnectionTypes, Reconnect};

/// Envelope of one received Bayeux message (Bayeux specification, section "Message fields").
///
/// Filled by the embedder's parser; `data` and `ext` never enter the session. Members that are
/// absent, `null` or of an unexpected type are `None`.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Message<'a> {
    /// Member `channel`; empty if absent (Faye's reply to a message without a channel has none).
    pub channel: &'a str,
    /// Member `id`, a string or a number.
    pub id: Option<BayeuxId<'a>>,
    /// Member `clientId`. On an event of Faye 0.8 and older it is the publisher's, and a credential
    /// of that client.
    pub client_id: Option<&'a str>,
    /// Member `successful`, which only replies have.
    pub successful: Option<bool>,
    /// Member `error`, as sent.
    pub error: Option<&'a str>,
    /// Member `subscription`, if it is a single name.
    pub subscription: Option<&'a str>,
    /// Member `advice`, if it is an object.
    pub advice: Option<Advice>,
    /// Member `supportedConnectionTypes`, if it is an array.
    pub supported_connection_types: Option<ConnectionTypes>,
    /// Member `version`.
    pub version: Option<&'a str>,
    /// Whether the message has a `data` member, `null` included.
    pub has_data: bool,
}

impl Message<'_> {
    /// Returns whether the message carries `data` on a channel of the application: it is then no
    /// reply, even with `successful`.
    pub(crate) fn is_answer(&self) -> bool {
        self.has_data && !self.channel.is_empty() && !self.channel.starts_with("/meta/")
    }

    /// Returns whether a reply answers the request with `id`; a reply without an id answers the
    /// only request of its kind.
    pub(crate) fn answers(&self, id: u64) -> bool {
        self.id.is_none_or(|answered| answered.number() == Some(id))
    }

    /// Returns the `reconnect` advice of the message.
    pub(crate) fn reconnect(&self) -> Option<Reconnect> {
        self.advice.and_then(|advice| advice.reconnect)
    }

    /// Returns whether the message advises to stop.
    pub(crate) fn advises_stop(&self) -> bool {
        matches!(self.reconnect(), Some(Reconnect::None | Reconnect::Unknown))
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `clientId` is a credential, and `error` may quote one.
        let secret = self.client_id.unwrap_or_default();
        let error = |text| crate::ServerError::parse(text).without(secret);
        f.debug_struct("Message")
            .field("channel", &self.channel)
            .field("id", &self.id)
            .field("successful", &self.successful)
            .field("error", &self.error.map(error))
            .field("subscription", &self.subscription)
            .field("advice", &self.advice)
            .field("has_data", &self.has_data)
            .finish_non_exhaustive()
    }
}

/// Value of the `id` member: servers echo it as a string or a number, regardless of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "JSON has no third spelling of an id"
)]
pub enum BayeuxId<'a> {
    /// JSON string.
    Text(&'a str),
    /// JSON number.
    Number(u64),
}

impl BayeuxId<'_> {
    /// Returns the number, if a session of this crate can have sent this id.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            // Sessions never send "07" or "+7", so these must not match "7".
            Self::Text(text) if text.starts_with(['0', '+']) => None,
            Self::Text(text) => text.parse().ok(),
        }
    }
}
