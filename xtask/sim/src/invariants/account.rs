//! Gap-free delivery: of everything published to a user since the account was first listened to,
//! nothing is missing unless reported lost, nothing comes twice except after a crash before it was
//! acknowledged, and each conversation is in order.
//!
//! A message is owed if it was published after the user's own channel was subscribed for the first
//! time, or after the store had a baseline, whichever was earlier. Whatever happens to connections
//! before the first `CaughtUp` changes nothing about it.

mod membership;

use std::collections::{BTreeMap, BTreeSet};

use self::membership::Membership;
use super::{End, Invariant};
use crate::{
    client::Client,
    fact::{ClientFact, Delivered, Loss, NewMessage, PublishedEvent, PublishedMessage},
    plan::AccountSettings,
};

#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is independent of the others"
)]
pub(super) struct Account {
    /// The user's own channel, where the program backfills it.
    channel: Option<String>,
    /// Whether notices of changes are left out where the changes are pushed.
    merges_notices: bool,
    /// Whether lists lag at some time: what they hid is found later, and may come after newer
    /// messages of the next minutes.
    may_be_late: bool,
    /// Messages after a hidden one with which comparing no longer finds it: a limit that
    /// groupme-delivery names.
    compare_window: usize,
    /// Notices that may be left out.
    mergeable: BTreeSet<u64>,
    /// The own channel was subscribed in this process.
    has_listened: bool,
    /// The store knows where the past ends, which outlives this process.
    has_baseline: bool,
    caught_up: bool,
    /// Id above all messages from before the own channel was subscribed for the first time.
    began: Option<u64>,
    /// The process could not save everything before its end, and has reported that: what was
    /// delivered need not come again.
    has_lost_changes: bool,
    /// The conversation of each published message.
    published: BTreeMap<u64, String>,
    /// The message of each published event that has one.
    messages: BTreeMap<u64, u64>,
    /// Messages that have to come.
    owed: BTreeSet<u64>,
    /// Messages taken down by an admin: nothing is left to fetch.
    gone: BTreeSet<u64>,
    /// Messages reported lost.
    lost: BTreeSet<u64>,
    /// Messages delivered in this process, or acknowledged in an earlier one.
    delivered: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
    /// The latest message of each conversation, in this process.
    latest: BTreeMap<String, u64>,
    groups: BTreeMap<String, Membership>,
    /// The group of each topic.
    topics: BTreeMap<String, String>,
}

impl Invariant for Account {
    fn published(&mut self, event: &PublishedEvent<'_>) {
        if let (Some(channel), Some(message)) = (&self.channel, &event.message) {
            self.messages.insert(event.number, message.id);
            let is_own_channel = channel == event.channel;
            self.publish(message, is_own_channel);
        }
    }

    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::Backfills(channel) => self.channel = Some(channel.to_owned()),
            ClientFact::Membership { group, is_member } => {
                self.join_or_leave(&group.to_string(), is_member);
            }
            ClientFact::Event {
                number: Some(number),
                ..
            } => {
                if let Some(id) = self.messages.get(&number) {
                    self.see(*id);
                }
            }
            ClientFact::Listens => {
                self.has_listened = true;
                self.begin();
            }
            ClientFact::Baseline => {
                self.has_baseline = true;
                self.begin();
            }
            ClientFact::Delivered(Delivered::CaughtUp) => self.catch_up(),
            ClientFact::Delivered(Delivered::Lost(loss)) => self.lose(loss),
            ClientFact::Delivered(Delivered::Message(message)) => return self.deliver(message),
            ClientFact::Acknowledged(delivered) => {
                let ids = delivered.iter().filter_map(|delivered| match delivered {
                    Delivered::Message(message) => Some(message.id),
                    _ => None,
                });
                self.acknowledged.extend(ids);
            }
            ClientFact::ChangesLost => self.has_lost_changes = true,
            ClientFact::Crashed => self.crash(),
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, _: &Client, end: &End<'_>) -> Option<String> {
        let owed = self.owed.difference(&self.gone);
        let message = owed
            .copied()
            .find(|message| !end.is_over && !self.is_hidden_for_good(*message))?;
        let conversation = self.published.get(&message).map_or("", |name| name);
        Some(format!("{message} of {conversation} is missing"))
    }
}

impl Account {
    pub(super) fn new(settings: &AccountSettings, may_be_late: bool) -> Self {
        Self {
            may_be_late,
            compare_window: usize::try_from(settings.feed.compare_window).unwrap_or(usize::MAX),
            merges_notices: settings.feed.merge_notices,
            ..Self::default()
        }
    }

    fn publish(&mut self, message: &PublishedMessage, is_own_channel: bool) {
        let (id, conversation) = (message.id, message.conversation.clone());
        self.gone.extend(message.taken_down);
        if let Some(parent) = &message.parent {
            self.topics.insert(conversation.clone(), parent.clone());
        }
        self.published.insert(id, conversation);
        if self.merges_notices && message.is_of_change {
            self.mergeable.insert(id);
            return;
        }
        if is_own_channel && (self.has_listened || self.has_baseline) {
            self.owed.insert(id);
        }
    }

