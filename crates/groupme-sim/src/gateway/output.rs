//! Outputs of the gateway.

use bayeux_proto::server::{self, Lane};

/// Outputs of the gateway.
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
    /// Answer an exchange with 200 and `application/json`. The lane ends.
    Respond {
        /// The exchange.
        lane: Lane,
        /// A JSON array.
        body: String,
    },
    /// Answer an exchange with an error status, without Bayeux. The lane ends.
    Reject {
        /// The exchange.
        lane: Lane,
        /// 400 (not Bayeux), 413 (too many messages), 500 (replaced by another poll of the session,
        /// with `CometD`) or 503 (shutting down).
        status: u16,
    },
    /// Close a socket with a code and no reason. The lane ends.
    Close {
        /// The socket.
        lane: Lane,
        /// 1000, 1001 (going away), 1009 (too many messages) or 1011 (not Bayeux).
        code: u16,
    },
}

impl Output {
    /// Returns the lane of the output.
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
