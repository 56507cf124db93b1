//! Clock of the tasks.

use std::time::Instant;

/// Returns the time on the machine's monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "tasks measure real processes in real time"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
