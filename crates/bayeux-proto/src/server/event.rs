//! Events of the server.

use alloc::{boxed::Box, sync::Arc};
use core::fmt;

/// Start or end of a session or subscription. The `clientId`s are credentials, which `Debug` leaves
/// out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// Successful handshake.
    Opened {
        /// New session.
        client: Arc<str>,
    },
    /// End of a session and of all its subscriptions, which get no events of their own.
    Ended {
        /// Session that ended.
        client: Arc<str>,
        /// Reason of the end.
        reason: EndReason,
    },
    /// New subscription.
    Subscribed {
        /// Session that subscribed.
        client: Arc<str>,
        /// Channel or pattern.
        channel: Box<str>,
    },
    /// End of a subscription.
    Unsubscribed {
        /// Session that unsubscribed.
        client: Arc<str>,
        /// Channel or pattern.
        channel: Box<str>,
    },
}

/// Reason why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// Disconnect of the client.
    Disconnected,
    /// Expiry without activity.
    Expired,
    /// Queue limit exceeded.
    Overflowed,
    /// Removal by the embedder.
    Removed,
    /// Shutdown of the server.
    ShutDown,
}

impl fmt::Debug for ServerEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened { .. } => f.write_str("Opened"),
            Self::Ended { reason, .. } => write!(f, "Ended({reason:?})"),
            Self::Subscribed { channel, .. } => write!(f, "Subscribed({channel})"),
            Self::Unsubscribed { channel, .. } => write!(f, "Unsubscribed({channel})"),
        }
    }
}
