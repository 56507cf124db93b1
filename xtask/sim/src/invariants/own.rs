//! A program recognizes its own messages when they come back, and sends each of them once.

use std::collections::{BTreeMap, BTreeSet};

use groupme_sim::SimMessageId;

use super::{End, Invariant};
use crate::{
    client::Client,
    fact::{ClientFact, Delivered},
};

#[derive(Debug, Default)]
pub(super) struct Own {
    /// The `source_guid` of each message sent in this process, and in any.
    sent: BTreeSet<String>,
    ever: BTreeSet<String>,
    /// The messages delivered in this process, and whether they were marked as own.
    delivered: BTreeMap<u64, bool>,
}

impl Invariant for Own {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::Sends(guid) => {
                self.sent.insert(guid.to_owned());
                self.ever.insert(guid.to_owned());
            }
            ClientFact::Delivered(Delivered::Message(message)) => {
                self.delivered.insert(message.id, message.is_own);
            }
            ClientFact::Crashed => {
                self.sent.clear();
                self.delivered.clear();
            }
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, _: &Client, end: &End<'_>) -> Option<String> {
        if end.is_over {
            return None;
        }
        let world = end.server.world();
        // GroupMe accepts the same `source_guid` once a minute: a request that the network delays
        // for longer creates a second message.
        let mut sent: BTreeMap<&str, u64> = BTreeMap::new();
        for message in world.messages_after(SimMessageId::new(0)) {
            let (guid, at) = (message.source_guid(), message.id().number() / A_SECOND);
            let other = sent.insert(guid, at);
            if other.is_some_and(|other| other - at < 60) && self.ever.contains(guid) {
                return Some(format!("{guid} was sent twice"));
            }
        }
        for (id, is_own) in &self.delivered {
            let message = world.message(SimMessageId::new(*id));
            if message.is_some_and(|one| self.sent.contains(one.source_guid()) != *is_own) {
                return Some(format!("{id} is marked as its own: {is_own}"));
            }
        }
        None
    }
}

/// Growth of message ids per second.
const A_SECOND: u64 = 100_000_000;
