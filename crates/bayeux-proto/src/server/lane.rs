//! Lanes, seen from the server: sockets and HTTP exchanges, and what to do with them.

use alloc::{boxed::Box, collections::BTreeSet, string::String};
use core::fmt;

use super::{batch::BatchId, session::ClientId};

/// Names one lane: a WebSocket for its whole life, or one HTTP exchange. The embedder counts them
/// and never uses a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(u64);

impl Lane {
    /// The lane with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number behind the name.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Bayeux has no third state that a client of today uses"
)]
pub enum LaneKind {
    /// A WebSocket: any number of batches both ways.
    Socket,
    /// An HTTP exchange: one batch in, one out.
    Exchange,
}

/// What the embedder shall do next.
#[derive(Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an embedder that ignores an output breaks the protocol"
)]
pub enum Output {
    /// Send `text` as one text frame on a socket.
    Frame {
        /// The socket.
        lane: Lane,
        /// A JSON array.
        text: String,
    },
    /// Answer an exchange with status 200 and `application/json`, which ends its lane.
    Respond {
        /// The exchange.
        lane: Lane,
        /// A JSON array.
        body: String,
        /// A cookie to set with it, for [`Config::cookies`](super::Config::cookies).
        cookie: Option<Box<str>>,
    },
    /// Answer an exchange with an error status and no Bayeux, which ends its lane.
    Refuse {
        /// The exchange.
        lane: Lane,
        /// Why.
        why: Refusal,
    },
    /// Close a socket with this code and no reason, which ends its lane.
    Close {
        /// The socket.
        lane: Lane,
        /// 1000, 1001 (going away), 1009 (too big) or 1011 (not Bayeux).
        code: u16,
    },
}

/// Why an exchange is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// What came is not Bayeux.
    Malformed,
    /// More messages than [`Limits::batch`](super::Limits::batch).
    TooLarge,
    /// Another connect of the same session took the place of this one (`CometD`).
    Superseded,
    /// The server is shutting down.
    Unavailable,
}

impl Refusal {
    /// The HTTP status for it.
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
    /// The lane this is for.
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
        // What is sent holds credentials.
        let number = self.lane().number();
        match self {
            Self::Frame { text, .. } => write!(f, "Frame({number}, {} bytes)", text.len()),
            Self::Respond { body, .. } => write!(f, "Respond({number}, {} bytes)", body.len()),
            Self::Refuse { why, .. } => write!(f, "Refuse({number}, {why:?})"),
            Self::Close { code, .. } => write!(f, "Close({number}, {code})"),
        }
    }
}

/// What the server knows of an open lane.
pub(super) struct LaneState {
    pub(super) kind: LaneKind,
    /// The session that events are pushed for over this socket.
    pub(super) client: Option<ClientId>,
    /// The cookie it came with.
    pub(super) cookie: Option<Box<str>>,
    /// Whether that cookie has yet to be told to the client.
    pub(super) is_cookie_new: bool,
    /// Whether an exchange has had its one batch.
    pub(super) has_payload: bool,
    /// What came over it and is not answered yet.
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
