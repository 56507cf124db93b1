//! What the embedder shall do next.

use bayeux_proto::{LaneId, server::Action};

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
        lane: LaneId,
        /// A JSON array.
        text: String,
    },
    /// Answer an exchange, which ends its lane: 200 and `application/json`.
    Respond {
        /// The exchange.
        lane: LaneId,
        /// A JSON array.
        body: String,
    },
    /// Answer an exchange with an error status and no Bayeux, which ends its lane.
    Reject {
        /// The exchange.
        lane: LaneId,
        /// 400 (not Bayeux), 413 (more messages than the gateway takes), 500 (another poll of the
        /// session took its place, at a `CometD`) or 503 (shutting down).
        status: u16,
    },
    /// Close a socket with a code and no reason, which ends its lane.
    Close {
        /// The socket.
        lane: LaneId,
        /// 1000, 1001 (going away), 1009 (more than the gateway takes) or 1011 (not Bayeux).
        code: u16,
    },
}

impl Output {
    /// The lane this is for.
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
