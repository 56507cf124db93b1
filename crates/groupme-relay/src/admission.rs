//! Admission: the pace at which a node takes accounts over.

use core::time::Duration;

/// Pace of starts, as a token bucket: a number of starts a second on average, and a number at once after
/// a rest.
///
/// Each start costs GroupMe a handshake and some five requests, and a fleet that starts or loses a node
/// has thousands of them. Time is measured from the start of the node.
#[derive(Clone, Debug)]
pub struct Admission {
    per_second: f64,
    at_once: f64,
    permits: f64,
    since: Duration,
}

impl Admission {
    /// Returns a pace. Both are at least one.
    pub fn new(per_second: u32, at_once: u32) -> Self {
        let at_once = f64::from(at_once.max(1));
        Self {
            per_second: f64::from(per_second.max(1)),
            at_once,
            permits: at_once,
            since: Duration::ZERO,
        }
    }

    /// Takes a permit, or returns the time until there is one.
    ///
    /// # Errors
    ///
    /// The time to wait.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let passed = now.saturating_sub(self.since).as_secs_f64();
        self.since = self.since.max(now);
        self.permits = (self.permits + passed * self.per_second).min(self.at_once);
        if self.permits >= 1.0 - ROUNDING {
            self.permits -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(
            (1.0 - self.permits) / self.per_second,
        ))
    }
}

/// Part of a permit that sums of fractions may lack: without it, the time to wait could be none for ever.
const ROUNDING: f64 = 1e-6;
