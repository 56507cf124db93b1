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

    /// When `at` is by the runtime's clock; `None` when it is too far away to ever be.
    pub(crate) fn runtime(&self, at: Instant) -> Option<tokio::time::Instant> {
        self.origin.checked_add(at.since_origin())
    }
}
