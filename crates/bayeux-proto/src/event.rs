//! Events and verdicts of a session.

use core::fmt;

use crate::{Close, Instant, ServerError, Timer, Transport};

/// Identifier of a local subscription; never reused within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub(crate) u64);

/// Identifier of a publish; never reused within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishId(pub(crate) u64);

/// Result of handling a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an event is delivered by the driver, not by the session"]
#[non_exhaustive]
pub enum Verdict {
    /// Event with at least one subscriber: the driver passes its `data` to the application.
    /// [`Session::recipients`](crate::Session::recipients) returns the matching subscriptions.
    Deliver,
    /// Answer to a publish that carries `data` for the caller, as remote calls of `CometD` do. Like
    /// an event, it is also for the subscriptions of its channel, if there are any. The publish
    /// itself settles with its reply, before or after the answer, or without one as
    /// [`Outcome::Unknown`].
    Answer(PublishId),
    /// Reply or protocol message, processed by the session.
    Handled,
    /// Message that the session cannot use. Worth a counter and a log line, never an error.
    Unexpected(Unexpected),
}

/// Reason why a message was neither delivered nor handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unexpected {
    /// Event on a channel without a subscription.
    Unrouted,
    /// Reply that matches no outstanding request.
    UnexpectedReply,
    /// Neither a reply nor an event: no `successful`, no `data`, or no channel.
    Unknown,
    /// Message from a lane that has ended.
    DeadLane,
}

/// Event for the application, in causal order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEvent {
    /// Start of an attempt to reach the server.
    Connecting,
    /// Established session: messages flow over this transport.
    Up {
        /// Transport of `/meta/connect`.
        transport: Transport,
        /// Whether this is the earlier session with its subscriptions, and not a new one.
        resumed: bool,
    },
    /// Move of `/meta/connect` to another transport without interruption.
    Moved {
        /// Transport of `/meta/connect`.
        transport: Transport,
    },
    /// Possible loss of events. Emitted once messages flow again, be it in a later session: a gap
    /// outlasts [`SessionEvent::Ended`].
    Gap {
        /// Latest instant up to which no event can be missing.
        since: Instant,
        /// Reason of the interruption.
        cause: Cause,
    },
    /// Interruption of the message flow; the session recovers by itself.
    Down {
        /// Reason of the interruption.
        cause: Cause,
        /// Time of the next attempt.
        retry_at: Instant,
    },
    /// Failed attempt to recover; the next one follows.
    AttemptFailed {
        /// Reason of the failure.
        cause: Cause,
        /// Number of failed attempts since the session was last up.
        attempts: u32,
        /// Time of the next attempt.
        retry_at: Instant,
    },
    /// Subscription confirmed by the server, for the first time or again after a new handshake.
    Subscribed(SubscriptionId),
    /// Subscription refused by the server. It is kept, and requested again in the next session, or
    /// sooner if [`Config::retry_refused`](crate::Config::retry_refused) says so.
    Refused(SubscriptionId, ServerError),
    /// End of a subscription that was unsubscribed: the server has no part in it any more, or other
    /// subscriptions of the program share its channel.
    Unsubscribed(SubscriptionId),
    /// Settled publish.
    Published(PublishId, Outcome),
    /// Advice `multiple-clients`: the server sees several sessions with one cookie and will not
    /// hold connects.
    MultipleClients,
    /// End of the session; nothing more is sent until
    /// [`Session::connect`](crate::Session::connect).
    Ended(End),
}

/// Outcome of a publish. Bayeux offers at most once, so nothing is ever resent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Accepted by the server.
    Accepted,
    /// Refused by the server.
    Refused(ServerError),
    /// Sent, but never answered: the server may or may not have processed it. Servers need not
    /// answer a publish.
    Unknown,
    /// Never sent.
    Cancelled,
}

/// Reason why messages stopped flowing, or an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// End of a lane.
    Lane(Close),
    /// Refusal of a handshake or a connect by the server.
    Refused(ServerError),
    /// Session unknown to the server.
    SessionLost,
    /// Missing answer of the server; the timer names it.
    Silence(Timer),
    /// Violation of the protocol by the server.
    Violation(&'static str),
    /// Continuation of the session of an earlier process, by
    /// [`Session::restore`](crate::Session::restore).
    Continued,
    /// End of the session, as reported by [`SessionEvent::Ended`], before the next
    /// [`Session::connect`](crate::Session::connect).
    Ended,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lane(close) => close.fmt(f),
            Self::Refused(error) => write!(f, "the server refused: {error}"),
            Self::SessionLost => f.write_str("the server forgot the session"),
            Self::Silence(timer) => write!(f, "no answer in time ({timer})"),
            Self::Violation(what) => write!(f, "the server broke the protocol: {what}"),
            Self::Continued => f.write_str("another process had the session before"),
            Self::Ended => f.write_str("the session had ended"),
        }
    }
}

/// Reason why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// Disconnect requested by the application.
    Requested,
    /// Advice to stop, with the error of the same message.
    Stopped(Option<ServerError>),
    /// Negative `interval` in the advice: the server wants no further connect.
    NegativeInterval,
    /// No transport shared by client and server.
    NoCommonTransport,
    /// Several HTTP statuses 401 or 403 in a row: see
    /// [`Config::unauthorized_limit`](crate::Config::unauthorized_limit).
    Unauthorized {
        /// HTTP status.
        status: u16,
    },
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("disconnected as asked"),
            Self::Stopped(Some(error)) => write!(f, "the server advised to stop: {error}"),
            Self::Stopped(None) => f.write_str("the server advised to stop"),
            Self::NegativeInterval => {
                f.write_str("the server wants no further connect (negative interval)")
            }
            Self::NoCommonTransport => f.write_str("client and server share no transport"),
            Self::Unauthorized { status } => {
                write!(
                    f,
                    "the endpoint refused several attempts in a row (HTTP status {status}); check the \
                     credentials that it asks for"
                )
            }
        }
    }
}