    fn join_or_leave(&mut self, group: &str, is_member: bool) {
        let next = self.next();
        let membership = self.groups.entry(group.to_owned()).or_default();
        if is_member {
            membership.join(next);
        } else if let Some(since) = membership.leave(next) {
            let (published, topics) = (&self.published, &self.topics);
            let is_of = |of: &String| of == group || topics.get(of).is_some_and(|of| of == group);
            self.owed
                .retain(|id| *id < since || !published.get(id).is_some_and(is_of));
        }
    }

    /// Returns whether a message was hidden by lists that lag, and then by so many messages of the
    /// next minutes that comparing did not reach back to it.
    fn is_hidden_for_good(&self, message: u64) -> bool {
        let conversation = self.published.get(&message);
        let next = self.published.range(message..message + LATE).skip(1);
        let newer = next.filter(|(_, of)| Some(*of) == conversation);
        self.may_be_late && newer.count() >= self.compare_window
    }

    fn begin(&mut self) {
        let next = self.next();
        self.began.get_or_insert(next);
    }

    /// An id above that of every message so far.
    fn next(&self) -> u64 {
        let last = self.published.last_key_value();
        last.map_or(0, |(last, _)| last + 1)
    }

    /// The program sees a message.
    fn see(&mut self, id: u64) {
        let Some(conversation) = self.published.get(&id) else {
            return;
        };
        let group = self.topics.get(conversation).unwrap_or(conversation);
        if let Some(membership) = self.groups.get_mut(group) {
            membership.see(id);
        }
    }

    /// All lists were read to their end.
    fn catch_up(&mut self) {
        for membership in self.groups.values_mut() {
            membership.list(!self.caught_up);
        }
        self.caught_up = true;
    }

    fn deliver(&mut self, message: &NewMessage) -> Result<(), String> {
        let id = message.id;
        if let Some(conversation) = &message.conversation {
            // It may be older than anything that was published.
            let known = self.published.entry(id);
            known.or_insert_with(|| conversation.clone());
        }
        if !self.delivered.insert(id) {
            return Err(format!("message {id} is delivered again"));
        }
        self.owed.remove(&id);
        let Some(conversation) = self.published.get(&id).cloned() else {
            return Ok(());
        };
        self.see(id);
        if self.gone.contains(&id) || self.lost.contains(&id) {
            // REST did not have it. Its push may come late.
            return Ok(());
        }
        let latest = self.latest.entry(conversation.clone()).or_insert(id);
        // A message of the minute before the start may come at any time, if the first session breaks
        // early: a limit that groupme-delivery names.
        let is_past = self
            .began
            .is_some_and(|began| (began.saturating_sub(MINUTE)..began).contains(&id));
        let tolerance = match self.may_be_late {
            _ if is_past => u64::MAX,
            true => LATE,
            false => 0,
        };
        if *latest > id.saturating_add(tolerance) {
            return Err(format!("message {id} of {conversation} after {latest}"));
        }
        *latest = id.max(*latest);
        Ok(())
    }

    fn lose(&mut self, loss: &Loss) {
        let Loss {
            conversation,
            after,
            up_to,
            ..
        } = loss;
        let group = conversation.as_ref().filter(|_| up_to.is_none());
        if let Some(left) = group.and_then(|group| self.groups.get_mut(group)) {
            left.report_end();
        }
        let is_lost = |id: u64, of: &String| {
            // The topics of a group disappear with it.
            let parent = self.topics.get(of);
            let is_topic = parent.is_some_and(|parent| Some(parent) == group);
            let inside =
                after.is_none_or(|after| id > after) && up_to.is_none_or(|up_to| id <= up_to);
            is_topic || inside && conversation.as_ref().is_none_or(|name| name == of)
        };
        let ids = self.published.iter().filter(|(id, of)| is_lost(**id, of));
        self.lost.extend(ids.map(|(id, _)| *id));
        self.owed.retain(|id| !self.lost.contains(id));
    }

    fn crash(&mut self) {
        self.has_listened = false;
        let has_lost_changes = core::mem::take(&mut self.has_lost_changes);
        if self.has_baseline && !has_lost_changes {
            // Everything not acknowledged has to come again.
            let again = self.delivered.difference(&self.acknowledged);
            self.owed
                .extend(again.filter(|id| !self.mergeable.contains(id)));
        } else if !self.has_baseline {
            // The next process meets the account for the first time.
            self.owed.clear();
            self.caught_up = false;
            let next = self.next();
            for membership in self.groups.values_mut() {
                membership.forget(next);
            }
        }
        self.delivered.clone_from(&self.acknowledged);
        self.latest.clear();
    }
}

/// A minute, in units of ids.
const MINUTE: u64 = 60 * 100_000_000;

/// Time from a message that lists lack to the comparison that finds it, where REST or the gateway may
/// be out in between, in units of ids: 10 min.
const LATE: u64 = 600 * 100_000_000;
