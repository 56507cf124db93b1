//! What can be set about the gateway.

use core::time::Duration;

use bayeux_proto::server::Profile;

/// What can be set about a [`Gateway`](super::Gateway).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewayConfig {
    /// How long a `/meta/connect` is held when nothing happens: `advice.timeout`. GroupMe says
    /// 600 s today and said 30 s in its documents. A session lives twice as long after its last
    /// connect.
    pub hold: Duration,
    /// How often `{"type":"ping"}` is published on each channel that somebody listens to; `None`
    /// for never. GroupMe documents 30 s, and was measured not to do it at all.
    pub ping_interval: Option<Duration>,
    /// What becomes of a `/meta/connect` to which nothing happens.
    pub idle_connects: IdleConnects,
    /// How long a socket is left open before it is closed cleanly; `None` for ever. GroupMe was
    /// measured to close sockets after 10 to 30 s, and by others to leave them open.
    pub max_socket_age: Option<Duration>,
    /// Whether a session stays with its first socket when that is gone, as about half of GroupMe's
    /// do: events go into the dead socket, and a client that takes up the session on a new one is
    /// answered, but hears nothing.
    pub sticky_sockets: bool,
    /// How many events wait for a session that does not collect them. One more and the session is
    /// destroyed, so that its client learns of the loss instead of missing one event in silence.
    pub max_queued_events: usize,
    /// Where the client ids and event ids come from: the same seed gives the same ids.
    pub seed: u64,
    /// Which Bayeux server to be like: Faye 1.x unless said otherwise, or an older Faye, in whose
    /// time GroupMe's documents were written, or `CometD`.
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

/// What becomes of a `/meta/connect` to which nothing happens. Both were seen of GroupMe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdleConnects {
    /// It is answered when its hold is over.
    AnsweredAfterHold,
    /// It is never answered, however short a hold the client asks for. What happens is still
    /// delivered, and a poll answered with it.
    NeverAnswered,
}
