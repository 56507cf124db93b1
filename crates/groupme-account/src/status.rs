//! Statuses: changes of the connection and of the delivery.

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_proto::{ServerError, Transport};
use groupme_delivery::{Gap, Lost, StoreError};
use groupme_model::{ConversationId, Timestamp};

/// Change of the connection or of the delivery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Status {
    /// A connection attempt begins.
    Connecting,
    /// The gateway accepted the handshake. Events flow as channels become active.
    Connected {
        /// Transport of the session.
        transport: Transport,
    },
    /// The session moved to another transport without a gap.
    Moved {
        /// Transport of the session.
        transport: Transport,
    },
    /// The gateway delivers events of this channel from here on.
    Subscribed {
        /// Channel.
        channel: Box<str>,
    },
    /// The gateway delivers everything of all conversations of the [`Scope`](crate::Scope) from
    /// here on. Comes once all of them are subscribed, in each session, and when more come.
    Following {
        /// Number of groups, topics and direct conversations.
        conversations: usize,
    },
    /// The gateway refused this channel. The session continues, and the next one subscribes to it
    /// again.
    Refused {
        /// Channel.
        channel: Box<str>,
        /// Error of the gateway.
        error: ServerError,
    },
    /// Events may have been missed. Follows the reconnect.
    ConnectionGap {
        /// Last time at which delivery is known to have worked.
        since: Timestamp,
        /// Cause of the disconnect.
        cause: DisconnectCause,
    },
    /// The connection is lost, or an attempt failed. The client retries by itself.
    Disconnected {
        /// Cause.
        cause: DisconnectCause,
        /// Time until the next attempt.
        retry_in: Duration,
    },
    /// Missed messages of a conversation follow, up to [`Backfilled`](Self::Backfilled) or
    /// [`Unrecoverable`](Self::Unrecoverable).
    BackfillStarted(Gap),
    /// The missed messages of a conversation have been delivered.
    Backfilled {
        /// Conversation.
        conversation: ConversationId,
        /// Number of messages.
        messages: u64,
    },
    /// Messages or changes are missing and cannot be fetched.
    Unrecoverable(Lost),
    /// All conversations are synced: from here on, everything is delivered as it is pushed.
    CaughtUp,
    /// Polling of REST began (`true`), because pushes cannot flow, or ended (`false`).
    Polling(bool),
    /// The program read so slowly that events were dropped. Those that can be fetched follow.
    Overflow {
        /// Time of the first dropped event.
        since: Timestamp,
        /// Number of dropped events.
        dropped: u64,
    },
    /// The store could not save an acknowledgement, so events may come again after the next start.
    /// The client continues.
    NotSaved(Arc<StoreError>),
    /// The client has ended; nothing follows.
    Ended(ClientEnd),
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Connected { transport } => write!(f, "connected over {}", transport.name()),
            Self::Moved { transport } => write!(f, "moved to {}", transport.name()),
            Self::Subscribed { channel } => write!(f, "subscribed to {channel}"),
            Self::Following { conversations } => {
                write!(f, "conversations followed: {conversations}")
            }
            Self::Refused { channel, error } => {
                write!(f, "the gateway refuses {channel}: {error}")
            }
            Self::ConnectionGap { since, cause } => {
                write!(f, "events may have been missed since {since}: {cause}")
            }
            Self::Disconnected { cause, retry_in } => {
                write!(f, "disconnected: {cause}; next attempt in {retry_in:.1?}")
            }
            Self::BackfillStarted(gap) => gap.fmt(f),
            Self::Backfilled {
                conversation,
                messages,
            } => write!(f, "fetched {messages} missed messages of {conversation}"),
            Self::Unrecoverable(lost) => lost.fmt(f),
            Self::CaughtUp => f.write_str("all conversations are synced"),
            Self::Polling(true) => f.write_str("polling the REST API while nothing is pushed"),
            Self::Polling(false) => f.write_str("no longer polling the REST API"),
            Self::Overflow { since, dropped } => write!(
                f,
                "{dropped} events were dropped since {since}, because the program is too slow"
            ),
            Self::NotSaved(error) => error.fmt(f),
            Self::Ended(end) => write!(f, "ended: {end}"),
        }
    }
}

/// Cause of a disconnect or failed attempt.
///
/// Displays the error that ended the connection, or the protocol's cause if there was none.
#[derive(Clone, Debug)]
pub struct DisconnectCause {
    protocol: bayeux_proto::Cause,
    error: Option<Arc<dyn core::error::Error + Send + Sync>>,
}

/// Error of a lane, for the log and the program.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

impl DisconnectCause {
    pub(crate) fn new(
        protocol: bayeux_proto::Cause,
        error: Option<Arc<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Self { protocol, error }
    }

    /// Returns the protocol's cause.
    pub fn protocol(&self) -> &bayeux_proto::Cause {
        &self.protocol
    }
}

impl fmt::Display for DisconnectCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f),
            None => self.protocol.fmt(f),
        }
    }
}

impl core::error::Error for DisconnectCause {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.as_deref()?.source()
    }
}

/// Reason of the end of a client.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientEnd {
    /// Requested by the program.
    Requested,
    /// The gateway refuses the token: it refused the account's own channel twice, the second time
    /// with a new call to the token source.
    Unauthorized(ServerError),
    /// The endpoint refuses access, by HTTP status 401 several times in a row.
    Forbidden {
        /// HTTP status.
        status: u16,
    },
    /// The gateway advised not to reconnect.
    Stopped(Option<ServerError>),
    /// The gateway supports none of the allowed transports.
    NoCommonTransport,
    /// A defect of this program: the client panicked, or the program's token source did. Events
    /// may be missing; the next start continues from the store.
    Internal,
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for ClientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl ClientEnd {
    pub(crate) fn from_session(end: bayeux_proto::End) -> Self {
        match end {
            bayeux_proto::End::Unauthorized { status } => Self::Forbidden { status },
            bayeux_proto::End::NoCommonTransport => Self::NoCommonTransport,
            bayeux_proto::End::Stopped(error) => Self::Stopped(error),
            end @ bayeux_proto::End::NegativeInterval => {
                Self::Stopped(Some(ServerError::parse(&end.to_string())))
            }
            _ => Self::Requested,
        }
    }
}

impl core::error::Error for ClientEnd {}

impl fmt::Display for ClientEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("disconnected as asked"),
            Self::Unauthorized(error) => write!(
                f,
                "the gateway refuses this token for this user: {error}; check that the token is \
                 valid and belongs to the user id"
            ),
            Self::Forbidden { status } => {
                write!(
                    f,
                    "the gateway's endpoint refuses access (HTTP status {status})"
                )
            }
            Self::Stopped(Some(error)) => write!(f, "the gateway advised to stop: {error}"),
            Self::Stopped(None) => f.write_str("the gateway advised to stop"),
            Self::NoCommonTransport => {
                f.write_str("the gateway speaks none of the transports allowed; allow both")
            }
            Self::Internal => f.write_str(
                "the client or the token source panicked, which is a defect of this program; \
                 start a new client",
            ),
        }
    }
}
