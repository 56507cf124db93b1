//! Counts of what happened, so that a campaign in which nothing happened is not mistaken for a
//! proof.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Action, SessionEvent};

use crate::fact::{ClientFact, Delivered, Fact};

/// Counts over one run or many, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    counts: BTreeMap<&'static str, u64>,
    /// Clients for which REST is being polled.
    polling: BTreeSet<usize>,
}

impl Counters {
    /// Returns one count, 0 for a name that was never counted.
    pub fn get(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn increment(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    pub(crate) fn count(&mut self, fact: &Fact<'_>) {
        self.increment("facts");
        match fact {
            Fact::Fault(_) => self.increment("faults"),
            Fact::Published { .. } => self.increment("events published"),
            Fact::Client(client, ClientFact::Delivered(Delivered::Polling(is_polling))) => {
                if *is_polling {
                    self.polling.insert(*client);
                } else {
                    self.polling.remove(client);
                }
            }
            Fact::Client(client, fact) => {
                if let Some(name) = self.name_of(*client, fact) {
                    self.increment(name);
                }
            }
            _ => {}
        }
    }

    fn name_of(&self, client: usize, fact: &ClientFact<'_>) -> Option<&'static str> {
        Some(match fact {
            ClientFact::Event { .. } => "events received",
            ClientFact::Acted(_, Action::Open(_) | Action::Exchange(..)) => "lanes",
            ClientFact::Crashed => "crashes",
            ClientFact::Session(SessionEvent::Up { .. }) => "connects",
            ClientFact::Session(SessionEvent::Gap { .. }) => "gaps",
            ClientFact::Session(SessionEvent::Published(..)) => "publishes settled",
            ClientFact::Session(SessionEvent::Subscribed(_) | SessionEvent::Refused(..)) => {
                "subscriptions settled"
            }
            ClientFact::Delivered(delivered) => match delivered {
                Delivered::Message(message) if message.conversation.is_none() => "messages pushed",
                Delivered::Message(_) if self.polling.contains(&client) => "messages polled",
                Delivered::Message(_) => "messages backfilled",
                Delivered::Changed(..) => "changes",
                Delivered::Lost(_) | Delivered::LostChanges(_) => "losses reported",
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Adds the counts of another run.
    pub(crate) fn add(&mut self, other: &Self) {
        for (name, count) in &other.counts {
            *self.counts.entry(name).or_default() += count;
        }
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter();
        let counts = counts.map(|(name, count)| format!("{count} {name}"));
        f.write_str(&counts.collect::<Vec<_>>().join(", "))
    }
}
