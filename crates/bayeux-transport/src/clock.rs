//! The clock: the session's time in terms of the runtime's.

use bayeux_proto::Instant;

/// Pairs the origin of the session's time with an instant of tokio's monotonic clock.
///
/// On most systems that clock does not advance while the machine sleeps. Under a paused runtime it
/// advances only as the test says.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: tokio::time::Instant,
    /// Time of the session at the start.
    offset: Instant,
}

impl Clock {
    /// Starts a clock whose current time is [`Instant::ORIGIN`].
    pub fn start() -> Self {
        Self::starting_at(Instant::ORIGIN)
    }

    /// Starts a clock whose current time is `now`, to continue the time of another process.
    pub fn starting_at(now: Instant) -> Self {
        Self {
            start: tokio::time::Instant::now(),
            offset: now,
        }
    }

    /// Returns the current time.
    pub fn now(&self) -> Instant {
        self.offset + self.start.elapsed()
    }

    /// Waits until `at`; forever if it is `None` or too far in the future to represent.
    pub async fn sleep_until(&self, at: Option<Instant>) {
        match at.and_then(|at| self.runtime(at)) {
            Some(at) => tokio::time::sleep_until(at).await,
            None => core::future::pending().await,
        }
    }

    /// Converts `at` to the runtime's time; `None` if it is too far in the future to represent.
    pub(crate) fn runtime(&self, at: Instant) -> Option<tokio::time::Instant> {
        self.start.checked_add(at - self.offset)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn sleeping_ends_at_the_deadline_and_at_once_for_a_past_one() {
        let clock = Clock::start();
        let at = Instant::ORIGIN + Duration::from_mins(10);
        clock.sleep_until(Some(at)).await;
        assert_eq!(clock.now(), at);
        clock.sleep_until(Some(Instant::ORIGIN)).await;
        assert_eq!(clock.now(), at, "a past deadline is not waited for");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_continues_another_one_waits_from_there() {
        let at = |minutes| Instant::from_origin(Duration::from_mins(minutes));
        let clock = Clock::starting_at(at(10));
        assert_eq!(clock.now(), at(10));
        clock.sleep_until(Some(at(9))).await;
        assert_eq!(clock.now(), at(10), "a past deadline is not waited for");
        clock.sleep_until(Some(at(11))).await;
        assert_eq!(clock.now(), at(11));
    }

    #[tokio::test(start_paused = true)]
    async fn sleeping_without_a_deadline_never_ends() {
        let clock = Clock::start();
        tokio::select! {
            () = clock.sleep_until(None) => panic!("the sleep ended"),
            () = tokio::time::sleep(Duration::from_hours(24)) => {}
        }
    }
}
