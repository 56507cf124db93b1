//! Timers by what they are for, and by when they ring.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::Instant;

use super::{lane::Lane, session::ClientId};

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A held connect has to be answered.
    Hold(ClientId),
    /// A session has not connected for too long.
    Expiry(ClientId),
    /// A socket has been open for as long as it may.
    Life(Lane),
    /// A channel is due for a ping.
    Ping(Box<str>),
}

/// At most one deadline per timer, in order of time.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    by_time: BTreeSet<(Instant, Timer)>,
    by_timer: BTreeMap<Timer, Instant>,
}

impl Deadlines {
    /// Sets the timer, whether it was set before or not.
    pub(super) fn arm(&mut self, timer: Timer, at: Instant) {
        self.disarm(&timer);
        self.by_time.insert((at, timer.clone()));
        self.by_timer.insert(timer, at);
    }

    pub(super) fn disarm(&mut self, timer: &Timer) {
        if let Some(at) = self.by_timer.remove(timer) {
            self.by_time.remove(&(at, timer.clone()));
        }
    }

    /// Takes the first timer that has rung by `now`, with the time it was set for.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Timer)> {
        let due = self.by_time.first().is_some_and(|(at, _)| *at <= now);
        let (at, timer) = due.then(|| self.by_time.pop_first()).flatten()?;
        self.by_timer.remove(&timer);
        Some((at, timer))
    }

    pub(super) fn earliest(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }
}
