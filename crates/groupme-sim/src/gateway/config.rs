//! What can be set about the gateway.

use core::time::Duration;

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
    pub ping: Option<Duration>,
    /// How many events wait for a session that does not collect them. One more and the session is
    /// destroyed, so that its client learns of the loss instead of missing one event in silence.
    pub queue: usize,
    /// Where the client ids and event ids come from: the same seed gives the same ids.
    pub seed: u64,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            hold: Duration::from_mins(10),
            ping: Some(Duration::from_secs(30)),
            queue: 10_000,
            seed: 1,
        }
    }
}
