//! Timers, by purpose and by deadline.

use alloc::collections::{BTreeMap, BTreeSet};

use super::id::ClientId;
use crate::Instant;

/// Purpose of a timer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// End of the hold of a connect.
    Hold(ClientId),
    /// Expiry of a session.
    Expiry(ClientId),
}

/// At most one deadline per timer, in order of time.
#[derive(Default)]
pub(super) struct Timers {
    by_time: BTreeSet<(Instant, Timer)>,
    by_timer: BTreeMap<Timer, Instant>,
}

impl Timers {
    /// Sets the timer, replacing an earlier deadline.
    pub(super) fn set(&mut self, timer: Timer, at: Instant) {
        self.cancel(&timer);
        self.by_time.insert((at, timer.clone()));
        self.by_timer.insert(timer, at);
    }

    pub(super) fn cancel(&mut self, timer: &Timer) {
        if let Some(at) = self.by_timer.remove(timer) {
            self.by_time.remove(&(at, timer.clone()));
        }
    }

    /// Removes and returns the first timer that is due by `now`.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Timer> {
        let due = self.by_time.first().is_some_and(|(at, _)| *at <= now);
        let (_, timer) = due.then(|| self.by_time.pop_first()).flatten()?;
        self.by_timer.remove(&timer);
        Some(timer)
    }

    pub(super) fn earliest(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }
}
