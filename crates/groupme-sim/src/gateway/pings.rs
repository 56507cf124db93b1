//! GroupMe's pings: an event on every channel that somebody listens to, every so often.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Instant, server::ServerEvent};

/// When which channel is due for a ping.
#[derive(Debug)]
pub(super) struct Pings {
    every: Option<Duration>,
    by_time: BTreeSet<(Instant, Box<str>)>,
    by_channel: BTreeMap<Box<str>, Instant>,
}

impl Pings {
    /// `None` for never.
    pub(super) fn new(every: Option<Duration>) -> Self {
        Self {
            // A shorter interval would leave no time for anything else.
            every: every.map(|every| every.max(Duration::from_millis(1))),
            by_time: BTreeSet::new(),
            by_channel: BTreeMap::new(),
        }
    }

    /// A channel may have got its first listener.
    pub(super) fn handle_event(&mut self, now: Instant, event: &ServerEvent) {
        if let ServerEvent::Subscribed { channel, .. } = event
            && let Some(every) = self.every
            && !channel.ends_with('*')
            && !self.by_channel.contains_key(channel)
        {
            self.schedule(channel.clone(), now + every);
        }
    }

    /// A client's own ping takes the place of the next one that the server would have sent.
    pub(super) fn postpone(&mut self, now: Instant, channel: &str) {
        if let Some(every) = self.every
            && self.by_channel.contains_key(channel)
        {
            self.schedule(channel.into(), now + every);
        }
    }

    /// Takes the first channel that is due by `now`, with the time it was due at.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Box<str>)> {
        let due = self.by_time.first().is_some_and(|(at, _)| *at <= now);
        let (at, channel) = due.then(|| self.by_time.pop_first()).flatten()?;
        self.by_channel.remove(&channel);
        Some((at, channel))
    }

    /// A channel that was due has been pinged.
    pub(super) fn reschedule(&mut self, now: Instant, due: Instant, channel: Box<str>) {
        if let Some(every) = self.every {
            // From when it was due, so that late timers do not add up; but never a burst of them.
            self.schedule(channel, (due + every).max(now + every / 2));
        }
    }

    /// Forgets the channels that nobody listens to any more.
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
