//! Timers of a session.

use core::fmt;

use crate::Instant;

/// Next wake-up of a session, and its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct Deadline {
    /// Instant at which to call [`Session::handle_timeout`](crate::Session::handle_timeout).
    pub at: Instant,
    /// Timer that is due.
    pub why: Timer,
}

/// Reason of a wake-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Timer {
    /// A websocket has not opened in time.
    Open,
    /// The handshake has not been answered in time.
    Handshake,
    /// The held connect has not been answered in time.
    Connect,
    /// A subscribe, unsubscribe or publish has not been answered in time.
    Request,
    /// The probe of a silent session has not been answered in time.
    Probe,
    /// The next connect is due.
    NextConnect,
    /// The next recovery attempt is due.
    Retry,
    /// A ping of an idle websocket is due.
    Ping,
    /// A ping has not been answered in time.
    Pong,
    /// The next attempt to return to the websocket is due.
    Upgrade,
    /// The `/meta/disconnect` has not been answered in time.
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
