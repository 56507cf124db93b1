//! Every event published while the session was complete is delivered once and in order, and every
//! event that is missed lies inside a gap that was reported.
//!
//! A program may rely on a channel from the moment at which the channel is reported active. What is
//! published from then on must come, unless a gap is reported that began before it. Moments are
//! counted in published events: each payload carries how many there were when the server sent it,
//! so that neither clocks nor latencies blur the order.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Action, Instant, SessionEvent, SubscriptionId};

use super::{End, Invariant};
use crate::{
    client::Client,
    fact::{ClientFact, Issued, PublishedEvent},
};

#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// The channel of each published event, by its number.
    published: Vec<Box<str>>,
    /// Channels that the program wants to hear.
    wanted: BTreeMap<SubscriptionId, String>,
    /// Channels reported active.
    live: BTreeSet<String>,
    /// Events that have to come.
    expected: BTreeSet<u64>,
    /// The latest event that came.
    latest: Option<u64>,
    /// When each payload came, by the session's own clock, and how many events had been published
    /// when it was sent; and the same of each batch that the session sent. A session may name
    /// either moment.
    moments: Vec<(Instant, u64)>,
    /// Number of events published when the present payload was sent.
    sent: u64,
}

impl Invariant for Delivery {
    fn published(&mut self, event: &PublishedEvent<'_>) {
        self.published.push(event.channel.into());
        if self.live.contains(event.channel) {
            self.expected.insert(event.number);
        }
    }

    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::Received {
                local, published, ..
            } => {
                self.sent = published;
                self.moments.push((local, published));
            }
            // A gap that it causes ends with it.
            ClientFact::Damaged { published } => self.sent = self.sent.max(published),
            // A gap reported for an exchange that is given up reaches to now.
            ClientFact::Acted(_, Action::Close(_)) => {
                self.sent = self.published.len() as u64;
            }
            ClientFact::Acted(local, Action::Send(_) | Action::Exchange(..)) => {
                self.moments.push((local, self.published.len() as u64));
            }
            ClientFact::Crashed => {
                let published = core::mem::take(&mut self.published);
                *self = Self {
                    published,
                    ..Self::default()
                };
            }
            ClientFact::Event {
                channel, number, ..
            } => {
                if !self.wanted.values().any(|wanted| wanted == channel) {
                    return Err(format!("an event on {channel}, which nobody wants"));
                }
                if let Some(number) = number {
                    return self.deliver(channel, number);
                }
            }
            ClientFact::Session(event) => return self.session(event),
            ClientFact::Issued(Issued::Subscribe(channel, Ok(id))) => {
                // What the session reports of it before the next payload, it has known until now.
                self.sent = self.published.len() as u64;
                self.wanted.insert(id, channel.as_str().to_owned());
            }
            ClientFact::Issued(Issued::Unsubscribe(id, channel)) => {
                self.wanted.remove(&id);
                let channel = channel.as_str();
                if !self.wanted.values().any(|wanted| wanted == channel) {
                    self.deactivate(channel);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, _: &Client, end: &End<'_>) -> Option<String> {
        let number = self.expected.first().filter(|_| !end.is_over)?;
        let channel = self.channel(*number).unwrap_or_default();
        Some(format!("no. {number} on {channel} is missing"))
    }
}

impl Delivery {
    fn channel(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number).ok()?;
        self.published.get(index).map(|channel| &**channel)
    }

    fn session(&mut self, event: &SessionEvent) -> Result<(), String> {
        match event {
            SessionEvent::Subscribed(id) => self.activate(*id),
            SessionEvent::Refused(id, _) => {
                if let Some(channel) = self.wanted.get(id).cloned() {
                    self.deactivate(&channel);
                }
            }
            SessionEvent::Up { resumed: false, .. } => self.live.clear(),
            SessionEvent::Gap { since, .. } => return self.gap(*since),
            SessionEvent::Ended(_) => {
                self.live.clear();
                self.expected.clear();
            }
            _ => {}
        }
        Ok(())
    }

    fn deliver(&mut self, channel: &str, number: u64) -> Result<(), String> {
        if self.channel(number) != Some(channel) {
            return Err(format!(
                "no. {number} on {channel}, where nobody published it"
            ));
        }
        if let Some(latest) = self.latest.filter(|latest| *latest >= number) {
            return Err(format!("no. {number} on {channel} after no. {latest}"));
        }
        self.latest = Some(number);
        self.expected.remove(&number);
        Ok(())
    }

    /// A channel is active. Nothing of it can have been sent before the payload that says so, or
    /// before now, where the session knew it all along.
    fn activate(&mut self, id: SubscriptionId) {
        let Some(channel) = self.wanted.get(&id).cloned() else {
            return;
        };
        if self.live.contains(&channel) {
            return;
        }
        let first = self.latest.map_or(0, |latest| latest + 1).max(self.sent);
        let numbers = first..self.published.len() as u64;
        let expected = numbers.filter(|number| self.channel(*number) == Some(&channel));
        let expected: Vec<u64> = expected.collect();
        self.expected.extend(expected);
        self.live.insert(channel);
    }

    /// Notes that no further event on this channel has to arrive.
    fn deactivate(&mut self, channel: &str) {
        self.live.remove(channel);
        let mut expected = core::mem::take(&mut self.expected);
        expected.retain(|number| self.channel(*number) != Some(channel));
        self.expected = expected;
    }

    /// Events may be missing that were published between the last payload before the gap and the
    /// one that ended it; on channels that are not active again, all later ones, too. The rest must
    /// have come by now.
    fn gap(&mut self, since: Instant) -> Result<(), String> {
        let before = self.moments.partition_point(|(at, _)| *at <= since);
        // Several payloads may have come at that moment, after a sleep or while the clock stood
        // still, and the session need not mean the last one.
        let from = before.checked_sub(1).map_or(0, |last| {
            let moment = self.moments[last].0;
            let first = self.moments.partition_point(|(at, _)| *at < moment);
            let sent = self.moments[first..before].iter().map(|(_, sent)| *sent);
            sent.min().unwrap_or(0)
        });
        let mut expected = core::mem::take(&mut self.expected);
        expected.retain(|number| {
            let channel = self.channel(*number).unwrap_or_default();
            *number < from || (*number >= self.sent && self.live.contains(channel))
        });
        self.expected = expected;
        match self.expected.first().filter(|number| **number < from) {
            Some(number) => Err(format!(
                "no. {number} on {} never came, and the gap begins at {since} only, with no. {from}",
                self.channel(*number).unwrap_or_default()
            )),
            None => Ok(()),
        }
    }
}
