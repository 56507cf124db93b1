//! What a client hands to the program: events, and how the connection fares.

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_proto::{ServerError, Transport};
use bayeux_wire::{Frame, Value};
use groupme_delivery::{DeliveryTag, Gap, Lost, StoreError};
use groupme_model::{ConversationId, Event, EventRef, Timestamp};

/// What [`Client::next`](crate::Client::next) returns, in the order in which it happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// Something happened on GroupMe.
    Event(Delivery),
    /// Something happened to the connection.
    Status(Status),
}

/// One event, with the frame that it lies in.
///
/// It owns what it needs: keep it, send it to another thread, await while holding it. A clone costs
/// a counter. While one lives its whole frame does, some ten kilobytes;
/// [`into_owned`](Self::into_owned) lets go of it.
#[derive(Clone)]
pub struct Delivery {
    frame: Arc<Frame>,
    index: usize,
    origin: Origin,
    is_own: bool,
    receipt: Option<DeliveryTag>,
}

impl Delivery {
    /// Pairs a frame with a message in it that has `data`.
    pub(crate) fn new(frame: Arc<Frame>, index: usize, origin: Origin) -> Option<Self> {
        frame.message(index)?.data()?;
        Some(Self {
            frame,
            index,
            origin,
            is_own: false,
            receipt: None,
        })
    }

    pub(crate) fn with(mut self, receipt: Option<DeliveryTag>, is_own: bool) -> Self {
        self.receipt = receipt;
        self.is_own = is_own;
        self
    }

    pub(crate) fn receipt(&self) -> Option<DeliveryTag> {
        self.receipt
    }

    /// Whether it is the echo of a message that was sent with
    /// [`Handle::send`](crate::Handle::send).
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// The channel that it came on, such as `/user/1`.
    pub fn channel(&self) -> &str {
        self.frame
            .message(self.index)
            .map_or("", bayeux_wire::Message::channel)
    }

    /// What happened, typed, as a view into the frame.
    ///
    /// What GroupMe tells on two channels is delivered once, as it was told first: a reaction to a
    /// message of one's own is a `like.create` or a `favorite`. [`EventRef::reaction_change`] sees
    /// both.
    pub fn event(&self) -> EventRef<'_> {
        EventRef::from_value(self.data())
    }

    /// The number that a ping was published with; see [`Handle::ping_with`](crate::Handle::ping_with).
    /// `None` for a bare ping, and for what is none.
    pub fn ping_nonce(&self) -> Option<u64> {
        let EventRef::Ping(_) = self.event() else {
            return None;
        };
        self.data().get("nonce")?.as_str()?.parse().ok()
    }

    /// The payload as it was received, with everything the types do not know.
    ///
    /// # Panics
    ///
    /// Never: a delivery is only made of a message with a payload.
    pub fn data(&self) -> Value<'_> {
        let message = self.frame.message(self.index);
        message
            .and_then(bayeux_wire::Message::data)
            .expect("checked when it was made")
    }

    /// How it came to be known.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// What happened, typed, free of the frame.
    pub fn into_owned(self) -> Event {
        self.event().into_owned()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("channel", &self.channel())
            .field("kind", &self.event().kind())
            .finish_non_exhaustive()
    }
}

/// How an event came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The gateway pushed it.
    Push,
    /// It is a message that was missed and fetched.
    Backfill,
    /// It is a change of a message that was missed, found by comparing what REST has with what was
    /// delivered.
    Reconciled,
}

impl Origin {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Backfill => "backfill",
            Self::Reconciled => "reconciled",
        }
    }
}

/// How the connection fares.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Status {
    /// An attempt to reach the gateway begins.
    Connecting,
    /// The gateway knows us; events flow over this transport as channels become active.
    Connected {
        /// What carries the session now.
        transport: Transport,
    },
    /// The session moved to another transport, without a break.
    Moved {
        /// What carries the session now.
        transport: Transport,
    },
    /// The gateway delivers this channel's events from now on.
    Subscribed {
        /// The channel.
        channel: Box<str>,
    },
    /// The gateway refused this channel. The rest of the session is not affected, and the channel
    /// is asked for again in the next one.
    Refused {
        /// The channel.
        channel: Box<str>,
        /// What the gateway said.
        error: ServerError,
    },
    /// Events may have been missed. Follows upon being connected again.
    ConnectionGap {
        /// The last time at which delivery is known to have worked.
        since: Timestamp,
        /// What broke it.
        cause: DisconnectCause,
    },
    /// The connection is lost, or an attempt to make one failed. The client recovers by itself.
    Disconnected {
        /// Why.
        cause: DisconnectCause,
        /// How long until the next attempt.
        retry_in: Duration,
    },
    /// Messages of a conversation were missed; they follow, up to [`Backfilled`](Self::Backfilled)
    /// or [`Unrecoverable`](Self::Unrecoverable).
    BackfillStarted(Gap),
    /// What was missed of a conversation has been delivered.
    Backfilled {
        /// The conversation.
        conversation: ConversationId,
        /// How many messages it was.
        messages: u64,
    },
    /// Something was missed and cannot be had.
    Unrecoverable(Lost),
    /// Every conversation is whole: what is said from here on is delivered as it is pushed.
    CaughtUp,
    /// Messages are fetched again and again from here on, since none are pushed; or no longer.
    Polling(bool),
    /// The program did not take what came in for so long that events were dropped. What of it can
    /// be had follows.
    Overflow {
        /// Since when.
        since: Timestamp,
        /// How many events.
        dropped: u64,
    },
    /// What was acknowledged could not be saved, and may come again after the next start. The
    /// client goes on.
    NotSaved(Arc<StoreError>),
    /// The client has ended; nothing follows.
    Ended(ClientEnd),
}

/// Why a connection was lost or not made.
///
/// Its text is that of the error that ended the connection, where there was one, and else what the
/// protocol made of it.
#[derive(Clone, Debug)]
pub struct DisconnectCause {
    what: bayeux_proto::Cause,
    error: Option<Arc<bayeux_transport::Error>>,
}

impl DisconnectCause {
    pub(crate) fn new(
        what: bayeux_proto::Cause,
        error: Option<Arc<bayeux_transport::Error>>,
    ) -> Self {
        Self { what, error }
    }

    /// The cause as the protocol sees it.
    pub fn protocol(&self) -> &bayeux_proto::Cause {
        &self.what
    }
}

impl fmt::Display for DisconnectCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f),
            None => self.what.fmt(f),
        }
    }
}

impl core::error::Error for DisconnectCause {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.as_deref()?.source()
    }
}

/// Why a client has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientEnd {
    /// As asked.
    Requested,
    /// The gateway refuses the token: the account's own channel was refused twice, the second time
    /// with a token asked for afresh.
    Unauthorized(ServerError),
    /// The endpoint refuses everybody, or us, by HTTP status 401 or 403.
    Forbidden {
        /// The HTTP status.
        status: u16,
    },
    /// The gateway advised to stop.
    Stopped(Option<ServerError>),
    /// The gateway speaks no transport that the policy allows.
    NoCommonTransport,
}

impl ClientEnd {
    pub(crate) fn from_session(end: bayeux_proto::End) -> Self {
        match end {
            bayeux_proto::End::Unauthorized { status } => Self::Forbidden { status },
            bayeux_proto::End::NoCommonTransport => Self::NoCommonTransport,
            bayeux_proto::End::Stopped(error) => Self::Stopped(error),
            _ => Self::Requested,
        }
    }
}

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
                f.write_str("the gateway speaks none of the transports allowed; try `auto`")
            }
        }
    }
}
