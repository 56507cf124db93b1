//! Lanes: the carriers of batches, and how they end.

use core::{fmt, time::Duration};

/// Names one lane for its whole life; never reused within a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub(crate) u64);

impl LaneId {
    /// The number behind the name, for logs and maps.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lane {}", self.0)
    }
}

/// A Bayeux connection type that this crate can drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// One WebSocket for all messages.
    WebSocket,
    /// One HTTP exchange per batch, the held `/meta/connect` on a connection of its own.
    LongPolling,
}

impl Transport {
    /// The name on the wire, as in `connectionType`.
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

/// A set of connection types, as in `supportedConnectionTypes`. Names this crate cannot drive are
/// left out.
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
    /// Adds the type called `name`; an unknown one is ignored.
    pub fn insert(&mut self, name: &str) {
        match name {
            "websocket" => self.websocket = true,
            "long-polling" => self.long_polling = true,
            _ => {}
        }
    }

    /// Whether `transport` is in the set.
    pub fn contains(self, transport: Transport) -> bool {
        match transport {
            Transport::WebSocket => self.websocket,
            Transport::LongPolling => self.long_polling,
        }
    }
}

/// What the driver has to do for a lane.
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
    /// The lane this is about.
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

/// Which of the two HTTP connections of long-polling an exchange belongs on (Bayeux specification,
/// section "Two connection operation").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exchange {
    /// The connection of the held `/meta/connect`. `hold` is how long the server may take before
    /// it answers: a read deadline must lie above it.
    Held {
        /// How long the server may hold the exchange, whatever it was asked.
        hold: Duration,
    },
    /// The connection of everything else.
    Ordinary,
}

/// Why a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Close {
    /// The HTTP exchange ended with its whole response, and its messages have been handed in.
    Complete,
    /// The peer closed the WebSocket, with this code if it sent one.
    ByPeer {
        /// The close code, if a close frame came.
        code: Option<u16>,
    },
    /// No connection could be made: name lookup, refused, unreachable.
    Unreachable,
    /// TLS could not be agreed on.
    Tls,
    /// An established connection broke.
    Lost,
    /// The transport's own deadline passed.
    TimedOut,
    /// HTTP answered with a status that carries no Bayeux: an upgrade refused, an error page.
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, if the response had one.
        retry_after: Option<Duration>,
    },
    /// The peer sent what is not Bayeux: HTML, truncated or malformed JSON, a broken frame.
    Malformed,
    /// The peer sent more than the limit for one frame or body.
    Oversize,
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("exchange complete"),
            Self::ByPeer { code: Some(code) } => write!(f, "closed by the peer with code {code}"),
            Self::ByPeer { code: None } => f.write_str("closed by the peer"),
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
