//! What the server has advised so far, and what it comes to on a transport.

use core::time::Duration;

use crate::{Advice, Config, Timing, Transport};

/// Advice accumulates member by member, except `reconnect`, which is never remembered: kept, one
/// `handshake` would turn every later advice into another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Advised {
    any: Timing,
    websocket: Timing,
    long_polling: Timing,
}

impl Advised {
    pub(super) fn merge(&mut self, advice: &Advice) {
        merge(&mut self.any, &advice.timing);
        merge(&mut self.websocket, &advice.websocket);
        merge(&mut self.long_polling, &advice.long_polling);
    }

    /// The wait before the next connect; `None` when the server wants no further one.
    pub(super) fn interval(&self, transport: Transport, config: &Config) -> Option<Duration> {
        let millis = self
            .on(transport)
            .interval
            .or(self.any.interval)
            .unwrap_or(0);
        let millis = u64::try_from(millis).ok()?;
        Some(Duration::from_millis(millis).min(config.max_interval))
    }

    /// How long the server holds a connect.
    pub(super) fn hold(&self, transport: Transport, config: &Config) -> Duration {
        self.on(transport)
            .timeout
            .or(self.any.timeout)
            .and_then(|millis| u64::try_from(millis).ok())
            .map_or(config.default_hold, |millis| {
                Duration::from_millis(millis).min(LONGEST_HOLD)
            })
    }

    /// How long the server is likely to keep a session without a connect.
    pub(super) fn life(&self, transport: Transport, config: &Config) -> Duration {
        let hold = self.hold(transport, config);
        let stated = self.on(transport).max_interval.or(self.any.max_interval);
        match stated.and_then(|millis| u64::try_from(millis).ok()) {
            Some(millis) if millis > 0 => {
                let interval = self.interval(transport, config).unwrap_or_default();
                hold.saturating_add(interval)
                    .saturating_add(Duration::from_millis(millis).min(LONGEST_HOLD))
            }
            // Faye keeps a session for twice the hold.
            _ => hold.saturating_mul(2),
        }
    }

    fn on(&self, transport: Transport) -> &Timing {
        match transport {
            Transport::WebSocket => &self.websocket,
            Transport::LongPolling => &self.long_polling,
        }
    }
}

fn merge(known: &mut Timing, said: &Timing) {
    known.interval = said.interval.or(known.interval);
    known.timeout = said.timeout.or(known.timeout);
    known.max_interval = said.max_interval.or(known.max_interval);
}

/// A hold beyond this is taken for a mistake.
const LONGEST_HOLD: Duration = Duration::from_hours(24);
