//! The ledger: deliveries, and their acknowledgements.

mod progress;

use core::fmt;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use groupme_model::{ConversationId, MessageId, Timestamp};

use self::progress::Progress;
use crate::{Delivered, DeliveryTag, Item, item::Record, store::Change};

/// Turns deliveries and their acknowledgements into changes for a [`Store`](crate::Store).
///
/// Each delivery is recorded in the order in which the [`Feed`](crate::Feed) hands it out, and
/// acknowledged in any order. Once the changes are saved, a crash brings back unacknowledged
/// deliveries only. The changes of [`record`](Self::record) have to be saved before the delivery is
/// handed to the program; those of [`acknowledge`](Self::acknowledge) may follow later, and until
/// then a crash brings the delivery back.
///
/// The saved cursor never passes an unacknowledged message. One that is never acknowledged keeps
/// later entries in memory.
#[derive(Default)]
pub struct Ledger {
    open: BTreeMap<DeliveryTag, Record>,
    /// Conversations with unacknowledged deliveries.
    conversations: BTreeMap<ConversationId, Progress>,
    /// Deliveries that the account's synced time has not passed.
    account: VecDeque<Entry>,
    /// Conversations saved as left in this process.
    left: BTreeSet<ConversationId>,
    /// Records that are acknowledged along with a delivery.
    followers: BTreeMap<DeliveryTag, Vec<DeliveryTag>>,
    /// States saved before those of earlier deliveries, which must not overwrite them.
    superseded: BTreeMap<(ConversationId, MessageId), DeliveryTag>,
}

struct Entry {
    tag: DeliveryTag,
    is_done: bool,
    synced_until: Option<Timestamp>,
}

impl Ledger {
    /// Returns an empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a delivery, and appends the changes to save before it is handed out. Returns false
    /// for a checkpoint, which is acknowledged at once and not for the program.
    pub fn record<P>(&mut self, delivered: &mut Delivered<P>, changes: &mut Vec<Change>) -> bool {
        let record = core::mem::take(&mut delivered.record);
        let tag = delivered.tag;
        let mut step_back = None;
        if !record.is_empty() {
            if let Some(mark) = &record.mark {
                if mark.message.is_some() && self.left.contains(&mark.conversation) {
                    // A push of before the leaving. A crash must report the leaving again until the
                    // push is acknowledged, since it cannot be fetched.
                    changes.push(Change::Returned {
                        conversation: mark.conversation.clone(),
                    });
                }
                let progress = self
                    .conversations
                    .entry(mark.conversation.clone())
                    .or_default();
                step_back = progress.record(mark).map(|message| Change::Cursor {
                    conversation: mark.conversation.clone(),
                    message,
                });
            }
            self.account.push_back(Entry {
                tag,
                is_done: false,
                synced_until: record.synced_until,
            });
            self.open.insert(tag, record);
        }
        changes.extend(step_back);
        if matches!(delivered.item, Item::Checkpoint) {
            match delivered
                .after
                .filter(|first| self.open.contains_key(first))
            {
                Some(first) => self.followers.entry(first).or_default().push(tag),
                None => self.acknowledge(tag, changes),
            }
            return false;
        }
        true
    }

    /// Acknowledges a delivery, so that it does not come again once the changes appended are saved.
    /// Does nothing if it was acknowledged before.
    pub fn acknowledge(&mut self, tag: DeliveryTag, saved: &mut Vec<Change>) {
        let Some(record) = self.open.remove(&tag) else {
            return;
        };
        let mut changes = record.changes;
        self.drop_superseded(tag, &mut changes);
        // A crash must report the leaving again while something of the conversation is
        // unacknowledged.
        changes.retain(|change| match change {
            Change::Left { conversation } => {
                self.left.insert(conversation.clone());
                !self.conversations.contains_key(conversation)
            }
            Change::Returned { conversation } => {
                self.left.remove(conversation);
                true
            }
            _ => true,
        });
        let mut forgotten = Vec::new();
        let is_handed_out = record.mark.is_some();
        if let Some(mark) = record.mark
            && let Some(progress) = self.conversations.get_mut(&mark.conversation)
        {
            let cursor = progress.acknowledge(&mark);
            forgotten.extend(progress.forget().into_iter().map(|message| {
                let conversation = mark.conversation.clone();
                Change::Forgotten {
                    conversation,
                    message,
                }
            }));
            if progress.is_over() {
                self.conversations.remove(&mark.conversation);
                if self.left.contains(&mark.conversation) {
                    changes.push(Change::Left {
                        conversation: mark.conversation.clone(),
                    });
                }
            }
            changes.extend(cursor.map(|message| Change::Cursor {
                conversation: mark.conversation,
                message,
            }));
        }
        changes.retain(|change| {
            let Change::Forgotten {
                conversation,
                message,
            } = change
            else {
                return true;
            };
            let progress = self.conversations.get_mut(conversation);
            // A message forgotten in order to come again after a crash is forgotten at once.
            !(is_handed_out && progress.is_some_and(|progress| progress.keep(message)))
        });
        changes.extend(forgotten);
        changes.extend(self.advance_account(tag).map(Change::SyncedUntil));
        saved.append(&mut changes);
        for follower in self.followers.remove(&tag).into_iter().flatten() {
            self.acknowledge(follower, saved);
        }
    }

    /// Drops states that are older than the saved ones.
    fn drop_superseded(&mut self, tag: DeliveryTag, changes: &mut Vec<Change>) {
        changes.retain(|change| {
            let Change::Seen {
                conversation,
                message,
                ..
            } = change
            else {
                return true;
            };
            let later = self
                .superseded
                .get(&(conversation.clone(), message.clone()));
            later.is_none_or(|later| *later < tag)
        });
        let Some((first, _)) = self.open.first_key_value() else {
            self.superseded.clear();
            return;
        };
        if *first > tag {
            return;
        }
        for change in changes {
            if let Change::Seen {
                conversation,
                message,
                ..
            } = change
            {
                self.superseded
                    .insert((conversation.clone(), message.clone()), tag);
            }
        }
    }

    /// Removes acknowledged entries from the front. Returns the synced time after them, if it
    /// moved.
    fn advance_account(&mut self, tag: DeliveryTag) -> Option<Timestamp> {
        let account = &mut self.account;
        if let Ok(at) = account.binary_search_by_key(&tag, |entry| entry.tag) {
            account[at].is_done = true;
        }
        let mut synced_until = None;
        while let Some(entry) = account.pop_front_if(|entry| entry.is_done) {
            synced_until = synced_until.max(entry.synced_until);
        }
        synced_until
    }

    /// Acknowledges all deliveries up to this one.
    pub fn acknowledge_through(&mut self, tag: DeliveryTag, saved: &mut Vec<Change>) {
        while let Some((&first, _)) = self.open.first_key_value()
            && first <= tag
        {
            self.acknowledge(first, saved);
        }
    }

    /// Returns the number of unacknowledged deliveries with an effect on the store.
    pub fn open(&self) -> usize {
        self.open.len()
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}
