//! Configuration of a session.

use alloc::{vec, vec::Vec};
use core::time::Duration;

use crate::Transport;

/// Policies and limits of a [`Session`](crate::Session).
///
/// Start from [`Config::default`] and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Transports in order of preference. The first one is also used for the handshake. Default:
    /// websocket, then long-polling.
    pub transports: Vec<Transport>,
    /// Handling of the session when its socket is lost or its held poll is cut. Default:
    /// [`Resume::SameSession`].
    pub resume: Resume,
    /// Whether a session that the server has forgotten or disconnected is replaced by a new one
    /// although the server advises `reconnect: none`, as Salesforce does every few hours. `none`
    /// still ends a session that the server knows, and one whose handshake it refuses. Default:
    /// true.
    pub replace_lost_session: bool,
    /// Refused subscriptions that are requested again within the session, with the back-off of an
    /// outage. Default: [`RetryRefused::Busy`].
    pub retry_refused: RetryRefused,
    /// Hold to ask for in `/meta/connect` (`advice.timeout`), capped by the server's own. A short
    /// hold serves as an end-to-end heartbeat. Default: none, the server's hold.
    pub hold: Option<Duration>,
    /// Whether a `/meta/connect` overdue over a websocket first triggers a probe, a repeated
    /// subscribe to an active channel, before the socket is closed. Default: false.
    pub probe: bool,
    /// Timeout of a reply other than a held connect's. Default: 10 s (`CometD`).
    pub request_timeout: Duration,
    /// Time added to the hold before a connect counts as unanswered. Default: 10 s (`CometD`).
    pub network_allowance: Duration,
    /// Maximum time by which bytes that keep arriving extend the wait for an answer. An answer that
    /// arrives slowly is no silence: each of its bytes
    /// ([`Session::handle_progress`](crate::Session::handle_progress)) allows another timeout of
    /// the same kind, up to this. Default: 5 min.
    pub slow_allowance: Duration,
    /// Timeout for opening a websocket. Default: 15 s.
    pub open_timeout: Duration,
    /// Idle time after which a websocket is pinged. Default: 25 s, below the 55 to 60 s after which
    /// proxies close idle connections.
    pub ping_interval: Duration,
    /// Timeout of the answer to a ping. Default: 10 s.
    pub pong_timeout: Duration,
    /// Hold assumed until the server advises its own. Default: 60 s (Faye, `CometD`).
    pub default_hold: Duration,
    /// Maximum `advice.interval` to honour. Default: 10 min.
    pub max_interval: Duration,
    /// Mean delay between attempts to reach the server early in an outage; later it is a seventh of
    /// the outage so far, with a jitter of ±20 %. The first retry comes within 250 ms. Five
    /// eighths of it while TCP connections are refused. Default: 0.8 s, so that a server is found within a second or a
    /// fifth of the outage.
    pub backoff_base: Duration,
    /// Maximum delay between attempts. Halved while TCP connections are refused. Default: 60 s.
    pub backoff_cap: Duration,
    /// Number of connects that may be sent without a pause. Default: 20.
    pub connect_burst: u32,
    /// Interval at which one more connect is allowed once the burst is spent, so that a server that
    /// answers at once without events cannot make the client spin. Each delivered event allows one
    /// more connect as well, so a reply with events is never followed by a pause. Default: 100 ms.
    pub connect_spacing: Duration,
    /// Number of failures in a row after which a websocket that once worked is replaced by
    /// long-polling. A websocket that never opened is replaced at once. Default: 3.
    pub websocket_attempts: u32,
    /// Time on long-polling after which the websocket is tried again, doubled with each attempt up
    /// to sixteen-fold. Default: 60 s.
    pub upgrade_interval: Duration,
    /// Number of HTTP statuses 401 or 403 in a row, without any message in between, after which a
    /// 401 ends the session with [`End::Unauthorized`](crate::End::Unauthorized); `None` for never.
    /// Statuses of ordinary exchanges do not count: they fail their own requests only. Default: 5.
    pub unauthorized_limit: Option<u32>,
    /// As `unauthorized_limit`, for the status 403, which firewalls and content delivery networks
    /// send in passing. Default: 5.
    pub forbidden_limit: Option<u32>,
    /// Maximum number of publishes that wait or are in flight. Default: 1024.
    pub max_requests: usize,
    /// Time after which a queued publish is cancelled. Default: 60 s.
    pub queue_timeout: Duration,
    /// Maximum number of local subscriptions. Default: 16384.
    pub max_subscriptions: usize,
    /// Maximum size of a payload to publish, in bytes. Default: 64 KiB.
    pub max_payload: usize,
    /// Approximate maximum size of one batch of requests, in bytes. Default: 8 KiB.
    pub max_batch: usize,
    /// Time for which [`Session::disconnect`](crate::Session::disconnect) waits for the server.
    /// Default: 2 s.
    pub disconnect_timeout: Duration,
}

/// Handling of a session when its socket is lost or its held poll is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resume {
    /// Connect again with the same `clientId`: nothing is lost if the server keeps a queue (Faye
    /// 1.1 and newer, `CometD` with its ack extension). If long-polling replaces a websocket, a new
    /// handshake still comes first, because the server may still deliver into the lost
    /// socket.
    SameSession,
    /// Send a new handshake: for servers that continue delivering into dead sockets or polls. Late
    /// messages of the old session cannot affect the new one.
    FreshHandshake,
}

/// Refused subscriptions that are requested again within the session. The others wait for the next
/// session, for [`Session::renew`](crate::Session::renew), or for a new subscription to their
/// channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryRefused {
    /// None.
    Never,
    /// Those refused with an error that [passes](crate::ServerError::is_temporary), such as
    /// Salesforce's `503::Server is too busy`.
    Busy,
    /// All.
    Always,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            transports: vec![Transport::WebSocket, Transport::LongPolling],
            resume: Resume::SameSession,
            replace_lost_session: true,
            retry_refused: RetryRefused::Busy,
            hold: None,
            probe: false,
            request_timeout: Duration::from_secs(10),
            network_allowance: Duration::from_secs(10),
            slow_allowance: Duration::from_mins(5),
            open_timeout: Duration::from_secs(15),
            ping_interval: Duration::from_secs(25),
            pong_timeout: Duration::from_secs(10),
            default_hold: Duration::from_mins(1),
            max_interval: Duration::from_mins(10),
            backoff_base: Duration::from_millis(800),
            backoff_cap: Duration::from_mins(1),
            connect_burst: 20,
            connect_spacing: Duration::from_millis(100),
            websocket_attempts: 3,
            upgrade_interval: Duration::from_mins(1),
            unauthorized_limit: Some(5),
            forbidden_limit: Some(5),
            max_requests: 1024,
            queue_timeout: Duration::from_mins(1),
            max_subscriptions: 16_384,
            max_payload: 64 * 1024,
            max_batch: 8 * 1024,
            disconnect_timeout: Duration::from_secs(2),
        }
    }
}
