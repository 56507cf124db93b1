//! What an embedder can choose.

use alloc::{vec, vec::Vec};
use core::time::Duration;

use crate::{Backoff, Transport};

/// The policies and limits of a [`Session`](crate::Session).
///
/// Start from [`Config::default`] and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Transports in order of preference. The first is tried first, the handshake included.
    /// Default: websocket, then long-polling.
    pub transports: Vec<Transport>,
    /// What to do with the session when its socket is lost or its held poll is cut. Default:
    /// [`Resume::SameSession`].
    pub resume: Resume,
    /// The hold to ask for in `/meta/connect` (`advice.timeout`), never more than the server's own.
    /// A short one is an end-to-end heartbeat. Default: none, the server's.
    pub hold: Option<Duration>,
    /// Whether a `/meta/connect` that is not answered in time over a websocket is first doubted by
    /// re-subscribing to a held channel before the socket is given up. Default: false.
    pub probe: bool,
    /// How long a reply other than a held connect's may take. Default: 10 s (`CometD`).
    pub request_timeout: Duration,
    /// What is added to the hold before a connect counts as unanswered. Default: 10 s (`CometD`).
    pub network_allowance: Duration,
    /// How long a websocket may take to open. Default: 15 s.
    pub open_timeout: Duration,
    /// After how long without a byte a websocket is pinged. Default: 25 s, below the 55 to 60 s at
    /// which proxies cut.
    pub ping_interval: Duration,
    /// How long the answer to a ping may take. Default: 10 s.
    pub pong_timeout: Duration,
    /// The hold to assume until the server names its own. Default: 60 s (Faye, `CometD`).
    pub default_hold: Duration,
    /// The longest `advice.interval` to obey. Default: 10 min.
    pub max_interval: Duration,
    /// Back-off after the second failure in a row, doubled from there, with full jitter. The first
    /// retry comes at once. Default: 1 s.
    pub backoff_base: Duration,
    /// The longest back-off. Default: 60 s.
    pub backoff_cap: Duration,
    /// How many connects may follow each other without a pause. Default: 20.
    pub connect_burst: u32,
    /// Time in which one more connect is allowed once the burst is spent, so that a server that
    /// answers at once cannot make the client spin. Default: 100 ms.
    pub connect_spacing: Duration,
    /// After how many failures in a row a websocket that once worked is left for long-polling.
    /// One that never opened is left at once. Default: 3.
    pub websocket_attempts: u32,
    /// After how long on long-polling the websocket is tried again, doubled each time up to
    /// sixteen-fold. Default: 60 s.
    pub upgrade_interval: Duration,
    /// How many commands may wait or be in flight. Default: 1024.
    pub max_requests: usize,
    /// How long a publish may wait for a session before it is cancelled. Default: 60 s.
    pub queue_timeout: Duration,
    /// How many local subscriptions there may be. Default: 16384.
    pub max_subscriptions: usize,
    /// The largest payload to publish, in bytes. Default: 64 KiB.
    pub max_payload: usize,
    /// About how many bytes of requests go into one batch. Default: 8 KiB.
    pub max_batch: usize,
    /// How long [`Session::disconnect`](crate::Session::disconnect) waits for the server. Default: 2 s.
    pub disconnect_timeout: Duration,
}

/// What to do with a session when its socket is lost, or the poll that the server holds is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resume {
    /// Connect again with the same `clientId`: nothing is lost where the server kept a queue
    /// (Faye 1.1 and newer, `CometD` with its ack extension). Where long-polling takes over from a
    /// websocket, a new handshake comes first all the same: the server may still deliver into the
    /// socket that is gone.
    SameSession,
    /// Shake hands again: for servers that go on delivering into what is dead, be it a socket or a
    /// poll. Nothing that was sent before and arrives late can do harm to the new session.
    FreshHandshake,
}

impl Config {
    /// Returns the back-off policy for connects, handshakes and requests.
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(self.backoff_base, self.backoff_cap).with_floor(BACKOFF_FLOOR)
    }
}

/// Minimum delay after the second failure in a row. The first retry comes below it, because a poll
/// that was cut loses events until the next one arrives.
const BACKOFF_FLOOR: Duration = Duration::from_millis(250);

impl Default for Config {
    fn default() -> Self {
        Self {
            transports: vec![Transport::WebSocket, Transport::LongPolling],
            resume: Resume::SameSession,
            hold: None,
            probe: false,
            request_timeout: Duration::from_secs(10),
            network_allowance: Duration::from_secs(10),
            open_timeout: Duration::from_secs(15),
            ping_interval: Duration::from_secs(25),
            pong_timeout: Duration::from_secs(10),
            default_hold: Duration::from_mins(1),
            max_interval: Duration::from_mins(10),
            backoff_base: Duration::from_secs(1),
            backoff_cap: Duration::from_mins(1),
            connect_burst: 20,
            connect_spacing: Duration::from_millis(100),
            websocket_attempts: 3,
            upgrade_interval: Duration::from_mins(1),
            max_requests: 1024,
            queue_timeout: Duration::from_mins(1),
            max_subscriptions: 16_384,
            max_payload: 64 * 1024,
            max_batch: 8 * 1024,
            disconnect_timeout: Duration::from_secs(2),
        }
    }
}
