//! What the embedder shall do next.

use bayeux_proto::server::{self, Lane};

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
    /// Answer an exchange with status 400, which ends its lane: the request was not Bayeux, or
    /// more than the gateway takes.
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

impl From<server::Output> for Output {
    fn from(output: server::Output) -> Self {
        match output {
            server::Output::Frame { lane, text } => Self::Frame { lane, text },
            server::Output::Respond { lane, body, .. } => Self::Respond { lane, body },
            server::Output::Refuse { lane, .. } => Self::Reject { lane },
            server::Output::Close { lane, .. } => Self::Close { lane },
        }
    }
}
