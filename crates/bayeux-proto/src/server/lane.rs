//! Lanes of the server: sockets and HTTP exchanges, and the outputs for them.

use alloc::{boxed::Box, collections::BTreeSet, string::String};
use core::fmt;

use super::{batch::BatchId, session::ClientId};

/// Identifier of a lane: a WebSocket for its whole life, or one HTTP exchange. The embedder numbers
/// its lanes and never reuses a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(u64);

impl Lane {
    /// Creates the identifier with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Kind of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Bayeux has no third state that a client of today uses"
)]
pub enum LaneKind {
    /// WebSocket: any number of batches in both directions.
    Socket,
    /// HTTP exchange: one batch in, one out.
    Exchange,
}

/// Output for the embedder.
#[derive(Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an embedder that ignores an output breaks the protocol"
)]
pub enum Output {
    /// Send `text` as one text frame over a socket.
    Frame {
        /// Socket to send over.
        lane: Lane,
        /// JSON array.
        text: String,
    },
    /// Answer an exchange with status 200 and `application/json`, which ends its lane.
    Respond {
        /// Exchange to answer.
        lane: Lane,
        /// JSON array.
        body: String,
        /// Cookie to set with the response, for [`Config::cookies`](super::Config::cookies).
        cookie: Option<Box<str>>,
    },
    /// Answer an exchange with an error status and no Bayeux, which ends its lane.
    Refuse {
        /// Exchange to answer.
        lane: Lane,
        /// Reason of the refusal.
        why: Refusal,
    },
    /// Close a socket with this code and no reason, which ends its lane.
    Close {
        /// Socket to close.
        lane: Lane,
        /// Close code: 1000, 1001 (going away), 1009 (too big) or 1011 (not Bayeux).
        code: u16,
    },
}

/// Reason why an exchange is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Payload that is not Bayeux.
    Malformed,
    /// Payload with more messages than [`Limits::batch`](super::Limits::batch).
    TooLarge,
    /// Connect replaced by another one of the same session (`CometD`).
    Superseded,
    /// Server shutting down.
    Unavailable,
}

impl Refusal {
    /// Returns the HTTP status of the refusal.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::TooLarge => 413,
            Self::Superseded => 500,
            Self::Unavailable => 503,
        }
    }
}

impl Output {
    /// Returns the lane of this output.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Frame { lane, .. }
            | Self::Respond { lane, .. }
            | Self::Refuse { lane, .. }
            | Self::Close { lane, .. } => *lane,
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text contains credentials.
        let number = self.lane().number();
        match self {
            Self::Frame { text, .. } => write!(f, "Frame({number}, {} bytes)", text.len()),
            Self::Respond { body, .. } => write!(f, "Respond({number}, {} bytes)", body.len()),
            Self::Refuse { why, .. } => write!(f, "Refuse({number}, {why:?})"),
            Self::Close { code, .. } => write!(f, "Close({number}, {code})"),
        }
    }
}

/// State of an open lane.
pub(super) struct LaneState {
    pub(super) kind: LaneKind,
    /// Session whose events are pushed over this socket.
    pub(super) client: Option<ClientId>,
    /// Cookie of the request that began the lane.
    pub(super) cookie: Option<Box<str>>,
    /// Whether the cookie has yet to be sent to the client.
    pub(super) is_cookie_new: bool,
    /// Whether an exchange has received its one batch.
    pub(super) has_payload: bool,
    /// Batches received over the lane and not answered yet.
    pub(super) open_batches: BTreeSet<BatchId>,
}

impl LaneState {
    pub(super) fn new(kind: LaneKind) -> Self {
        Self {
            kind,
            client: None,
            cookie: None,
            is_cookie_new: false,
            has_payload: false,
            open_batches: BTreeSet::new(),
        }
    }
}
