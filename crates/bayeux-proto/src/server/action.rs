//! Actions for the embedder.

use core::{fmt, str};

use crate::LaneId;

/// Action for the embedder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an embedder that ignores an action breaks the protocol"
)]
pub enum Action {
    /// Send the JSON array appended to `out` as one text frame over this socket.
    Send(LaneId),
    /// Answer this exchange with status 200, `application/json` and the JSON array appended to
    /// `out`, which ends its lane. A cookie, if there is one, is to be set with the response.
    Respond(LaneId, Option<Cookie>),
    /// Answer this exchange with an error status and no Bayeux, which ends its lane.
    Reject(LaneId, Rejection),
    /// Close this socket with a code and no reason, which ends its lane. The code is 1000, 1001
    /// (going away), 1009 (too big) or 1011 (not Bayeux).
    Close(LaneId, u16),
}

impl Action {
    /// Returns the lane of this action.
    pub const fn lane(self) -> LaneId {
        match self {
            Self::Send(lane)
            | Self::Respond(lane, _)
            | Self::Reject(lane, _)
            | Self::Close(lane, _) => lane,
        }
    }
}

/// Reason why an exchange is rejected as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// Payload that is not Bayeux.
    Malformed,
    /// Payload with more messages than [`Limits::batch`](super::Limits::batch), or one that is
    /// [too large](super::Payload::TooLarge) to be read.
    TooLarge,
    /// Connect replaced by another one of the same session (`CometD`).
    Superseded,
    /// Server shutting down.
    Unavailable,
}

impl Rejection {
    /// Returns the HTTP status of the rejection.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::TooLarge => 413,
            Self::Superseded => 500,
            Self::Unavailable => 503,
        }
    }
}

/// Value of a new cookie, for [`Config::cookies`](super::Config::cookies).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cookie(pub(super) [u8; RANDOM_ID]);

impl Cookie {
    /// Returns the value: digits and lower-case letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A cookie is a credential.
        f.write_str("Cookie(..)")
    }
}

/// Length of a random identifier: 160 bits as digits and lower-case letters.
pub(super) const RANDOM_ID: usize = 31;
