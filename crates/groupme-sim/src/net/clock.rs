//! Clock that a test can advance.

use core::time::Duration;

use bayeux_proto::Instant;
use tokio::{sync::watch, time};

/// Clock that follows tokio's and can be advanced.
#[derive(Debug)]
pub(super) struct Clock {
    origin: time::Instant,
    /// Sum of all advances.
    skipped: watch::Sender<Duration>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            origin: time::Instant::now(),
            skipped: watch::Sender::new(Duration::ZERO),
        }
    }

    pub(super) fn now(&self) -> Instant {
        let skipped = *self.skipped.borrow();
        Instant::from_origin(self.origin.elapsed().saturating_add(skipped))
    }

    pub(super) fn advance(&self, by: Duration) {
        self.skipped
            .send_modify(|skipped| *skipped = skipped.saturating_add(by));
    }

    /// Waits until the clock shows `at`, by passing time or by an advance. Cancel-safe.
    pub(super) async fn sleep_until(&self, at: Instant) {
        let mut skipped = self.skipped.subscribe();
        loop {
            let left = at - self.now();
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = time::sleep(left) => {}
                _ = skipped.changed() => {}
            }
        }
    }

    /// Waits until the clock shows `at`; for ever if `at` is `None`.
    pub(super) async fn sleep_until_any(&self, at: Option<Instant>) {
        match at {
            Some(at) => self.sleep_until(at).await,
            None => core::future::pending().await,
        }
    }

    pub(super) async fn sleep(&self, time: Duration) {
        self.sleep_until(self.now() + time).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_sleep_ends_by_time_or_by_an_advance() {
        let clock = Clock::new();
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(clock.now(), Instant::from_millis(1000));
        let waiting = clock.sleep(Duration::from_hours(1));
        let putting_on = async {
            clock.advance(Duration::from_mins(59));
            clock.advance(Duration::from_mins(1));
        };
        tokio::join!(waiting, putting_on);
        assert_eq!(clock.now(), Instant::from_millis(1000 + 3_600_000));
        assert!(clock.origin.elapsed() < Duration::from_secs(2));
    }
}
