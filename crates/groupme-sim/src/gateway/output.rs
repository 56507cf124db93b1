//! Outputs of the gateway.

use bayeux_proto::{LaneId, server::Action};

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
        lane: LaneId,
        /// A JSON array.
        text: String,
    },
    /// Answer an exchange with 200 and `application/json`. The lane ends.
    Respond {
        /// The exchange.
        lane: LaneId,
        /// A JSON array.
        body: String,
    },
    /// Answer an exchange with an error status, without Bayeux. The lane ends.
    Reject {
        /// The exchange.
        lane: LaneId,
        /// 400 (not Bayeux), 413 (too many messages), 500 (replaced by another poll of the session,
        /// with `CometD`) or 503 (shutting down).
        status: u16,
    },
    /// Close a socket with a code and no reason. The lane ends.
    Close {
        /// The socket.
        lane: LaneId,
        /// 1000, 1001 (going away), 1009 (too many messages) or 1011 (not Bayeux).
        code: u16,
    },
}

impl Output {
    /// Returns the lane of the output.
    pub fn lane(&self) -> LaneId {
        match self {
            Self::Frame { lane, .. }
            | Self::Respond { lane, .. }
            | Self::Reject { lane, .. }
            | Self::Close { lane, .. } => *lane,
        }
    }
}

impl Output {
    /// Creates the output of an action of the Bayeux server, with the text that came with it.
    pub(super) fn new(action: Action, text: Vec<u8>) -> Self {
        // The server writes JSON, which is UTF-8.
        let text = || String::from_utf8(text).unwrap_or_default();
        match action {
            Action::Send(lane) => Self::Frame { lane, text: text() },
            Action::Respond(lane, _) => Self::Respond { lane, body: text() },
            Action::Reject(lane, rejection) => Self::Reject {
                lane,
                status: rejection.status(),
            },
            Action::Close(lane, code) => Self::Close { lane, code },
        }
    }
}
