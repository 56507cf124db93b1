//! Accumulated advice of the server, and its values for a transport.

use core::time::Duration;

use crate::{Advice, Config, Timing, Transport};

/// Advice merged member by member. `reconnect` is never remembered: if it were kept, one
/// `handshake` would turn every later advice into another handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MergedAdvice {
    common: Timing,
    websocket: Timing,
    long_polling: Timing,
}

impl MergedAdvice {
    /// Creates advice from the timing for all transports, for the websocket, and for long-polling.
    pub(super) fn of([common, websocket, long_polling]: [Timing; 3]) -> Self {
        Self {
            common,
            websocket,
            long_polling,
        }
    }

    /// Returns the timings in the order of [`of`](Self::of).
    pub(super) fn timings(&self) -> [Timing; 3] {
        [self.common, self.websocket, self.long_polling]
    }

    pub(super) fn merge(&mut self, advice: &Advice) {
        merge(&mut self.common, &advice.timing);
        merge(&mut self.websocket, &advice.websocket);
        merge(&mut self.long_polling, &advice.long_polling);
    }

    /// Returns the wait before the next connect; `None` if the server wants no further one.
    pub(super) fn interval(&self, transport: Transport, config: &Config) -> Option<Duration> {
        let millis = self
            .for_transport(transport)
            .interval
            .or(self.common.interval)
            .unwrap_or(0);
        let millis = u64::try_from(millis).ok()?;
        Some(Duration::from_millis(millis).min(config.max_interval))
    }

    /// Returns how long the server holds a connect.
    pub(super) fn hold(&self, transport: Transport, config: &Config) -> Duration {
        self.for_transport(transport)
            .timeout
            .or(self.common.timeout)
            .and_then(|millis| u64::try_from(millis).ok())
            .map_or(config.default_hold, |millis| {
                Duration::from_millis(millis).min(MAX_HOLD)
            })
    }

    /// Returns how long the server is likely to keep a session without a connect.
    pub(super) fn session_lifetime(&self, transport: Transport, config: &Config) -> Duration {
        let hold = self.hold(transport, config);
        let stated = self
            .for_transport(transport)
            .max_interval
            .or(self.common.max_interval);
        match stated.and_then(|millis| u64::try_from(millis).ok()) {
            Some(millis) if millis > 0 => {
                let interval = self.interval(transport, config).unwrap_or_default();
                hold.saturating_add(interval)
                    .saturating_add(Duration::from_millis(millis).min(MAX_HOLD))
            }
            // Faye keeps a session for twice the hold.
            _ => hold.saturating_mul(2),
        }
    }

    fn for_transport(&self, transport: Transport) -> &Timing {
        match transport {
            Transport::WebSocket => &self.websocket,
            Transport::LongPolling => &self.long_polling,
        }
    }
}

fn merge(merged: &mut Timing, update: &Timing) {
    merged.interval = update.interval.or(merged.interval);
    merged.timeout = update.timeout.or(merged.timeout);
    merged.max_interval = update.max_interval.or(merged.max_interval);
}

/// Maximum plausible hold; longer values are capped.
const MAX_HOLD: Duration = Duration::from_hours(24);
