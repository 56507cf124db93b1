//! The reasons a session wakes up.

use core::fmt;

use crate::Instant;

/// When a session wants to be woken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct Deadline {
    /// When to call [`Session::handle_timeout`](crate::Session::handle_timeout).
    pub at: Instant,
    /// Why.
    pub why: Timer,
}

/// Why a session wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Timer {
    /// A websocket has not opened.
    Open,
    /// The handshake has not been answered.
    Handshake,
    /// The held connect has not been answered.
    Connect,
    /// A subscribe, unsubscribe or publish has not been answered.
    Request,
    /// The probe of a doubtful session has not been answered.
    Probe,
    /// The next connect is due.
    NextConnect,
    /// The next attempt to recover is due.
    Retry,
    /// An idle websocket is to be pinged.
    Ping,
    /// A ping has not been answered.
    Pong,
    /// The websocket is to be tried again.
    Upgrade,
    /// The farewell has not been answered.
    Disconnect,
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "opening the websocket",
            Self::Handshake => "handshake",
            Self::Connect => "held connect",
            Self::Request => "request",
            Self::Probe => "probe",
            Self::NextConnect => "next connect",
            Self::Retry => "retry",
            Self::Ping => "ping due",
            Self::Pong => "websocket pong",
            Self::Upgrade => "websocket upgrade",
            Self::Disconnect => "disconnect",
        })
    }
}

/// The earliest of some deadlines that may not be set.
pub(crate) fn earliest(
    deadlines: impl IntoIterator<Item = (Option<Instant>, Timer)>,
) -> Option<Deadline> {
    deadlines
        .into_iter()
        .filter_map(|(at, why)| Some(Deadline { at: at?, why }))
        .min_by_key(|d| d.at)
}
