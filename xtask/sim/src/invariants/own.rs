//! A program knows its own messages when they come back, and sends each of them once.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::Instant;
use groupme_sim::SimMessageId;

use super::{End, Invariant};
use crate::fact::{ClientFact, Fact, Handed};

#[derive(Debug)]
pub(super) struct Own(Vec<Program>);

#[derive(Clone, Debug, Default)]
struct Program {
    /// What was sent in this life, and in any.
    sent: BTreeSet<String>,
    ever: BTreeSet<String>,
    /// What was handed out in this life, and whether as the program's own.
    handed: BTreeMap<u64, bool>,
}

impl Own {
    pub(super) fn new(clients: usize) -> Self {
        Self(vec![Program::default(); clients])
    }
}

impl Invariant for Own {
    fn name(&self) -> &'static str {
        "own messages are known and sent once"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        let Fact::Client(client, fact) = *fact else {
            return Ok(());
        };
        let program = &mut self.0[client];
        match fact {
            ClientFact::Sends(guid) => {
                program.sent.insert(guid.to_owned());
                program.ever.insert(guid.to_owned());
            }
            ClientFact::Handed(Handed::Message(message)) => {
                program.handed.insert(message.id, message.is_own);
            }
            ClientFact::Crashed => {
                program.sent.clear();
                program.handed.clear();
            }
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, end: &End<'_>) -> Option<String> {
        if end.over {
            return None;
        }
        let world = end.server.world();
        // GroupMe takes the same `source_guid` once in a minute; what a network holds back longer is
        // there twice.
        let mut there: BTreeMap<&str, u64> = BTreeMap::new();
        let mut twice = BTreeSet::new();
        for message in world.messages_after(SimMessageId::new(0)) {
            let (guid, at) = (message.source_guid(), message.id().number() / A_SECOND);
            let later = there.insert(guid, at);
            if later.is_some_and(|later| later - at < 60) {
                twice.insert(guid);
            }
        }
        for (client, program) in self.0.iter().enumerate() {
            for guid in &program.ever {
                if twice.contains(guid.as_str()) {
                    return Some(format!("client {client} has sent {guid} twice"));
                }
            }
            for (id, is_own) in &program.handed {
                let Some(message) = world.message(SimMessageId::new(*id)) else {
                    continue;
                };
                if program.sent.contains(message.source_guid()) != *is_own {
                    return Some(format!(
                        "client {client} is told that {id} is its own: {is_own}"
                    ));
                }
            }
        }
        None
    }
}

/// By how much message ids grow in a second.
const A_SECOND: u64 = 100_000_000;
