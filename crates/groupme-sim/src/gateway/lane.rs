//! Lanes, seen from the server: sockets and HTTP exchanges.

use super::session::ClientId;

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
    reason = "Bayeux has no third carrier that a GroupMe client uses"
)]
pub enum LaneKind {
    /// A WebSocket: any number of batches both ways.
    Socket,
    /// An HTTP exchange: one batch in, one out.
    Exchange,
}

/// What the embedder shall do next.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Answer an exchange, which ends its lane: 200 and `application/json`.
    Respond {
        /// The exchange.
        lane: Lane,
        /// A JSON array.
        body: String,
    },
    /// Answer an exchange with status 400, which ends its lane: the request was not Bayeux.
    Reject {
        /// The exchange.
        lane: Lane,
    },
    /// Close a socket with code 1000 and no reason, which ends its lane.
    Close {
        /// The socket.
        lane: Lane,
    },
}

impl Output {
    /// The lane this is for.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Frame { lane, .. }
            | Self::Respond { lane, .. }
            | Self::Reject { lane }
            | Self::Close { lane } => *lane,
        }
    }
}

/// What the gateway knows of an open lane.
#[derive(Clone, Debug)]
pub(super) enum Carrier {
    /// A socket, and the session that sent the last `/meta/connect` over it.
    Socket { client: Option<ClientId> },
    /// An exchange that has not been answered.
    Exchange,
}
