//! What can be chosen for a server.

use core::time::Duration;

use super::profile::{Expiry, Profile};

/// The policies and limits of a [`Server`](super::Server).
///
/// Start from [`Config::new`] or [`Config::default`] and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Which server to be like. Default: Faye 1.4.
    pub profile: Profile,
    /// How long a `/meta/connect` is held when nothing happens: `advice.timeout`. Default: 60 s.
    pub hold: Duration,
    /// How long clients shall wait between connects: `advice.interval`. Default: 0.
    pub interval: Duration,
    /// How long a session lives without what its [`Expiry`] asks for. Default: none, which is
    /// twice the hold for Faye, and the interval and 10 s for `CometD`.
    pub session_lifetime: Option<Duration>,
    /// Whether sessions are tied to a cookie, as `CometD`'s are: an exchange without the cookie of
    /// the session's handshake, or a socket with another, has no session. Default: false.
    pub cookies: bool,
    /// How long a client is to wait that polls for a second session with the same cookie.
    /// Default: 2 s (`CometD`).
    pub multiple_clients_interval: Duration,
    /// Whether clients that offer it get the acknowledgement extension: what they have not
    /// acknowledged comes again. Default: false.
    pub ack_extension: bool,
    /// Whether [`Server::poll_event`](super::Server::poll_event) tells who comes and goes. Default:
    /// false, so that nothing waits for a reader that is not there.
    pub emit_events: bool,
    /// What is done about one event too many for a session. Default: [`Overflow::EndSession`].
    pub overflow: Overflow,
    /// How much there may be of everything.
    pub limits: Limits,
}

/// How much there may be of everything. One more is refused with an error, and harms nobody else.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Sessions. Default: 100 000.
    pub sessions: usize,
    /// Subscriptions of one session. Default: 1 000.
    pub subscriptions: usize,
    /// Bytes in the name of a channel. Default: 1 024.
    pub channel: usize,
    /// Messages in one payload. Default: 1 000.
    pub batch: usize,
    /// Bytes of one message. Default: 64 KiB.
    pub message: usize,
    /// Events that wait for one session. Default: 10 000.
    pub queue: usize,
    /// Bytes of the events that wait for one session. Default: 8 MiB.
    pub queue_bytes: usize,
    /// Connects of one session held at a time, where several are. Default: 4.
    pub connects: usize,
}

/// What is done about one event too many for a session that does not collect them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The session ends, so that its client learns that something is missing.
    EndSession,
    /// The oldest event goes, and nobody learns of it.
    DropOldest,
}

impl Config {
    /// The defaults for this profile.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            hold: Duration::from_mins(1),
            interval: Duration::ZERO,
            session_lifetime: None,
            cookies: false,
            multiple_clients_interval: Duration::from_secs(2),
            ack_extension: false,
            emit_events: false,
            overflow: Overflow::EndSession,
            limits: Limits::default(),
        }
    }

    /// How long a session lives without what its [`Expiry`] asks for.
    pub(super) fn session_lifetime(&self) -> Duration {
        self.session_lifetime
            .unwrap_or_else(|| match self.profile.expiry {
                Expiry::SinceConnect => self.hold.saturating_mul(2),
                Expiry::SinceAnswer => self.interval.saturating_add(MAX_INTERVAL),
            })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Profile::faye())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 100_000,
            subscriptions: 1_000,
            channel: 1_024,
            batch: 1_000,
            message: 64 * 1024,
            queue: 10_000,
            queue_bytes: 8 * 1024 * 1024,
            connects: 4,
        }
    }
}

/// `CometD`'s `maxInterval`.
const MAX_INTERVAL: Duration = Duration::from_secs(10);
