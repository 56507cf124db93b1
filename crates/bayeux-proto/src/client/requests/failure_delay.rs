//! Delay of requests after exchanges that failed.

use crate::{
    Cause, Instant,
    client::{
        context::Context,
        retry::{RetrySchedule, retry_after},
    },
};

/// Delay of requests after exchanges that failed.
#[derive(Debug, Default)]
pub(super) struct FailureDelay {
    /// Earliest instant of the next write.
    not_before: Instant,
    /// Time of the first of the consecutive failures.
    failing_since: Option<Instant>,
}

impl FailureDelay {
    pub(super) fn not_before(&self) -> Instant {
        self.not_before
    }

    /// Records a reply.
    pub(super) fn answered(&mut self) {
        self.failing_since = None;
    }

    /// Records that requests were lost, and delays the next ones.
    pub(super) fn failed(&mut self, cx: &mut Context, cause: &Cause) {
        // An earlier loss whose delay is long over says nothing about the network of today.
        let is_stale = cx.now > self.not_before + cx.config.backoff_cap;
        let delay = match self.failing_since.filter(|_| !is_stale) {
            None => {
                self.failing_since = Some(cx.now);
                RetrySchedule::first_delay(&mut cx.jitter)
            }
            Some(since) => {
                let schedule = RetrySchedule::new(&cx.config, cause);
                schedule.delay(cx.now - since, &mut cx.jitter)
            }
        };
        let wait = retry_after(cause).unwrap_or_default();
        self.not_before = cx.now + delay.max(wait);
    }
}
