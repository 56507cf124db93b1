//! Progress of a session.

use super::handshake::Handshake;
use crate::Instant;

/// Progress of a session. `Health` says whether messages flow at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Idle,
    /// No session: a handshake waits or is sent.
    Handshake(Handshake),
    /// Session established: one connect is kept outstanding.
    Live,
    /// A `/meta/disconnect` is queued or sent.
    Closing {
        deadline: Instant,
    },
    Ended,
}
