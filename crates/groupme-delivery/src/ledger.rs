//! The ledger: deliveries, and their acknowledgements.

mod progress;

use core::fmt;
use std::collections::{BTreeMap, VecDeque};

use groupme_model::{ConversationId, MessageId, Timestamp};

use self::progress::Progress;
use crate::{Delivered, DeliveryTag, Item, Store, StoreError, item::Record, store::Change};

/// Saves what the program has acknowledged.
///
/// Each delivery is recorded in the order in which the [`Feed`](crate::Feed) hands it out, and
/// acknowledged in any order. An acknowledgement is saved before the call returns. After a crash,
/// only unacknowledged deliveries come again.
///
/// The saved cursor never passes an unacknowledged message. One that is never acknowledged keeps
/// later entries in memory.
pub struct Ledger<S> {
    store: S,
    open: BTreeMap<DeliveryTag, Record>,
    /// Conversations with unacknowledged deliveries.
    conversations: BTreeMap<ConversationId, Progress>,
    /// Deliveries that the account's synced time has not passed.
    account: VecDeque<Entry>,
    /// States saved before those of earlier deliveries, which must not overwrite them.
    superseded: BTreeMap<(ConversationId, MessageId), DeliveryTag>,
}

struct Entry {
    tag: DeliveryTag,
    is_done: bool,
    synced_until: Option<Timestamp>,
}

impl<S: Store> Ledger<S> {
    /// Returns a ledger for a store.
    pub fn new(store: S) -> Self {
        Self {
            store,
            open: BTreeMap::new(),
            conversations: BTreeMap::new(),
            account: VecDeque::new(),
            superseded: BTreeMap::new(),
        }
    }

    /// Records a delivery. Returns false for a checkpoint, which is acknowledged at once and not
    /// for the program.
    ///
    /// # Errors
    ///
    /// Returns an error if the store could not save the entry.
    pub fn record<P>(&mut self, delivered: &mut Delivered<P>) -> Result<bool, StoreError> {
        let record = core::mem::take(&mut delivered.record);
        let tag = delivered.tag;
        let mut step_back = None;
        if !record.is_empty() {
            if let Some(mark) = &record.mark {
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
        if let Some(step_back) = step_back {
            self.store.save(&[step_back])?;
        }
        if matches!(delivered.item, Item::Checkpoint) {
            self.acknowledge(tag)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Acknowledges a delivery, so that it does not come again. Does nothing if it was acknowledged
    /// before.
    ///
    /// # Errors
    ///
    /// Returns an error if the store could not save it; the delivery may come again after the next
    /// start.
    pub fn acknowledge(&mut self, tag: DeliveryTag) -> Result<(), StoreError> {
        let Some(record) = self.open.remove(&tag) else {
            return Ok(());
        };
        let mut changes = record.changes;
        self.drop_superseded(tag, &mut changes);
        // A crash must report the leaving again while something of the conversation is
        // unacknowledged.
        changes.retain(|change| {
            !matches!(change, Change::Left { conversation }
                if self.conversations.contains_key(conversation))
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
        if changes.is_empty() {
            return Ok(());
        }
        self.store.save(&changes)
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
    ///
    /// # Errors
    ///
    /// Same as [`acknowledge`](Self::acknowledge).
    pub fn acknowledge_through(&mut self, tag: DeliveryTag) -> Result<(), StoreError> {
        while let Some((&first, _)) = self.open.first_key_value()
            && first <= tag
        {
            self.acknowledge(first)?;
        }
        Ok(())
    }

    /// Returns the number of unacknowledged deliveries with an effect on the store.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Returns the store.
    pub fn store(&self) -> &S {
        &self.store
    }
}

impl<S> fmt::Debug for Ledger<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}
