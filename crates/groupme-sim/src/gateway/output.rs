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
    /// Answer an exchange with an error status and no Bayeux, which ends its lane.
    Reject {
        /// The exchange.
        lane: Lane,
        /// 400 (not Bayeux), 413 (more messages than the gateway takes), 500 (another poll of the
        /// session took its place, at a `CometD`) or 503 (shutting down).
        status: u16,
    },
    /// Close a socket with a code and no reason, which ends its lane.
    Close {
        /// The socket.
        lane: Lane,
        /// 1000, 1001 (going away), 1009 (more than the gateway takes) or 1011 (not Bayeux).
        code: u16,
    },
}

impl Output {
    /// The lane this is for.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Frame { lane, .. }
            | Self::Respond { lane, .. }
            | Self::Reject { lane, .. }
            | Self::Close { lane, .. } => *lane,
        }
    }
}

impl From<server::Output> for Output {
    fn from(output: server::Output) -> Self {
        match output {
            server::Output::Frame { lane, text } => Self::Frame { lane, text },
            server::Output::Respond { lane, body, .. } => Self::Respond { lane, body },
            server::Output::Refuse { lane, why } => Self::Reject {
                lane,
                status: why.status(),
            },
            server::Output::Close { lane, code } => Self::Close { lane, code },
        }
    }
}
