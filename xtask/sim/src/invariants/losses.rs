//! A loss is reported only where something is missing: REST failed for long enough, the user left,
//! or more was missed than the settings fetch.

use std::collections::{BTreeMap, BTreeSet};

use groupme_delivery::LossReason;

use super::Invariant;
use crate::{
    fact::{ClientFact, Delivered, Loss, PublishedEvent},
    plan::AccountSettings,
};

#[derive(Debug)]
pub(super) struct Losses {
    max_backfill: usize,
    push_buffer: usize,
    has_store: bool,
    /// Whether a request of this process has failed.
    has_failed: bool,
    /// Number of events pushed to this process.
    pushed: usize,
    /// Groups that the user has left at any time.
    left: BTreeSet<String>,
    /// The group of each topic.
    parents: BTreeMap<String, String>,
    /// Number of messages published in each conversation.
    published: BTreeMap<String, usize>,
    /// Conversations of messages that an admin took down: nothing is left to fetch.
    taken_down: BTreeSet<String>,
}

impl Losses {
    pub(super) fn new(account: &AccountSettings) -> Self {
        Self {
            max_backfill: account.feed.max_backfill,
            push_buffer: account.feed.push_buffer,
            has_store: account.has_store,
            has_failed: false,
            pushed: 0,
            left: BTreeSet::new(),
            parents: BTreeMap::new(),
            published: BTreeMap::new(),
            taken_down: BTreeSet::new(),
        }
    }

    fn has_left(&self, conversation: &str) -> bool {
        let group = self.parents.get(conversation);
        self.left.contains(conversation) || group.is_some_and(|group| self.left.contains(group))
    }

    /// Returns whether a loss of messages has a reason.
    fn is_needed(&self, loss: &Loss) -> bool {
        match (loss.reason, &loss.conversation) {
            (LossReason::Unavailable, _) => self.has_failed,
            (LossReason::Left, Some(of)) => self.has_left(of),
            // With a store, the next start fetches the messages.
            (LossReason::Ended, Some(_)) => !self.has_store,
            (LossReason::Refused, Some(of)) => self.has_failed || self.has_left(of),
            (LossReason::Truncated, Some(of)) => {
                let published = self.published.get(of).copied().unwrap_or(0);
                // With so small a limit, messages of the minute before the baseline reach it.
                self.max_backfill < 2_000
                    || published > self.max_backfill
                    || self.taken_down.contains(of)
                    || self.has_left(of)
            }
            _ => false,
        }
    }
}

impl Invariant for Losses {
    fn published(&mut self, event: &PublishedEvent<'_>) {
        let Some(message) = &event.message else {
            return;
        };
        let conversation = &message.conversation;
        if let Some(parent) = &message.parent {
            self.parents.insert(conversation.clone(), parent.clone());
        }
        *self.published.entry(conversation.clone()).or_default() += 1;
        if message.taken_down.is_some() {
            self.taken_down.insert(conversation.clone());
        }
    }

    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::RestFailed => self.has_failed = true,
            ClientFact::Event { .. } => self.pushed += 1,
            ClientFact::Crashed => {
                self.has_failed = false;
                self.pushed = 0;
            }
            ClientFact::Membership {
                group,
                is_member: false,
            } => {
                self.left.insert(group.to_string());
            }
            ClientFact::Delivered(Delivered::Lost(loss)) if !self.is_needed(loss) => {
                return Err(format!("{loss:?} without need"));
            }
            // Dropped for lack of room.
            ClientFact::Delivered(Delivered::LostChanges(loss))
                if self.push_buffer >= 2_000
                    && self.pushed <= self.push_buffer
                    && loss.reason == LossReason::Truncated
                    && !self.is_needed(loss) =>
            {
                return Err(format!("{loss:?} of changes without need"));
            }
            _ => {}
        }
        Ok(())
    }
}
