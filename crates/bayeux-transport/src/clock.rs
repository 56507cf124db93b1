//! The one place where the session's time meets the runtime's.

use bayeux_proto::Instant;

/// Pairs the origin of the session's time with a reading of tokio's monotonic clock.
///
/// That clock stands still while the machine sleeps on most systems, and under a paused runtime it
/// moves only as the test says.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: tokio::time::Instant,
}

impl Clock {
    /// Starts a clock: now is [`Instant::ORIGIN`].
    pub fn start() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
        }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    /// Waits until `at`; for ever where it is `None` or too far away to ever be.
    pub async fn sleep_until(&self, at: Option<Instant>) {
        match at.and_then(|at| self.runtime(at)) {
            Some(at) => tokio::time::sleep_until(at).await,
            None => core::future::pending().await,
        }
    }

    /// When `at` is by the runtime's clock; `None` when it is too far away to ever be.
    pub(crate) fn runtime(&self, at: Instant) -> Option<tokio::time::Instant> {
        self.origin.checked_add(at.since_origin())
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_waits_until_then_and_no_longer() {
        let clock = Clock::start();
        let at = Instant::ORIGIN + Duration::from_mins(10);
        clock.sleep_until(Some(at)).await;
        assert_eq!(clock.now(), at);
        clock.sleep_until(Some(Instant::ORIGIN)).await;
        assert_eq!(clock.now(), at, "what is over is not waited for");
    }

    #[tokio::test(start_paused = true)]
    async fn never_does_not_come() {
        let clock = Clock::start();
        tokio::select! {
            () = clock.sleep_until(None) => panic!("it came"),
            () = tokio::time::sleep(Duration::from_hours(24)) => {}
        }
    }
}
