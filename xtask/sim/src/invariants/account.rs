//! What gap-free delivery promises: of all that was said to a user since the account was first
//! caught up, nothing is missing without a word, nothing comes twice but what was not acknowledged
//! before a crash, and each conversation is in order.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::Instant;
use groupme_sim::{GroupId, UserId};

use super::{End, Invariant};
use crate::fact::{ClientFact, Fact, Handed};

#[derive(Debug)]
pub(super) struct Account(Vec<Program>);

#[derive(Clone, Debug, Default)]
struct Program {
    /// The user's own channel, where the program wants everything of it.
    channel: Option<String>,
    caught_up: bool,
    /// The conversation of each message that was said.
    said: BTreeMap<u64, String>,
    /// Messages that have to come.
    wanted: BTreeSet<u64>,
    /// What was handed out in this life, or acknowledged in an earlier one.
    had: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
    /// The latest message of each conversation, in this life.
    latest: BTreeMap<String, u64>,
}

impl Account {
    pub(super) fn new(clients: usize) -> Self {
        Self(vec![Program::default(); clients])
    }
}

impl Invariant for Account {
    fn name(&self) -> &'static str {
        "every message once and in order, or told to be lost"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        match *fact {
            Fact::Published { channel, data, .. } => {
                let listens = |one: &&mut Program| one.channel.as_deref() == Some(channel);
                for program in self.0.iter_mut().filter(listens) {
                    program.hear(data);
                }
            }
            Fact::Account { client, channel } => {
                self.0[client].channel = Some(channel.to_owned());
            }
            Fact::Client(client, fact) => {
                let seen = self.0[client].observe(fact);
                return seen.map_err(|what| format!("client {client}: {what}"));
            }
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, end: &End<'_>) -> Option<String> {
        if end.over {
            return None;
        }
        for (client, program) in self.0.iter().enumerate() {
            let mut wanted = program.wanted.iter();
            if let Some(message) = wanted.find(|message| !program.never_knew(**message, end)) {
                let conversation = program.conversation(*message);
                return Some(format!(
                    "client {client} misses {message} of {conversation}"
                ));
            }
        }
        None
    }
}

impl Program {
    fn conversation(&self, message: u64) -> &str {
        self.said.get(&message).map_or("", |name| name)
    }

    /// Whether a message was said in a group that the user joined and left again while nothing could
    /// be pushed: no list names it any more.
    fn never_knew(&self, message: u64, end: &End<'_>) -> bool {
        let conversation = self.conversation(message);
        let user = self
            .channel
            .as_deref()
            .and_then(|name| name.strip_prefix("/user/"));
        let ids = (conversation.parse(), user.map(str::parse));
        let (Ok(group), Some(Ok(user))) = ids else {
            return false;
        };
        let members = end.server.world().members(GroupId::new(group));
        let known = self
            .had
            .iter()
            .any(|had| self.conversation(*had) == conversation);
        !known && !members.contains(&UserId::new(user))
    }

    fn hear(&mut self, data: &str) {
        let Ok(data) = serde_json::from_str::<serde_json::Value>(data) else {
            return;
        };
        if !matches!(
            data["type"].as_str(),
            Some("line.create" | "direct_message.create")
        ) {
            return;
        }
        let subject = &data["subject"];
        let id = subject["id"].as_str().and_then(|id| id.parse().ok());
        let of = ["group_id", "chat_id", "conversation_id"];
        let of = of.iter().find_map(|name| subject[*name].as_str());
        if let (Some(id), Some(conversation)) = (id, of) {
            self.said.insert(id, conversation.to_owned());
            if self.caught_up {
                self.wanted.insert(id);
            }
        }
    }

    fn observe(&mut self, fact: ClientFact<'_>) -> Result<(), String> {
        match fact {
            ClientFact::Handed(Handed::CaughtUp) => self.caught_up = true,
            ClientFact::Handed(Handed::Message(id)) => {
                if !self.had.insert(*id) {
                    return Err(format!("message {id} is handed out again"));
                }
                self.wanted.remove(id);
                if let Some(conversation) = self.said.get(id) {
                    let latest = self.latest.insert(conversation.clone(), *id);
                    if let Some(latest) = latest.filter(|latest| latest > id) {
                        return Err(format!("message {id} of {conversation} after {latest}"));
                    }
                }
            }
            ClientFact::Handed(Handed::Lost {
                conversation,
                after,
                upto,
            }) => {
                let said = &self.said;
                self.wanted.retain(|id| {
                    let named = |name: &String| said.get(id) == Some(name);
                    let inside = after.is_none_or(|after| *id > after)
                        && upto.is_none_or(|upto| *id <= upto);
                    !(conversation.as_ref().is_none_or(named) && inside)
                });
            }
            ClientFact::Acknowledged(messages) => self.acknowledged.extend(messages),
            ClientFact::Crashed => {
                // What was not acknowledged has to come again, if it had to come at all.
                let again = self.had.difference(&self.acknowledged).copied();
                self.wanted.extend(again.collect::<Vec<_>>());
                self.had.clone_from(&self.acknowledged);
                self.latest.clear();
            }
            _ => {}
        }
        Ok(())
    }
}
