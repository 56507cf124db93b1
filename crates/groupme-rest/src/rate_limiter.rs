//! Rate limit of one token, without a clock.

use core::time::Duration;
use std::collections::VecDeque;

/// Computes when the next request may be sent. All times are relative to an origin of the caller's.
///
/// Requests come in groups: after a reconnect, the lists of groups and chats, then the histories of
/// a few conversations. Up to [`AT_ONCE`] are sent together, and on average over [`WINDOW`] requests
/// one in each interval. After a refusal, a window of requests is sent one by one.
#[derive(Clone, Debug)]
pub(crate) struct RateLimiter {
    interval: Duration,
    /// Times of the last requests, the latest at the end.
    sent: VecDeque<Duration>,
    /// End of the pause that GroupMe asked for.
    paused_until: Duration,
    /// Number of requests to send one by one.
    one_by_one: usize,
}

impl RateLimiter {
    /// Allows one request in each `interval`, on average.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            sent: VecDeque::new(),
            paused_until: Duration::ZERO,
            one_by_one: 0,
        }
    }

    /// Returns when the next request may be sent, possibly in the past.
    pub(crate) fn next_at(&self) -> Duration {
        let after = |count: usize, intervals: u32| {
            let before = self.sent.len().checked_sub(count)?;
            let pause = self.interval.saturating_mul(intervals);
            Some(self.sent.get(before)?.saturating_add(pause))
        };
        // The pauses between groups leave room for requests of the program between them.
        let group = match self.one_by_one {
            0 => after(AT_ONCE, 2),
            _ => after(1, 1),
        };
        let window = after(WINDOW, WINDOW_INTERVALS);
        group.max(window).unwrap_or_default().max(self.paused_until)
    }

    /// Counts a request that is sent now.
    pub(crate) fn handle_request(&mut self, now: Duration) {
        if self.sent.len() == WINDOW {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        self.one_by_one = self.one_by_one.saturating_sub(1);
    }

    /// Pauses all requests for `delay`, at most [`MAX_PAUSE`], because one was answered with 429 or
    /// 420.
    pub(crate) fn handle_rate_limited(&mut self, now: Duration, delay: Duration) {
        let until = now.saturating_add(delay.min(MAX_PAUSE));
        self.paused_until = self.paused_until.max(until);
        self.one_by_one = WINDOW;
    }
}

/// Maximum requests at the same time.
const AT_ONCE: usize = 4;

/// Number of requests over which the interval is an average.
const WINDOW: usize = 8;
const WINDOW_INTERVALS: u32 = 8;

/// Longest pause of all requests. Some limits concern one endpoint only and last for hours.
const MAX_PAUSE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// Returns the times of requests that are sent as soon as they may be, from `now` on.
    fn send(limiter: &mut RateLimiter, mut now: Duration, count: usize) -> Vec<Duration> {
        let mut sent = Vec::new();
        for _ in 0..count {
            now = now.max(limiter.next_at());
            limiter.handle_request(now);
            sent.push(now);
        }
        sent
    }

    #[test]
    fn four_requests_are_sent_at_once_and_the_next_four_after_two_intervals() {
        let mut limiter = RateLimiter::new(MS(125));
        let sent = send(&mut limiter, MS(1000), 9);
        let groups = [[MS(1000); 4], [MS(1250); 4]].concat();
        assert_eq!(sent[..8], groups);
        assert_eq!(sent[8], MS(2000));
    }

    #[test]
    fn at_most_eight_requests_are_sent_in_a_second_however_long_the_pause_before() {
        let mut limiter = RateLimiter::new(MS(125));
        let mut sent = send(&mut limiter, MS(60_000), 3);
        sent.extend(send(&mut limiter, MS(60_600), 40));
        let in_a_second = |from: Duration| {
            sent.iter()
                .filter(|at| (from..from + MS(1000)).contains(at))
                .count()
        };
        assert_eq!(sent.iter().map(|from| in_a_second(*from)).max(), Some(8));
    }

    #[test]
    fn requests_without_end_are_sent_at_the_interval_on_average() {
        let mut limiter = RateLimiter::new(MS(125));
        let sent = send(&mut limiter, MS(0), 801);
        assert_eq!(sent[800], MS(125) * 800);
    }

    #[test]
    fn requests_after_a_refusal_are_sent_one_by_one() {
        let mut limiter = RateLimiter::new(MS(125));
        limiter.handle_request(MS(0));
        limiter.handle_rate_limited(MS(0), MS(2000));
        let sent = send(&mut limiter, MS(0), 12);
        let spaced: Vec<_> = (0..12).map(|n| MS(2000 + n * 125)).collect();
        assert_eq!(sent, spaced);
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
        for _ in 0..4 {
            limiter.handle_request(MS(1));
        }
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
