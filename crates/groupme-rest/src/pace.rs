//! How fast one token asks: a pure rule over time, shared by all clones of a client.

use core::time::Duration;

/// When the next request may go. Times are since an origin of the caller's.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    interval: Duration,
    /// When the interval since the last request ends.
    free_at: Duration,
    /// Until when GroupMe wants to be left alone.
    held_until: Duration,
}

impl Pace {
    /// A pace of one request in each `interval`.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            free_at: Duration::ZERO,
            held_until: Duration::ZERO,
        }
    }

    /// When the next request may go; may be in the past.
    pub(crate) fn next_at(&self) -> Duration {
        self.free_at.max(self.held_until)
    }

    /// A request goes now.
    pub(crate) fn handle_departure(&mut self, now: Duration) {
        self.free_at = now.saturating_add(self.interval);
    }

    /// GroupMe said that this was too fast. Nothing goes for `wait`, but for no longer than
    /// [`LONGEST_HOLD`]: some waits are about one endpoint only, and last for hours.
    pub(crate) fn handle_limit(&mut self, now: Duration, wait: Duration) {
        let until = now.saturating_add(wait.min(LONGEST_HOLD));
        self.held_until = self.held_until.max(until);
    }
}

/// For how long one answer can keep all clones from asking anything.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn the_first_request_goes_at_once_and_the_next_one_after_the_interval() {
        let mut pace = Pace::new(MS(125));
        assert_eq!(pace.next_at(), MS(0));
        pace.handle_departure(MS(1000));
        assert_eq!(pace.next_at(), MS(1125));
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let mut pace = Pace::new(MS(125));
        let mut now = MS(60_000);
        let mut departures = Vec::new();
        for _ in 0..24 {
            now = now.max(pace.next_at());
            pace.handle_departure(now);
            departures.push(now);
        }
        let in_a_second = |from: Duration| {
            departures
                .iter()
                .filter(|at| (from..from + MS(1000)).contains(at))
                .count()
        };
        assert_eq!(
            departures.iter().map(|from| in_a_second(*from)).max(),
            Some(8)
        );
    }

    #[test]
    fn a_limit_holds_everything_and_a_shorter_one_does_not_shorten_it() {
        let mut pace = Pace::new(MS(125));
        pace.handle_departure(MS(0));
        pace.handle_limit(MS(50), MS(2000));
        pace.handle_limit(MS(60), MS(10));
        assert_eq!(pace.next_at(), MS(2050));
    }

    #[test]
    fn an_interval_without_end_does_not_overflow() {
        let mut pace = Pace::new(Duration::MAX);
        pace.handle_departure(MS(1));
        pace.handle_limit(Duration::MAX, Duration::MAX);
        assert_eq!(pace.next_at(), Duration::MAX);
    }

    #[test]
    fn a_limit_of_hours_holds_everything_for_a_minute_only() {
        let mut pace = Pace::new(MS(125));
        pace.handle_limit(MS(0), Duration::from_hours(24));
        assert_eq!(pace.next_at(), LONGEST_HOLD);
    }
}
