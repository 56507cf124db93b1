//! Rate limit of one token, without a clock.

use core::time::Duration;

/// Computes when the next request may be sent. All times are relative to an origin of the caller's.
#[derive(Clone, Debug)]
pub(crate) struct RateLimiter {
    interval: Duration,
    /// End of the interval that began with the last request.
    free_at: Duration,
    /// End of the pause that GroupMe asked for.
    paused_until: Duration,
}

impl RateLimiter {
    /// Allows one request in each `interval`.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            free_at: Duration::ZERO,
            paused_until: Duration::ZERO,
        }
    }

    /// Returns when the next request may be sent, possibly in the past.
    pub(crate) fn next_at(&self) -> Duration {
        self.free_at.max(self.paused_until)
    }

    /// Counts a request that is sent now.
    pub(crate) fn handle_request(&mut self, now: Duration) {
        self.free_at = now.saturating_add(self.interval);
    }

    /// Pauses all requests for `delay`, at most [`MAX_PAUSE`], because one was answered with 429 or
    /// 420.
    pub(crate) fn handle_rate_limited(&mut self, now: Duration, delay: Duration) {
        let until = now.saturating_add(delay.min(MAX_PAUSE));
        self.paused_until = self.paused_until.max(until);
    }
}

/// Longest pause of all requests. Some limits concern one endpoint only and last for hours.
const MAX_PAUSE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn the_first_request_is_sent_at_once_and_the_next_after_the_interval() {
        let mut limiter = RateLimiter::new(MS(125));
        assert_eq!(limiter.next_at(), MS(0));
        limiter.handle_request(MS(1000));
        assert_eq!(limiter.next_at(), MS(1125));
    }

    #[test]
    fn idle_time_does_not_allow_a_burst() {
        let mut limiter = RateLimiter::new(MS(125));
        let mut now = MS(60_000);
        let mut sent = Vec::new();
        for _ in 0..24 {
            now = now.max(limiter.next_at());
            limiter.handle_request(now);
            sent.push(now);
        }
        let in_a_second = |from: Duration| {
            sent.iter()
                .filter(|at| (from..from + MS(1000)).contains(at))
                .count()
        };
        assert_eq!(sent.iter().map(|from| in_a_second(*from)).max(), Some(8));
    }

    #[test]
    fn a_pause_is_not_shortened_by_a_shorter_one() {
        let mut limiter = RateLimiter::new(MS(125));
        limiter.handle_request(MS(0));
        limiter.handle_rate_limited(MS(50), MS(2000));
        limiter.handle_rate_limited(MS(60), MS(10));
        assert_eq!(limiter.next_at(), MS(2050));
    }

    #[test]
    fn an_interval_without_end_does_not_overflow() {
        let mut limiter = RateLimiter::new(Duration::MAX);
        limiter.handle_request(MS(1));
        limiter.handle_rate_limited(Duration::MAX, Duration::MAX);
        assert_eq!(limiter.next_at(), Duration::MAX);
    }

    #[test]
    fn a_limit_of_hours_pauses_all_requests_for_a_minute_only() {
        let mut limiter = RateLimiter::new(MS(125));
        limiter.handle_rate_limited(MS(0), Duration::from_hours(24));
        assert_eq!(limiter.next_at(), MAX_PAUSE);
    }
}
