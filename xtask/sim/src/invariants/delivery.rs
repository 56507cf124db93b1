//! Every event published while the session was whole is delivered once and in order, and every
//! event that is missed lies inside a gap that was told.
//!
//! A program may rely on a channel from the moment it is told that the channel is active. What is
//! published from then on must come, unless a gap is told that began before it. Moments are counted
//! in events published: each payload carries how many there were when the server sent it, so that
//! neither clocks nor latencies blur them.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Action, Instant, SessionEvent, SubscriptionId};

use super::{End, Invariant};
use crate::fact::{Asked, ClientFact, Fact};

#[derive(Debug)]
pub(super) struct Delivery {
    /// The channel of each event, by its number.
    published: Vec<Box<str>>,
    ears: Vec<Ear>,
}

/// What one client may rely on.
#[derive(Clone, Debug, Default)]
struct Ear {
    /// What it listens to.
    wanted: BTreeMap<SubscriptionId, String>,
    /// Channels it was told are active.
    live: BTreeSet<String>,
    /// What has to come.
    expected: BTreeSet<u64>,
    /// The number of the latest that came.
    latest: Option<u64>,
    /// For each payload that came, when, by the session's own clock, and how many events had been
    /// published when it was sent; and the same for each that the session sent. A session may speak
    /// of either moment.
    moments: Vec<(Instant, u64)>,
    /// How many events were published when the present payload was sent.
    sent: u64,
}

impl Delivery {
    pub(super) fn new(clients: usize) -> Self {
        Self {
            published: Vec::new(),
            ears: vec![Ear::default(); clients],
        }
    }
}

impl Invariant for Delivery {
    fn name(&self) -> &'static str {
        "every event once, in order, or in a gap"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        match *fact {
            Fact::Published { tag, channel, .. } => {
                self.published.push(channel.into());
                for ear in &mut self.ears {
                    if ear.live.contains(channel) {
                        ear.expected.insert(tag);
                    }
                }
                Ok(())
            }
            Fact::Client(client, fact) => self.ears[client]
                .observe(&self.published, fact)
                .map_err(|what| format!("client {client}: {what}")),
            _ => Ok(()),
        }
    }

    fn missing(&self, end: &End<'_>) -> Option<String> {
        if end.over {
            return None;
        }
        for (client, ear) in self.ears.iter().enumerate() {
            if let Some(tag) = ear.expected.first() {
                let channel = self.channel(*tag);
                return Some(format!("client {client} misses no. {tag} on {channel}"));
            }
        }
        None
    }
}

impl Delivery {
    fn channel(&self, tag: u64) -> &str {
        let index = usize::try_from(tag).ok();
        index
            .and_then(|index| self.published.get(index))
            .map_or("", |channel| channel)
    }
}

impl Ear {
    fn observe(&mut self, published: &[Box<str>], fact: ClientFact<'_>) -> Result<(), String> {
        let count = published.len() as u64;
        match fact {
            ClientFact::Arrived {
                local,
                published: sent,
                ..
            } => {
                self.sent = sent;
                self.moments.push((local, sent));
            }
            ClientFact::Acted(local, Action::Send(_) | Action::Exchange(..)) => {
                self.moments.push((local, count));
            }
            ClientFact::Crashed => *self = Self::default(),
            ClientFact::Delivered { channel, tag, .. } => {
                if !self.wanted.values().any(|wanted| wanted == channel) {
                    return Err(format!("an event on {channel}, which nobody wants"));
                }
                if let Some(tag) = tag {
                    return self.delivered(published, channel, tag);
                }
            }
            // Nothing of it can have been sent before the payload that says so, or before now,
            // where the session knew it all along.
            ClientFact::Told(SessionEvent::Subscribed(id)) => self.activate(*id, published),
            ClientFact::Told(SessionEvent::Refused(id, _)) => {
                if let Some(channel) = self.wanted.get(id).cloned() {
                    self.deafen(&channel, published);
                }
            }
            ClientFact::Told(SessionEvent::Up { resumed: false, .. }) => self.live.clear(),
            ClientFact::Told(SessionEvent::Gap { since, .. }) => {
                return self.gap(*since, published);
            }
            ClientFact::Told(SessionEvent::Ended(_)) => {
                self.live.clear();
                self.expected.clear();
            }
            ClientFact::Asked(Asked::Subscribe(channel, Ok(id))) => {
                // What the session tells of it before the next payload, it has known until now.
                self.sent = count;
                self.wanted.insert(id, channel.as_str().to_owned());
            }
            ClientFact::Asked(Asked::Unsubscribe(id, channel)) => {
                self.wanted.remove(&id);
                let channel = channel.as_str();
                if !self.wanted.values().any(|wanted| wanted == channel) {
                    self.deafen(channel, published);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn delivered(&mut self, published: &[Box<str>], channel: &str, tag: u64) -> Result<(), String> {
        let known = usize::try_from(tag).ok().and_then(|tag| published.get(tag));
        if known.is_none_or(|known| **known != *channel) {
            return Err(format!("no. {tag} on {channel}, where nobody published it"));
        }
        if let Some(latest) = self.latest.filter(|latest| *latest >= tag) {
            return Err(format!("no. {tag} on {channel} after no. {latest}"));
        }
        self.latest = Some(tag);
        self.expected.remove(&tag);
        Ok(())
    }

    fn activate(&mut self, id: SubscriptionId, published: &[Box<str>]) {
        let Some(channel) = self.wanted.get(&id) else {
            return;
        };
        if !self.live.insert(channel.clone()) {
            return;
        }
        for tag in self.sent..published.len() as u64 {
            let on = usize::try_from(tag).ok().and_then(|tag| published.get(tag));
            let came = self.latest.is_some_and(|latest| tag <= latest);
            if !came && on.is_some_and(|on| **on == **channel) {
                self.expected.insert(tag);
            }
        }
    }

    /// Nothing on this channel has to come any more.
    fn deafen(&mut self, channel: &str, published: &[Box<str>]) {
        self.live.remove(channel);
        self.expected
            .retain(|tag| on(published, *tag) != Some(channel));
    }

    /// Whatever was published since the last payload that came before the gap, and before the one
    /// that ended it, may be missing; on channels that are not active again, all that came later,
    /// too. The rest must have come by now.
    fn gap(&mut self, since: Instant, published: &[Box<str>]) -> Result<(), String> {
        let before = self.moments.partition_point(|(at, _)| *at <= since);
        // Several may have come at that moment, after a sleep or where the clock stood still, and it
        // need not be the last that the session speaks of.
        let from = before.checked_sub(1).map_or(0, |last| {
            let moment = self.moments[last].0;
            let first = self.moments.partition_point(|(at, _)| *at < moment);
            let sent = self.moments[first..before].iter().map(|(_, sent)| *sent);
            sent.min().unwrap_or(0)
        });
        let (sent, live) = (self.sent, &self.live);
        self.expected.retain(|tag| {
            let over = *tag >= sent;
            let channel = on(published, *tag).unwrap_or_default();
            *tag < from || (over && live.contains(channel))
        });
        match self.expected.first().filter(|tag| **tag < from) {
            Some(tag) => Err(format!(
                "no. {tag} on {} never came, and the gap begins at {since} only, with no. {from}",
                on(published, *tag).unwrap_or_default()
            )),
            None => Ok(()),
        }
    }
}

fn on(published: &[Box<str>], tag: u64) -> Option<&str> {
    let index = usize::try_from(tag).ok()?;
    published.get(index).map(|channel| &**channel)
}
