//! What a session tells the application.

use core::fmt;

use crate::{Close, Instant, ServerError, Timer, Transport};

/// Names one local subscription for its whole life; never reused within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub(crate) u64);

/// Names one publish; never reused within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishId(pub(crate) u64);

/// What became of a message that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an event is delivered by the driver, not by the session"]
#[non_exhaustive]
pub enum Verdict {
    /// An event with at least one subscriber: give its `data` to the application.
    /// [`Session::recipients`](crate::Session::recipients) says to which subscriptions.
    Deliver,
    /// A reply or a protocol message; the session has taken what it needed.
    Handled,
    /// Nothing the session knows what to do with. Worth a count and a log line, never an error.
    Unexpected(Unexpected),
}

/// Why a message was not delivered and not absorbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unexpected {
    /// An event on a channel that nobody subscribed to (any more).
    Unrouted,
    /// A reply that answers nothing outstanding.
    UnexpectedReply,
    /// Neither a reply nor an event: no `successful`, no `data`, or no channel.
    Unknown,
    /// It came over a lane that has ended.
    DeadLane,
}

/// What a session tells the application, in causal order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEvent {
    /// An attempt begins to reach the server.
    Connecting,
    /// The server knows the session: messages flow over this transport.
    Up {
        /// What carries `/meta/connect` now.
        transport: Transport,
        /// Whether this is the session of before, with its subscriptions, and not a new one.
        resumed: bool,
    },
    /// `/meta/connect` moved to another transport without a break.
    Moved {
        /// What carries `/meta/connect` now.
        transport: Transport,
    },
    /// Events may have been missed. Comes once the session is up again.
    Gap {
        /// The last instant at which delivery was known to work.
        since: Instant,
        /// What broke it.
        cause: Cause,
    },
    /// Messages no longer flow; the session recovers by itself.
    Down {
        /// Why.
        cause: Cause,
        /// When the next attempt is due.
        retry_at: Instant,
    },
    /// An attempt to recover failed; the next one follows.
    AttemptFailed {
        /// Why.
        cause: Cause,
        /// How many have failed since the session was last up.
        attempts: u32,
        /// When the next attempt is due.
        retry_at: Instant,
    },
    /// The server delivers this subscription's events from now on (again, after a new handshake).
    Subscribed(SubscriptionId),
    /// The server refused this subscription. It is kept and asked for again in the next session.
    Refused(SubscriptionId, ServerError),
    /// A publish is settled.
    Published(PublishId, Outcome),
    /// The server advised several clients behind one cookie: it will not hold connects.
    MultipleClients,
    /// The session is over; nothing more is sent until [`Session::connect`](crate::Session::connect).
    Ended(End),
}

/// How a publish ended. Bayeux cannot promise more than at most once, so nothing is ever resent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The server took it.
    Accepted,
    /// The server refused it.
    Refused(ServerError),
    /// It was sent, but the reply never came: it may or may not have been taken.
    Unknown,
    /// It was never sent.
    Cancelled,
}

/// Why messages stopped flowing, or an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A lane ended.
    Lane(Close),
    /// The server refused a handshake or a connect.
    Refused(ServerError),
    /// The server forgot the session.
    SessionLost,
    /// No answer in time.
    Silence(Timer),
    /// The server broke the protocol in this way.
    Violation(&'static str),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lane(close) => close.fmt(f),
            Self::Refused(error) => write!(f, "the server refused: {error}"),
            Self::SessionLost => f.write_str("the server forgot the session"),
            Self::Silence(timer) => write!(f, "no answer in time ({timer})"),
            Self::Violation(what) => write!(f, "the server broke the protocol: {what}"),
        }
    }
}

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The application disconnected.
    Requested,
    /// The server advised to stop, with the error that came along.
    Stopped(Option<ServerError>),
    /// Client and server share no transport.
    NoCommonTransport,
    /// The HTTP endpoint itself asks for credentials (status 401 or 403).
    Unauthorized {
        /// The HTTP status.
        status: u16,
    },
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("disconnected as asked"),
            Self::Stopped(Some(error)) => write!(f, "the server advised to stop: {error}"),
            Self::Stopped(None) => f.write_str("the server advised to stop"),
            Self::NoCommonTransport => f.write_str("client and server share no transport"),
            Self::Unauthorized { status } => {
                write!(
                    f,
                    "the endpoint asks for credentials (HTTP status {status})"
                )
            }
        }
    }
}
