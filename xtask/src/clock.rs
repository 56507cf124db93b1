//! The one place where a chore looks at the clock.

use std::time::Instant;

/// Returns the time on the machine's monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "chores measure real processes in real time"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
