//! The CPU time of this thread: what others do on the machine does not count.

use core::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Returns how long this thread has been running.
pub(crate) fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
