//! Suspension of the machine. Connections do not outlast a longer one, and timers, which stand still
//! meanwhile, find a dead one half a minute after it.

use core::{future, time::Duration};

use groupme_client::Handle;
use tokio::time::sleep;

/// Checks the client's connection whenever the machine has woken from a suspension. Never ends.
pub(super) async fn wake_after_each(handle: Handle) {
    watch(total, || {
        // Fails only after the client's end.
        let _ = handle.wake();
    })
    .await;
}

/// Calls `woken` when the total time of suspension has grown.
async fn watch(mut total: impl FnMut() -> Option<Duration>, mut woken: impl FnMut()) {
    let mut before = total();
    while let (Some(earlier), now) = (before, total()) {
        if now.is_some_and(|now| now.saturating_sub(earlier) >= SHORTEST) {
            woken();
        }
        before = now;
        sleep(INTERVAL).await;
    }
    future::pending::<()>().await;
}

/// Returns for how long the machine was suspended since its start, by the clock of Linux that goes on
/// meanwhile; `None` on other systems.
#[cfg(target_os = "linux")]
fn total() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};

    let read = |clock| Duration::try_from(clock_gettime(clock)).ok();
    // In this order, a pause between the two readings shortens the difference.
    let since_start = read(ClockId::Boottime)?;
    Some(since_start.saturating_sub(read(ClockId::Monotonic)?))
}

#[cfg(not(target_os = "linux"))]
fn total() -> Option<Duration> {
    None
}

/// Interval of looks at the clocks.
const INTERVAL: Duration = Duration::from_secs(5);
/// Shortest suspension that counts. A connection outlasts a shorter one.
const SHORTEST: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use tokio::{select, time::Instant};

    use super::*;

    /// Watches for a minute, and returns the seconds at which it noticed a suspension.
    async fn noticed(total: impl Fn(Duration) -> Option<Duration>) -> Vec<u64> {
        let (start, times) = (Instant::now(), Cell::new(Vec::new()));
        let note = || {
            let mut noted = times.take();
            noted.push(start.elapsed().as_secs());
            times.set(noted);
        };
        select! {
            () = watch(|| total(start.elapsed()), note) => unreachable!("watching never ends"),
            () = sleep(Duration::from_mins(1)) => {}
        }
        times.take()
    }

    #[tokio::test(start_paused = true)]
    async fn each_suspension_is_noticed_once_within_five_seconds() {
        // An hour at the twelfth second, ten minutes at the thirty-first.
        let total = |now: Duration| {
            let first = u64::from(now.as_secs() >= 12) * 3_600;
            let second = u64::from(now.as_secs() >= 31) * 600;
            Some(Duration::from_secs(7 + first + second))
        };
        assert_eq!(noticed(total).await, [15, 35]);
    }

    #[tokio::test(start_paused = true)]
    async fn clocks_that_drift_apart_are_no_suspension() {
        assert!(noticed(|now| Some(now / 10)).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_system_without_the_clock_is_never_woken() {
        assert!(noticed(|_| None).await.is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_clocks_of_linux_tell_the_time_of_suspension() {
        let (before, after) = (total().unwrap(), total().unwrap());
        assert!(after.abs_diff(before) < SHORTEST, "{before:?} {after:?}");
    }
}
