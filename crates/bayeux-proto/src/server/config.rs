//! Configuration of a server.

use core::time::Duration;

use super::profile::{Expiry, Profile};

/// Policies and limits of a [`Server`](super::Server).
///
/// Start from [`Config::new`] or [`Config::default`] and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Behaviour of the server. Default: Faye 1.4.
    pub profile: Profile,
    /// Hold of an idle `/meta/connect`, sent as `advice.timeout`. Default: 60 s.
    pub hold: Duration,
    /// Wait of clients between connects, sent as `advice.interval`. Default: 0.
    pub interval: Duration,
    /// Lifetime of a session without the activity that its [`Expiry`] requires. Default: none,
    /// which is twice the hold for Faye, and the interval plus 10 s for `CometD`.
    pub session_lifetime: Option<Duration>,
    /// Whether sessions are tied to a cookie, as with `CometD`: an exchange without the cookie of
    /// the session's handshake, or a socket with another one, has no session. Default: false.
    pub cookies: bool,
    /// Interval advised to a client that polls for a second session with the same cookie. Default:
    /// 2 s (`CometD`).
    pub multiple_clients_interval: Duration,
    /// Whether clients that offer the acknowledgement extension get it, so that unacknowledged
    /// events are sent again. Default: false.
    pub ack_extension: bool,
    /// Whether [`Server::poll_event`](super::Server::poll_event) returns events. Default: false, so
    /// that events do not accumulate without a reader.
    pub emit_events: bool,
    /// Handling of an event beyond a session's queue limit. Default: [`Overflow::EndSession`].
    pub overflow: Overflow,
    /// Limits on sessions, messages and queues.
    pub limits: Limits,
}

/// Limits on sessions, messages and queues. A request beyond a limit is refused with an error and
/// affects nobody else.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum number of sessions. Default: 100 000.
    pub sessions: usize,
    /// Maximum number of subscriptions of one session. Default: 1 000.
    pub subscriptions: usize,
    /// Maximum length of a channel name, in bytes. Default: 1 024.
    pub channel: usize,
    /// Maximum number of messages in one payload. Default: 1 000.
    pub batch: usize,
    /// Maximum size of one message, in bytes. Default: 64 KiB.
    pub message: usize,
    /// Maximum number of events waiting for one session. Default: 10 000.
    pub queue: usize,
    /// Maximum total size of the events waiting for one session, in bytes. Default: 8 MiB.
    pub queue_bytes: usize,
    /// Maximum number of held connects of one session, in profiles that hold several. Default: 4.
    pub connects: usize,
}

/// Handling of an event beyond the queue limit of a session that does not collect its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// End the session, so that its client learns of the loss.
    EndSession,
    /// Drop the oldest event without notice.
    DropOldest,
}

impl Config {
    /// Creates the default configuration of a profile.
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

    /// Returns the lifetime of a session without the activity that its [`Expiry`] requires.
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

/// Default of `CometD`'s `maxInterval`.
const MAX_INTERVAL: Duration = Duration::from_secs(10);
