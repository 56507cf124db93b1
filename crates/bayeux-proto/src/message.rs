//! The envelope of a received message, borrowed from wherever the embedder parsed it.

use core::fmt;

use crate::{Advice, ConnectionTypes};

/// The envelope of one received Bayeux message (Bayeux specification, section "Message fields").
///
/// The embedder fills it from its own parser; `data` and `ext` never enter the session.
/// Members that are absent, `null` or of an unexpected type are `None`.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Message<'a> {
    /// `channel`; empty when absent (Faye's reply to a message without a channel has none).
    pub channel: &'a str,
    /// `id`, text or number.
    pub id: Option<BayeuxId<'a>>,
    /// `clientId`. On an event of an old Faye this is the publisher's: a secret of somebody else.
    pub client_id: Option<&'a str>,
    /// `successful`: what makes a message a reply.
    pub successful: Option<bool>,
    /// `error`, as sent.
    pub error: Option<&'a str>,
    /// `subscription`, when it is a single name.
    pub subscription: Option<&'a str>,
    /// `advice`, when it is an object.
    pub advice: Option<Advice>,
    /// `supportedConnectionTypes`, when it is an array.
    pub supported_connection_types: Option<ConnectionTypes>,
    /// `version`.
    pub version: Option<&'a str>,
    /// Whether the message has a `data` member, `null` included.
    pub has_data: bool,
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // clientId is a credential, and `error` may quote one.
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

/// The `id` of a message: servers echo it as text or as a number, whatever was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "JSON has no third spelling of an id"
)]
pub enum BayeuxId<'a> {
    /// A JSON string.
    Text(&'a str),
    /// A JSON number.
    Number(u64),
}

impl BayeuxId<'_> {
    /// The number this id spells, if it is one that a session of this crate could have sent.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            // "07" and "+7" are not what was sent, and must not match "7".
            Self::Text(text) if text.starts_with(['0', '+']) => None,
            Self::Text(text) => text.parse().ok(),
        }
    }
}
