//! What gap-free delivery promises: of all that was said to a user since the account was first
//! caught up, nothing is missing without a word, nothing comes twice but what was not acknowledged
//! before a crash, and each conversation is in order.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::Instant;

use super::{End, Invariant};
use crate::fact::{ClientFact, Fact, Handed, Loss, NewMessage, Said};

#[derive(Debug)]
pub(super) struct Account(Vec<Program>);

#[derive(Clone, Debug, Default)]
struct Program {
    /// The user's own channel, where the program wants everything of it.
    channel: Option<String>,
    /// The own channel was subscribed in this process: what is published from then on must come.
    has_listened: bool,
    /// The store knows where the account's past ends: what is published from then on must come,
    /// whatever happens to this process.
    has_baseline: bool,
    caught_up: bool,
    /// The conversation of each message that was said.
    said: BTreeMap<u64, String>,
    /// Messages that have to come.
    wanted: BTreeSet<u64>,
    /// Messages of which nothing is left that could come.
    gone: BTreeSet<u64>,
    /// Messages that were told to be lost.
    lost: BTreeSet<u64>,
    /// What was handed out in this life, or acknowledged in an earlier one.
    had: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
    /// The latest message of each conversation, in this life.
    latest: BTreeMap<String, u64>,
    groups: BTreeMap<String, Membership>,
    /// The group of each topic.
    topics: BTreeMap<String, String>,
}

/// What the user is in a group, and what can be known of it.
#[derive(Clone, Copy, Debug, Default)]
struct Membership {
    is_member: bool,
    /// Whether the program knows it for a group that was left. One who comes back and leaves again
    /// while nothing is pushed leaves no trace that REST would show.
    is_known_to_be_left: bool,
    /// The first message since the user came back to a group known to be left, of which nothing has
    /// shown yet.
    unseen_since: Option<u64>,
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
                if let Some(said) = Said::of(data) {
                    for program in self.0.iter_mut().filter(|one| one.channel.is_some()) {
                        let is_own = program.channel.as_deref() == Some(channel);
                        program.hear(&said, is_own);
                    }
                }
            }
            Fact::Account { client, channel } => {
                self.0[client].channel = Some(channel.to_owned());
            }
            Fact::Membership {
                client,
                group,
                is_member,
            } => self.0[client].join_or_leave(&group.to_string(), is_member),
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
            if let Some(message) = program.wanted.difference(&program.gone).next() {
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

    fn join_or_leave(&mut self, group: &str, is_member: bool) {
        let next = self.said.last_key_value().map_or(0, |(last, _)| last + 1);
        let membership = self.groups.entry(group.to_owned()).or_default();
        membership.is_member = is_member;
        if is_member {
            membership.unseen_since = membership.is_known_to_be_left.then_some(next);
        } else if let Some(since) = membership.unseen_since.take() {
            let said = &self.said;
            let topics = &self.topics;
            let is_of = |of: &String| of == group || topics.get(of).is_some_and(|of| of == group);
            self.wanted
                .retain(|id| *id < since || !said.get(id).is_some_and(is_of));
        }
    }

    /// Something of a group was shown to the program.
    fn show(&mut self, group: &str) {
        let group = self.topics.get(group).map_or(group, String::as_str);
        if let Some(membership) = self.groups.get_mut(group) {
            membership.is_known_to_be_left = false;
            membership.unseen_since = None;
        }
    }

    /// The lists were read to their end.
    fn catch_up(&mut self) {
        for membership in self.groups.values_mut() {
            if membership.is_member {
                membership.is_known_to_be_left = false;
                membership.unseen_since = None;
            } else if !self.caught_up {
                membership.is_known_to_be_left = true;
            }
        }
        self.caught_up = true;
    }

    fn hear(&mut self, said: &Said, is_own: bool) {
        self.said.insert(said.id, said.conversation.clone());
        self.gone.extend(said.takes_down);
        if let Some(parent) = &said.parent {
            self.topics
                .insert(said.conversation.clone(), parent.clone());
        }
        if is_own && (self.has_listened || self.has_baseline) {
            self.wanted.insert(said.id);
        }
    }

    /// Messages are told to be lost.
    fn lose(&mut self, loss: &Loss) {
        let Loss {
            conversation,
            after,
            upto,
        } = loss;
        let group = conversation.as_ref().filter(|_| upto.is_none());
        if let Some(left) = group.and_then(|group| self.groups.get_mut(group)) {
            left.is_known_to_be_left |= !left.is_member;
        }
        let is_lost = |id: u64, of: &String| {
            // Of a group that is not there any more, the topics are not, either.
            let parent = self.topics.get(of);
            let is_topic = parent.is_some_and(|parent| Some(parent) == group);
            let inside = after.is_none_or(|after| id > after) && upto.is_none_or(|upto| id <= upto);
            let is_it = conversation.as_ref().is_none_or(|name| name == of);
            is_topic || is_it && inside
        };
        let said = self.said.iter();
        let missing = said.filter(|(id, of)| is_lost(**id, of));
        self.lost
            .extend(missing.map(|(id, _)| *id).collect::<Vec<_>>());
        self.wanted.retain(|id| !self.lost.contains(id));
    }

    fn observe(&mut self, fact: ClientFact<'_>) -> Result<(), String> {
        match fact {
            ClientFact::Handed(Handed::CaughtUp) => self.catch_up(),
            ClientFact::Handed(Handed::Message(NewMessage {
                id, conversation, ..
            })) => {
                if let Some(conversation) = conversation {
                    // It may be older than anything that was published.
                    self.said.entry(*id).or_insert_with(|| conversation.clone());
                }
                if !self.had.insert(*id) {
                    return Err(format!("message {id} is handed out again"));
                }
                self.wanted.remove(id);
                if let Some(conversation) = self.said.get(id).cloned() {
                    self.show(&conversation);
                    if self.gone.contains(id) || self.lost.contains(id) {
                        // It was not to be had from REST. A push of it may come late.
                        return Ok(());
                    }
                    let latest = self.latest.insert(conversation.clone(), *id);
                    if let Some(latest) = latest.filter(|latest| latest > id) {
                        return Err(format!("message {id} of {conversation} after {latest}"));
                    }
                }
            }
            ClientFact::Handed(Handed::Lost(loss)) => self.lose(loss),
            ClientFact::Acknowledged(handed) => {
                self.acknowledged
                    .extend(handed.iter().filter_map(|handed| match handed {
                        Handed::Message(message) => Some(message.id),
                        _ => None,
                    }));
            }
            ClientFact::Listens => self.has_listened = true,
            ClientFact::Baseline => self.has_baseline = true,
            ClientFact::Crashed => {
                self.has_listened = false;
                if self.has_baseline {
                    // What was not acknowledged has to come again, if it had to come at all.
                    let again = self.had.difference(&self.acknowledged).copied();
                    self.wanted.extend(again.collect::<Vec<_>>());
                } else {
                    // The next process meets the account for the first time.
                    self.wanted.clear();
                }
                self.had.clone_from(&self.acknowledged);
                self.latest.clear();
            }
            _ => {}
        }
        Ok(())
    }
}
