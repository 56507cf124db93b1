//! What gap-free delivery promises of edits, deletions and pins: in the end a program knows how each
//! of the newest messages looks that it was handed, and was told of no deletion twice.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Instant, SessionEvent, SubscriptionId};
use groupme_sim::World;

use super::{End, Invariant};
use crate::{
    fact::{Asked, ClientFact, Fact, Handed, Look, Said},
    plan::Plan,
};

#[derive(Debug)]
pub(super) struct Changes {
    programs: Vec<Program>,
    /// The messages of each conversation, notices among them.
    said: BTreeMap<String, BTreeSet<u64>>,
    notices: BTreeSet<u64>,
}

#[derive(Clone, Debug, Default)]
struct Program {
    user: Option<String>,
    /// How many of the newest messages are compared after a gap; 0 for none.
    reread: usize,
    /// The conversations to whose channels it listens, where reactions are pushed.
    listens: BTreeMap<SubscriptionId, String>,
    now: Known,
    /// As of what was acknowledged.
    saved: Known,
}

/// What a program was told.
#[derive(Clone, Debug, Default)]
struct Known {
    looks: BTreeMap<u64, Look>,
    deletions: BTreeSet<u64>,
    /// Up to which message changes of a conversation may be missing, as was told.
    lost: BTreeMap<String, u64>,
}

impl Changes {
    pub(super) fn new(plan: &Plan) -> Self {
        let programs = plan.clients.iter().map(|client| Program {
            reread: client.account.as_ref().map_or(0, |account| {
                usize::try_from(account.feed.compare_window).unwrap_or(usize::MAX)
            }),
            ..Program::default()
        });
        Self {
            programs: programs.collect(),
            said: BTreeMap::new(),
            notices: BTreeSet::new(),
        }
    }

    fn hear(&mut self, said: Said) {
        self.said
            .entry(said.conversation)
            .or_default()
            .insert(said.id);
        if said.is_notice {
            self.notices.insert(said.id);
        }
    }
}

impl Invariant for Changes {
    fn name(&self) -> &'static str {
        "every change is told once"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        match *fact {
            Fact::Published { data, .. } => {
                if let Some(said) = Said::of(data) {
                    self.hear(said);
                }
            }
            Fact::Account { client, channel } => {
                let user = channel.strip_prefix("/user/").map(str::to_owned);
                self.programs[client].user = user;
            }
            Fact::Client(client, ClientFact::Handed(handed)) => {
                let newest = self.said.iter();
                let newest = newest.filter_map(|(of, said)| Some((of.clone(), *said.last()?)));
                let program = &mut self.programs[client];
                if let Handed::LostChanges(_) = handed {
                    let newest: BTreeMap<String, u64> = newest.collect();
                    return program.now.learn(handed, &newest);
                }
                let learnt = program.now.learn(handed, &BTreeMap::new());
                return learnt.map_err(|what| format!("client {client}: {what}"));
            }
            Fact::Client(client, ClientFact::Acknowledged(handed)) => {
                for handed in handed {
                    // What is told twice was said already.
                    let _ = self.programs[client].saved.learn(handed, &BTreeMap::new());
                }
                let program = &mut self.programs[client];
                program.saved.lost.clone_from(&program.now.lost);
            }
            Fact::Client(client, ClientFact::Crashed) => {
                let program = &mut self.programs[client];
                program.now = program.saved.clone();
                program.listens.clear();
            }
            Fact::Client(client, ClientFact::Asked(Asked::Subscribe(channel, Ok(id)))) => {
                let conversation = conversation_of(channel.as_str());
                let listens = &mut self.programs[client].listens;
                listens.extend(conversation.map(|conversation| (id, conversation)));
            }
            Fact::Client(client, ClientFact::Told(SessionEvent::Refused(id, _))) => {
                self.programs[client].listens.remove(id);
            }
            Fact::Client(client, ClientFact::Asked(Asked::Unsubscribe(id, _))) => {
                self.programs[client].listens.remove(&id);
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
        for (client, program) in self.programs.iter().enumerate() {
            let Some(user) = &program.user else { continue };
            for (conversation, said) in &self.said {
                if !can_read(world, user, conversation) {
                    continue;
                }
                let is_heard = program.listens.values().any(|heard| heard == conversation);
                let newest = said.iter().rev().take(program.reread);
                for id in newest.filter(|id| !self.notices.contains(id)) {
                    if let Some(what) = program.now.misses(world, (conversation, is_heard), *id) {
                        return Some(format!(
                            "client {client} does not know that {id} of {conversation} {what}"
                        ));
                    }
                }
            }
        }
        None
    }
}

impl Known {
    fn learn(&mut self, handed: &Handed, newest: &BTreeMap<String, u64>) -> Result<(), String> {
        match handed {
            Handed::Message(message) => {
                self.looks.entry(message.id).or_insert(message.look);
                if let Some((affected, change)) = message.tells
                    && let Some(look) = self.looks.get_mut(&affected)
                {
                    look.learn(change);
                }
            }
            Handed::Changed(id, change) => {
                if change.deleted && !self.deletions.insert(*id) {
                    return Err(format!("the deletion of {id} is told again"));
                }
                if let Some(look) = self.looks.get_mut(id) {
                    look.learn(*change);
                }
            }
            Handed::LostChanges(loss) => {
                for (conversation, last) in newest {
                    if loss
                        .conversation
                        .as_ref()
                        .is_none_or(|of| of == conversation)
                    {
                        self.lost.insert(conversation.clone(), *last);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What of a message is another way than the program was told.
    fn misses(
        &self,
        world: &World,
        (conversation, is_heard): (&str, bool),
        id: u64,
    ) -> Option<String> {
        let known = self.looks.get(&id)?;
        if self.lost.get(conversation).is_some_and(|upto| id <= *upto) {
            return None;
        }
        let Some(message) = world.message(groupme_sim::MessageId::new(id)) else {
            return (!known.deleted).then(|| "was taken down".to_owned());
        };
        let edited = message.edited_at().map_or(0, u64::cast_signed);
        // Within the second in which it was said, an edit does not show.
        let is_edited = edited > i64::try_from(id / 100_000_000).unwrap_or(0);
        if message.is_deleted() {
            return (!known.deleted).then(|| "is deleted".to_owned());
        }
        if is_edited && known.edited != edited {
            return Some(format!("was edited at {edited}"));
        }
        let reactions = message.reactions();
        if is_heard && known.reactions != reactions {
            return Some(format!("has {reactions} reactions"));
        }
        // Of unpinning nobody is told.
        (message.is_pinned() && !known.pinned).then(|| "is pinned".to_owned())
    }
}

/// The conversation of a channel.
fn conversation_of(channel: &str) -> Option<String> {
    let group = channel.strip_prefix("/group/").map(str::to_owned);
    group.or_else(|| {
        let pair = channel.strip_prefix("/direct_message/")?;
        Some(pair.replace('_', "+"))
    })
}

/// Whether a user can read a conversation.
fn can_read(world: &World, user: &str, conversation: &str) -> bool {
    if conversation.contains('+') {
        return conversation.split('+').any(|one| one == user);
    }
    let Ok(user) = user.parse().map(groupme_sim::UserId::new) else {
        return false;
    };
    world.groups_of(user).any(|group| {
        let is_topic = |topic: groupme_sim::GroupId| topic.to_string() == conversation;
        is_topic(group) || world.topics_of(group).any(is_topic)
    })
}
