//! Who comes and goes.

use alloc::{boxed::Box, sync::Arc};
use core::fmt;

/// What has become of sessions and subscriptions. The `clientId`s in it are credentials, and
/// `Debug` leaves them out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// A handshake succeeded.
    Opened {
        /// The new session.
        client: Arc<str>,
    },
    /// A session is over, and its subscriptions with it, which are not told singly.
    Ended {
        /// The session.
        client: Arc<str>,
        /// Why.
        reason: EndReason,
    },
    /// A session subscribed to what it had not.
    Subscribed {
        /// The session.
        client: Arc<str>,
        /// The channel or pattern.
        channel: Box<str>,
    },
    /// A session unsubscribed from what it had subscribed to.
    Unsubscribed {
        /// The session.
        client: Arc<str>,
        /// The channel or pattern.
        channel: Box<str>,
    },
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// The client disconnected.
    Disconnected,
    /// It showed no life for too long.
    Expired,
    /// It did not collect its events.
    Overflowed,
    /// The embedder ended or forgot it.
    Removed,
    /// The server shut down.
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
