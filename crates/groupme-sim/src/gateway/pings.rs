//! GroupMe's pings: periodic events on every channel with subscribers.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Instant, server::ServerEvent};

/// Schedule of pings.
#[derive(Debug)]
pub(super) struct Pings {
    every: Option<Duration>,
    by_time: BTreeSet<(Instant, Box<str>)>,
    by_channel: BTreeMap<Box<str>, Instant>,
}

impl Pings {
    /// Creates the schedule of pings; `None` sends none.
    pub(super) fn new(every: Option<Duration>) -> Self {
        Self {
            // A shorter interval would leave no time for anything else.
            every: every.map(|every| every.max(Duration::from_millis(1))),
            by_time: BTreeSet::new(),
            by_channel: BTreeMap::new(),
        }
    }

    /// Schedules pings of a channel that got its first subscriber.
    pub(super) fn handle_event(&mut self, now: Instant, event: &ServerEvent) {
        if let ServerEvent::Subscribed { channel, .. } = event
            && let Some(every) = self.every
            && !channel.ends_with('*')
            && !self.by_channel.contains_key(channel)
        {
            self.schedule(channel.clone(), now + every);
        }
    }

    /// Delays the next ping of a channel, because a client has just published one.
    pub(super) fn postpone(&mut self, now: Instant, channel: &str) {
        if let Some(every) = self.every
            && self.by_channel.contains_key(channel)
        {
            self.schedule(channel.into(), now + every);
        }
    }

    /// Removes and returns the first channel due by `now` with its due time.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Box<str>)> {
        let due = self.by_time.first().is_some_and(|(at, _)| *at <= now);
        let (at, channel) = due.then(|| self.by_time.pop_first()).flatten()?;
        self.by_channel.remove(&channel);
        Some((at, channel))
    }

    /// Schedules the next ping of a channel that has just been pinged.
    pub(super) fn reschedule(&mut self, now: Instant, due: Instant, channel: Box<str>) {
        if let Some(every) = self.every {
            // Counted from the due time, so that late timers do not add up, but never a burst.
            self.schedule(channel, (due + every).max(now + every / 2));
        }
    }

    /// Removes channels without subscribers.
    pub(super) fn retain(&mut self, mut is_heard: impl FnMut(&str) -> bool) {
        self.by_channel.retain(|channel, _| is_heard(channel));
        self.by_time
            .retain(|(_, channel)| self.by_channel.contains_key(channel));
    }

    pub(super) fn earliest(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    fn schedule(&mut self, channel: Box<str>, at: Instant) {
        if let Some(before) = self.by_channel.insert(channel.clone(), at) {
            self.by_time.remove(&(before, channel.clone()));
        }
        self.by_time.insert((at, channel));
    }
}
