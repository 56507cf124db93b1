//! Configuration of the gateway.

use core::time::Duration;

use bayeux_proto::server::Profile;

/// Configuration of a [`Gateway`](super::Gateway).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewayConfig {
    /// Time for which an idle `/meta/connect` is held: `advice.timeout`. Default: 600 s, as GroupMe
    /// advises; its documents said 30 s. A session expires after twice this time without a connect.
    pub hold: Duration,
    /// Interval of `{"type":"ping"}` on each channel with subscribers; `None` for never. Default:
    /// 30 s, as GroupMe documents; none was seen in measurements.
    pub ping_interval: Option<Duration>,
    /// Treatment of a `/meta/connect` during which nothing happens. Default: answered after its
    /// hold.
    pub idle_connects: IdleConnects,
    /// Age at which a socket is closed cleanly; `None` for never, the default. GroupMe was measured
    /// to close sockets after 10 to 30 s, and by others to leave them open.
    pub max_socket_age: Option<Duration>,
    /// Whether a session stays bound to its first socket when that has closed, as about half of
    /// GroupMe's do: events go into the dead socket, and a client that resumes the session on a new
    /// socket gets replies but no events. Default: false.
    pub sticky_sockets: bool,
    /// Maximum events that wait for a session. One more destroys the session, so that its client
    /// learns of the loss. Default: 10,000.
    pub max_queued_events: usize,
    /// Seed of client ids and event ids. Default: 1.
    pub seed: u64,
    /// Bayeux server to behave like: Faye 1.x by default, an older Faye, of whose time GroupMe's
    /// documents are, or `CometD`.
    pub profile: Profile,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            hold: Duration::from_mins(10),
            ping_interval: Some(Duration::from_secs(30)),
            idle_connects: IdleConnects::AnsweredAfterHold,
            max_socket_age: None,
            sticky_sockets: false,
            max_queued_events: 10_000,
            seed: 1,
            profile: Profile::faye(),
        }
    }
}

/// Treatment of a `/meta/connect` during which nothing happens. GroupMe was seen to do both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdleConnects {
    /// The server answers at the end of the hold.
    AnsweredAfterHold,
    /// The server never answers, even if the client asks for a shorter hold. Events are still
    /// delivered, and answer a held poll.
    NeverAnswered,
}
