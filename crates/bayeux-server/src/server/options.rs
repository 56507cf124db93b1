//! Options of a server.

use core::time::Duration;

use bayeux_proto::server::{Config, Profile};
use bayeux_wire::Limits;

use super::origins::Origins;
use crate::sockets::{Budget, QueueLimits, Socket};

/// Options of a [`Server`](crate::Server).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Protocol: behaviour, hold, limits. Default: that of Faye 1.4, except that only clients with a
    /// session may publish, a payload opens one session at most, a lost poll is noticed, a client that polls has left its socket, the end of
    /// an old socket leaves the new one alone, and a client cannot ask for a longer hold than the
    /// server's.
    pub bayeux: Config,
    /// Origins of the web pages that may connect. Default: the server's own only. Programs, which
    /// send no `Origin`, are not affected.
    pub origins: Origins,
    /// Maximum size of a body or websocket message, in bytes, of 256 MiB at most. Default: 1 MiB. A larger
    /// body is refused with 413; a larger message ends the socket with the code 1009. So does one with more
    /// keys and values than an eighth of this number, or 131,072 if that is more.
    pub max_payload: usize,
    /// Memory that the bodies and websocket messages of all clients may take together until they are
    /// whole, in bytes; the first 4 KiB of each are free. Default: 256 MiB. Beyond it, bodies are refused
    /// with 503, and sockets are closed with the code 1013.
    pub max_unfinished: usize,
    /// Time in which a client has to send a whole request, and in which it has to take some of what
    /// is written to it. Default: 30 s. The second is checked for connections of
    /// [`Server::serve`](crate::Server::serve).
    pub request_timeout: Duration,
    /// Outputs that wait for a slow socket. Default: 32,768 frames, 8 MiB.
    pub queue: QueueLimits,
    /// Maximum number of open websockets and unanswered requests. Default: 100,000. Beyond it,
    /// requests are refused with 503.
    pub max_lanes: usize,
    /// Interval of websocket pings, which keep proxies from closing the connection. Default: none;
    /// `/meta/connect` comes once a hold.
    pub ping_interval: Option<Duration>,
    /// Whether websockets are accepted. Default: true. Otherwise upgrades are refused with 400, and
    /// clients poll.
    pub websocket: bool,
    /// Whether batches in queries are answered with scripts, for browsers without CORS. Default:
    /// true.
    pub callback_polling: bool,
}

impl Default for Options {
    fn default() -> Self {
        let mut profile = Profile::faye();
        profile.notices_lost_polls = true;
        profile.polls_leave_socket = true;
        profile.late_close_spreads = false;
        profile.caps_hold = true;
        profile.anonymous_publishes = false;
        profile.handshakes_alone = true;
        Self::new(Config::new(profile))
    }
}

impl Options {
    /// Returns the default options with this protocol, as it is: a profile of Faye permits what the
    /// default refuses, such as publishes without a session.
    pub fn new(bayeux: Config) -> Self {
        Self {
            bayeux,
            origins: Origins::Own,
            max_payload: 1 << 20,
            max_unfinished: 256 << 20,
            request_timeout: Duration::from_secs(30),
            queue: QueueLimits {
                frames: 32_768,
                bytes: 8 << 20,
            },
            max_lanes: 100_000,
            ping_interval: None,
            websocket: true,
            callback_polling: true,
        }
    }

    /// Returns the limits of the decoder: a payload of the largest size is read, unless its values are
    /// short, as none of usual messages are.
    pub(crate) fn decoder(&self) -> Limits {
        let mut limits = Limits::default();
        limits.max_frame = self.max_payload;
        limits.max_values = limits.max_values.max(self.max_payload / BYTES_OF_VALUE);
        limits
    }

    /// Returns the limits of a websocket.
    pub(crate) fn socket(&self, unfinished: &Budget) -> Socket {
        Socket {
            max_message: self.max_payload,
            max_silence: Some(self.longest_silence()),
            ping_interval: self.ping_interval,
            close_timeout: self.request_timeout,
            budget: Some(unfinished.clone()),
        }
    }

    /// Returns the time after which a connection without a connect is taken for dead: the client
    /// connects at least once in a hold and an interval.
    pub(crate) fn longest_silence(&self) -> Duration {
        let round = self.bayeux.hold.saturating_add(self.bayeux.interval);
        round.saturating_mul(2).saturating_add(SLACK)
    }
}

/// Bytes that a key or value of a large payload has on average, at least.
const BYTES_OF_VALUE: usize = 8;

/// Tolerance for slow networks.
const SLACK: Duration = Duration::from_secs(30);
