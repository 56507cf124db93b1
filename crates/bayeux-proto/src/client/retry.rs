//! Delays between the attempts to reach a server that is out.

use core::time::Duration;

use crate::{Cause, Close, Config, Jitter};

/// Schedule of the attempts during an outage: the delay after a failure, from the time since the
/// first one.
///
/// The mean delay is a seventh of the outage so far, at least a base of 0.8 s and at most five sixths
/// of a cap of 60 s; the jitter is ±20 %. Refused TCP connections cost the server nothing and use
/// five eighths of the base and half the cap. The first retry after a lost connection comes within
/// 250 ms.
///
/// The longest delay is 1.2 × max(0.8 s, outage / 7) = max(0.96 s, outage / 5.8), so a server that is
/// back is found within max(1 s, a fifth of the outage). Doubling with full jitter, by comparison,
/// waits for as long as the outage has lasted.
///
/// A server that refuses every attempt sees 8 of them until the seventh exceeds the base (at 5.6 s).
/// From there on each one multiplies the outage by 8/7, so ln(60 / 5.6) / ln(8/7) = 18 follow in
/// the first minute, and ln(350 / 60) / ln(8/7) = 13 more until the cap binds at 350 s. The rest of
/// the hour has 3250 s / 50 s = 65: about 26 attempts in the first minute and 104 in the first
/// hour. Refused TCP connections: 8, 21 and 8 until the smaller cap binds at 175 s, and
/// 3425 s / 25 s = 137, so about 29 and 174.
///
/// The time counts, and not the number of failures, because an attempt that hangs for 15 s says
/// more about the outage than one that is refused at once. The jitter of all delays adds up: after
/// a few attempts, clients that lost the server in the same instant are spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RetrySchedule {
    base: Duration,
    cap: Duration,
}

impl RetrySchedule {
    /// Creates the schedule for failures like `cause`.
    pub(super) fn new(config: &Config, cause: &Cause) -> Self {
        let (base, cap) = (config.backoff_base, config.backoff_cap);
        match cause {
            Cause::Lane(Close::ConnectionRefused) => Self {
                base: base / 8 * 5,
                cap: cap / 2,
            },
            _ => Self { base, cap },
        }
    }

    /// Returns the delay before the first retry after a lost connection: hardly any, because it may
    /// be the only one that broke, and events are lost until the next one is open. The jitter
    /// keeps the clients of a restarted server apart.
    pub(super) fn first_delay(jitter: &mut Jitter) -> Duration {
        jitter.below(MIN_DELAY)
    }

    /// Returns the delay before the next attempt if the first failure was `outage` ago.
    pub(super) fn delay(&self, outage: Duration, jitter: &mut Jitter) -> Duration {
        let mean = (outage / 7).max(self.base).min(self.cap / 6 * 5);
        let delay = mean / 5 * 4 + jitter.below(mean / 5 * 2);
        delay.max(MIN_DELAY)
    }
}

/// Uptime that pays for quick retries: a server whose sessions break after a second each would
/// otherwise see a new one every second, for ever.
///
/// A quick retry costs as much uptime as a healthy session has, so after sessions of at least that
/// length it is always granted. Shorter ones draw on a credit for about 30 retries. Once the credit
/// is spent, the delays of [`RetrySchedule`] apply, and grow until a session lasts or half of the
/// credit is back.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuickRetries {
    credit: Duration,
    is_spent: bool,
}

impl Default for QuickRetries {
    fn default() -> Self {
        Self {
            credit: MAX_CREDIT,
            is_spent: false,
        }
    }
}

impl QuickRetries {
    /// Adds the uptime of the session that broke, and returns whether the next attempt may come at
    /// once.
    pub(super) fn grant(&mut self, uptime: Duration) -> bool {
        self.credit = self.credit.saturating_add(uptime).min(MAX_CREDIT);
        if uptime >= HEALTHY_UPTIME || self.credit >= MAX_CREDIT / 2 {
            self.is_spent = false;
        }
        match self.credit.checked_sub(HEALTHY_UPTIME) {
            Some(rest) if !self.is_spent => self.credit = rest,
            _ => self.is_spent = true,
        }
        !self.is_spent
    }
}

/// Returns the wait that the peer asked for with `Retry-After`, capped.
pub(super) fn retry_after(cause: &Cause) -> Option<Duration> {
    match cause {
        Cause::Lane(Close::Status { retry_after, .. }) => {
            retry_after.map(|wait| wait.min(MAX_RETRY_AFTER))
        }
        _ => None,
    }
}

/// Minimum delay of all retries but the first, whatever the configuration.
const MIN_DELAY: Duration = Duration::from_millis(250);

/// Minimum uptime after which the end of a connection is not a failure.
pub(super) const HEALTHY_UPTIME: Duration = Duration::from_secs(10);

/// Maximum uptime that quick retries can be paid with: 30 of them.
const MAX_CREDIT: Duration = Duration::from_mins(5);

/// Maximum `Retry-After` to honour.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);
