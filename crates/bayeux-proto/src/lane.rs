//! Lanes, the carriers of batches, and their ends.

use core::{fmt, time::Duration};

/// Identifier of a lane: a WebSocket for its whole life, or one HTTP exchange; never reused.
///
/// A [`Session`](crate::Session) numbers its own lanes; the embedder of a
/// [`Server`](crate::server::Server) numbers the lanes that clients open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub(crate) u64);

impl LaneId {
    /// Creates the identifier with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number, for logs and maps.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lane {}", self.0)
    }
}

/// Bayeux connection type supported by this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Single WebSocket for all messages.
    WebSocket,
    /// HTTP exchange per batch, with the held `/meta/connect` on a connection of its own.
    LongPolling,
}

impl Transport {
    /// Returns the name on the wire, as in `connectionType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::LongPolling => "long-polling",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Set of connection types, as in `supportedConnectionTypes`. Names that this crate does not
/// support are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a set of the two transports this crate drives"
)]
pub struct ConnectionTypes {
    /// `websocket`
    pub websocket: bool,
    /// `long-polling`
    pub long_polling: bool,
}

impl ConnectionTypes {
    /// Adds the type called `name`; an unknown name is ignored.
    pub fn insert(&mut self, name: &str) {
        match name {
            "websocket" => self.websocket = true,
            "long-polling" => self.long_polling = true,
            _ => {}
        }
    }

    /// Returns whether `transport` is in the set.
    pub fn contains(self, transport: Transport) -> bool {
        match transport {
            Transport::WebSocket => self.websocket,
            Transport::LongPolling => self.long_polling,
        }
    }
}

/// Action for the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Open a WebSocket; report `handle_open` or `handle_close`.
    Open(LaneId),
    /// Write the batch appended to `out` as one text frame on this open WebSocket.
    Send(LaneId),
    /// POST the batch appended to `out` as an HTTP exchange of its own: a new lane that ends with
    /// the response (`handle_close` with [`Close::Complete`] after its messages).
    Exchange(LaneId, Exchange),
    /// Send a WebSocket ping; report the pong with `handle_pong`.
    Ping(LaneId),
    /// Drop the lane at once, without waiting for a closing handshake. No report is expected.
    Close(LaneId),
}

impl Action {
    /// Returns the lane of this action.
    pub fn lane(self) -> LaneId {
        match self {
            Self::Open(lane)
            | Self::Send(lane)
            | Self::Exchange(lane, _)
            | Self::Ping(lane)
            | Self::Close(lane) => lane,
        }
    }
}

/// HTTP connection of an exchange, of the two that long-polling uses (Bayeux specification, section
/// "Two connection operation").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exchange {
    /// Connection of the held `/meta/connect`.
    Held {
        /// Maximum time until the server answers; a read deadline must lie above it.
        hold: Duration,
    },
    /// Handshake, over the connection of all messages other than the held connect.
    Handshake,
    /// `/meta/disconnect` alone, over the same connection.
    Disconnect,
    /// Other messages, over the same connection.
    Ordinary,
}

impl Exchange {
    /// Returns whether this is the exchange of the held connect.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Held { .. })
    }

    /// Returns the name of the operation, which some servers have in the URL, as `CometD`'s clients
    /// write it (`appendMessageTypeToURL`): `handshake`, `connect`, `disconnect`; none for other
    /// messages.
    pub fn operation(self) -> Option<&'static str> {
        match self {
            Self::Held { .. } => Some("connect"),
            Self::Handshake => Some("handshake"),
            Self::Disconnect => Some("disconnect"),
            Self::Ordinary => None,
        }
    }
}

/// Reason why a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Close {
    /// HTTP exchange complete: the response ended, and its messages have been reported.
    Complete,
    /// WebSocket closed by the peer.
    ByPeer {
        /// Close code, if a close frame arrived.
        code: Option<u16>,
    },
    /// TCP connection refused: the host is there, and nothing listens on the port. An HTTP refusal
    /// is a [`Close::Status`].
    ConnectionRefused,
    /// Other failure to connect: name lookup, unreachable, a proxy.
    Unreachable,
    /// Failure to negotiate TLS.
    Tls,
    /// Failure of an established connection.
    Lost,
    /// Timeout of the transport itself.
    TimedOut,
    /// HTTP response without Bayeux: a refused upgrade, an error page.
    Status {
        /// HTTP status.
        status: u16,
        /// Value of `Retry-After`, if present.
        retry_after: Option<Duration>,
    },
    /// Data that is not Bayeux: HTML, truncated or malformed JSON, a broken frame.
    Malformed,
    /// Frame or body above the size limit.
    Oversize,
}

impl Close {
    /// Returns whether the response of an exchange with this end may have carried events that did
    /// not arrive.
    pub(crate) fn may_have_had_events(self) -> bool {
        match self {
            // The response arrived, or the request never left.
            Self::Complete | Self::ConnectionRefused | Self::Unreachable | Self::Tls => false,
            // A refusal comes instead of the response; a proxy may have dropped the response.
            Self::Status { status, .. } => !matches!(status, 300..=499 | 503),
            Self::ByPeer { .. }
            | Self::Lost
            | Self::TimedOut
            | Self::Malformed
            | Self::Oversize => true,
        }
    }
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("exchange complete"),
            Self::ByPeer { code: Some(code) } => write!(f, "closed by the peer with code {code}"),
            Self::ByPeer { code: None } => f.write_str("closed by the peer"),
            Self::ConnectionRefused => f.write_str("the TCP connection was refused"),
            Self::Unreachable => f.write_str("the server cannot be reached"),
            Self::Tls => f.write_str("TLS failed"),
            Self::Lost => f.write_str("the connection broke"),
            Self::TimedOut => f.write_str("the transport timed out"),
            Self::Status { status, .. } => write!(f, "HTTP status {status}"),
            Self::Malformed => f.write_str("the peer sent something that is not Bayeux"),
            Self::Oversize => f.write_str("the peer sent more than the frame limit"),
        }
    }
}
