//! Gap-free delivery of edits, deletions, pins and reactions: in the end a program knows the state
//! of each of the newest messages that were delivered to it, and no deletion was reported to it
//! twice.

use std::collections::{BTreeMap, BTreeSet};

use groupme_sim::World;

use super::{End, Invariant};
use crate::{
    client::Client,
    fact::{ClientFact, Delivered, Loss, MessageState, PublishedEvent},
    plan::ClientSettings,
};

#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The user, if the program backfills.
    user: Option<String>,
    /// Number of the newest messages that are compared after a gap.
    compared: usize,
    /// The messages of each conversation, notices among them.
    published: BTreeMap<String, BTreeSet<u64>>,
    notices: BTreeSet<u64>,
    /// Whether the engine subscribes to all conversations by itself.
    follows: bool,
    /// The conversations whose own channels are subscribed: reactions are pushed there.
    subscribed: BTreeSet<String>,
    /// The conversations that the program does not want.
    unwanted: BTreeSet<String>,
    known: Known,
    /// The part that was acknowledged.
    saved: Known,
}

/// The states known to a program.
#[derive(Clone, Debug, Default)]
struct Known {
    states: BTreeMap<u64, MessageState>,
    deletions: BTreeSet<u64>,
    /// The last message of each conversation of which changes were reported lost.
    lost: BTreeMap<String, u64>,
}

impl Changes {
    pub(super) fn new(settings: &ClientSettings) -> Self {
        let feed = settings.account.as_ref().map(|account| &account.feed);
        let compared = feed.map_or(0, |feed| feed.compare_window);
        Self {
            follows: settings
                .account
                .as_ref()
                .is_some_and(|account| account.follows),
            compared: usize::try_from(compared).unwrap_or(usize::MAX),
            ..Self::default()
        }
    }
}

impl Invariant for Changes {
    fn published(&mut self, event: &PublishedEvent<'_>) {
        let Some(message) = &event.message else {
            return;
        };
        let of = self.published.entry(message.conversation.clone());
        of.or_default().insert(message.id);
        if message.is_notice {
            self.notices.insert(message.id);
        }
    }

    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::Backfills(channel) => {
                self.user = channel.strip_prefix("/user/").map(str::to_owned);
            }
            ClientFact::Delivered(Delivered::LostChanges(loss)) => {
                for (conversation, published) in &self.published {
                    let is_lost = loss
                        .conversation
                        .as_ref()
                        .is_none_or(|of| of == conversation);
                    if let Some(last) = published.last().filter(|_| is_lost) {
                        self.known.lost.insert(conversation.clone(), *last);
                    }
                }
            }
            // The changes of lost messages are lost with them.
            ClientFact::Delivered(Delivered::Lost(Loss {
                conversation: Some(conversation),
                up_to: Some(up_to),
                ..
            })) => {
                let lost = self.known.lost.entry(conversation.clone()).or_default();
                *lost = (*lost).max(*up_to);
            }
            ClientFact::Delivered(delivered) => return self.known.learn(delivered),
            ClientFact::Acknowledged(delivered) => {
                for delivered in delivered {
                    // A second report of a deletion was a violation already.
                    let _ = self.saved.learn(delivered);
                }
                self.saved.lost.clone_from(&self.known.lost);
            }
            ClientFact::Crashed => {
                self.known = self.saved.clone();
                self.subscribed.clear();
                self.unwanted.clear();
            }
            ClientFact::Watches(channel, is_watched) => {
                if let Some(conversation) = conversation_of(channel) {
                    if is_watched {
                        self.unwanted.remove(&conversation);
                        self.subscribed.insert(conversation);
                    } else {
                        self.subscribed.remove(&conversation);
                        self.unwanted.insert(conversation);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, _: &Client, end: &End<'_>) -> Option<String> {
        let user = self.user.as_ref().filter(|_| !end.is_over)?;
        let world = end.server.world();
        for (conversation, published) in &self.published {
            if !can_read(world, user, conversation) {
                continue;
            }
            let has_reactions = self.subscribed.contains(conversation)
                || self.follows && !self.unwanted.contains(conversation);
            let lost = self.known.lost.get(conversation);
            let newest = published.iter().rev().take(self.compared);
            for id in
                newest.filter(|id| !self.notices.contains(id) && lost.is_none_or(|lost| *id > lost))
            {
                if let Some(what) = self.known.difference(world, *id, has_reactions) {
                    return Some(format!(
                        "the program does not know that {id} of {conversation} {what}"
                    ));
                }
            }
        }
        None
    }
}

impl Known {
    fn learn(&mut self, delivered: &Delivered) -> Result<(), String> {
        let (id, change) = match delivered {
            Delivered::Message(message) => {
                self.states.entry(message.id).or_insert(message.state);
                let Some(announced) = message.announces else {
                    return Ok(());
                };
                announced
            }
            Delivered::Changed(id, change) => {
                if change.deleted && !self.deletions.insert(*id) {
                    return Err(format!("the deletion of {id} is reported again"));
                }
                (*id, *change)
            }
            _ => return Ok(()),
        };
        if let Some(state) = self.states.get_mut(&id) {
            state.apply(change);
        }
        Ok(())
    }

    /// Describes a difference between the state of a message and what the program knows of it.
    fn difference(&self, world: &World, id: u64, has_reactions: bool) -> Option<String> {
        let known = self.states.get(&id)?;
        let Some(message) = world.message(groupme_sim::SimMessageId::new(id)) else {
            return (!known.deleted).then(|| "was taken down".to_owned());
        };
        if message.is_deleted() {
            return (!known.deleted).then(|| "is deleted".to_owned());
        }
        let edited = message.edited_at().map_or(0, u64::cast_signed);
        // An edit within the second in which the message was sent does not show.
        let is_edited = edited > i64::try_from(id / 100_000_000).unwrap_or(0);
        if is_edited && known.edited != edited {
            return Some(format!("was edited at {edited}"));
        }
        let reactions = message.reactions();
        if has_reactions && known.reactions != reactions {
            return Some(format!("has {reactions} reactions"));
        }
        // GroupMe pushes nothing when a message is unpinned.
        (message.is_pinned() && !known.pinned).then(|| "is pinned".to_owned())
    }
}

/// Returns the conversation of a channel.
fn conversation_of(channel: &str) -> Option<String> {
    let group = channel.strip_prefix("/group/").map(str::to_owned);
    group.or_else(|| {
        let pair = channel.strip_prefix("/direct_message/")?;
        Some(pair.replace('_', "+"))
    })
}

/// Returns whether a user can read a conversation.
fn can_read(world: &World, user: &str, conversation: &str) -> bool {
    if conversation.contains('+') {
        return conversation.split('+').any(|one| one == user);
    }
    let Ok(user) = user.parse().map(groupme_sim::SimUserId::new) else {
        return false;
    };
    let is_it = |group: groupme_sim::SimGroupId| group.to_string() == conversation;
    world
        .groups_of(user)
        .any(|group| is_it(group) || world.topics_of(group).any(is_it))
}
