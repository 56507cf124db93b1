//! Settings of an account.

use core::time::Duration;

use bayeux_proto::{Resume, RetryRefused, Transport};

/// Settings of an [`Account`](crate::Account). The defaults are those of GroupMe's gateway.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Settings of the Bayeux session. Default: [`TransportPolicy::session`] of
    /// [`TransportPolicy::Auto`].
    pub session: bayeux_proto::Config,
    /// Settings of gap-free delivery; `None` for pushes only: gaps are reported and not filled, and
    /// duplicates are not removed.
    pub delivery: Option<groupme_delivery::Config>,
    /// Conversations whose own channels the account subscribes to by itself. Default:
    /// [`Scope::Account`].
    pub scope: Scope,
    /// Maximum deliveries waiting for the program while the socket is read. Default: 1,024.
    pub max_waiting: usize,
    /// Time for which the socket is not read while the program takes nothing, before events are
    /// dropped and reported. Only with [`delivery`](Self::delivery), which fetches them later.
    /// Default: 10 s, less than either side waits for a silent session.
    pub overflow_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            session: TransportPolicy::default().session(),
            delivery: Some(groupme_delivery::Config::default()),
            scope: Scope::default(),
            max_waiting: 1024,
            overflow_after: Duration::from_secs(10),
        }
    }
}

/// Conversations whose own channels an account subscribes to by itself.
///
/// The user's channel brings every message of every conversation, reactions to the user's own
/// messages, and notices of edits and deletions. Everything else comes on the channel of its
/// conversation: typing, all reactions, the edited or deleted message itself, read receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The user's channel only, and those that the program subscribes to.
    #[default]
    Account,
    /// All groups, topics and direct conversations, as they come and go: those that REST lists, and
    /// those that a message or membership is pushed of. Needs
    /// [`Config::delivery`], which reads the lists.
    Everything,
}

/// Allowed transports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportPolicy {
    /// Websocket, with long-polling as a fallback while none can be opened.
    #[default]
    Auto,
    /// Websocket only.
    WebSocket,
    /// Long-polling only.
    LongPolling,
}

impl TransportPolicy {
    /// Returns the session's settings for GroupMe's gateway.
    pub fn session(self) -> bayeux_proto::Config {
        let mut config = bayeux_proto::Config::default();
        config.transports = match self {
            Self::Auto => vec![Transport::WebSocket, Transport::LongPolling],
            Self::WebSocket => vec![Transport::WebSocket],
            Self::LongPolling => vec![Transport::LongPolling],
        };
        // About half the time, the gateway continues delivering into the dead socket.
        config.resume = Resume::FreshHandshake;
        // The gateway holds a connect for ten minutes and closes silent sockets after ten, often
        // without a close frame. A short hold is an end-to-end heartbeat.
        config.hold = Some(Duration::from_secs(25));
        // A ping only if the answer to the connect is late.
        config.ping_interval = Duration::from_secs(28);
        // At times the gateway never answers a held connect, and still delivers events.
        config.probe = true;
        config.request_timeout = Duration::from_secs(15);
        // The token travels in `ext`, so a status 403 comes from something in between: a firewall, a
        // content delivery network. It passes.
        config.forbidden_limit = None;
        // The account repeats its own channel, with new credentials and delays of its own.
        config.retry_refused = RetryRefused::Never;
        config
    }
}
