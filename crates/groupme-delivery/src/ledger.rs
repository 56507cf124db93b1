//! What was handed out and is to be acknowledged.

mod progress;

use core::fmt;
use std::collections::{BTreeMap, VecDeque};

use groupme_model::{ConversationId, MessageId, Timestamp};

use self::progress::Progress;
use crate::{Delivered, DeliveryTag, Item, Store, StoreError, item::Record, store::Change};

/// Writes down what the program is done with.
///
/// Each delivery is entered in the order in which the [`Feed`](crate::Feed) hands it out, and
/// acknowledged in whatever order the program gets done. What is acknowledged is saved before the
/// call returns. After a crash only what was not is delivered again: a message is remembered for
/// itself, and the place up to which nothing is missing is never beyond one that is open. So one that
/// is never acknowledged keeps what it has to know of all behind it in memory.
pub struct Ledger<S> {
    store: S,
    open: BTreeMap<DeliveryTag, Record>,
    /// The conversations of which something is open.
    conversations: BTreeMap<ConversationId, Progress>,
    /// What has not been passed by the account's own mark yet.
    account: VecDeque<Entry>,
    /// States that were saved before those of earlier deliveries, which must not undo them.
    overtaken: BTreeMap<(ConversationId, MessageId), DeliveryTag>,
}

struct Entry {
    receipt: DeliveryTag,
    is_done: bool,
    whole: Option<Timestamp>,
}

impl<S: Store> Ledger<S> {
    /// A ledger for a store.
    pub fn new(store: S) -> Self {
        Self {
            store,
            open: BTreeMap::new(),
            conversations: BTreeMap::new(),
            account: VecDeque::new(),
            overtaken: BTreeMap::new(),
        }
    }

    /// Enters a delivery. False if it is nothing for the program: then it is done already.
    ///
    /// # Errors
    ///
    /// If what has to be saved before could not be.
    pub fn record<P>(&mut self, delivered: &mut Delivered<P>) -> Result<bool, StoreError> {
        let record = core::mem::take(&mut delivered.record);
        let receipt = delivered.receipt;
        let mut step_back = None;
        if !record.is_empty() {
            if let Some(mark) = &record.mark {
                let progress = self
                    .conversations
                    .entry(mark.conversation.clone())
                    .or_default();
                step_back = progress.enter(mark).map(|message| Change::Cursor {
                    conversation: mark.conversation.clone(),
                    message,
                });
            }
            self.account.push_back(Entry {
                receipt,
                is_done: false,
                whole: record.whole,
            });
            self.open.insert(receipt, record);
        }
        if let Some(step_back) = step_back {
            self.store.save(&[step_back])?;
        }
        if matches!(delivered.item, Item::Checkpoint) {
            self.acknowledge(receipt)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// The program is done with a delivery, and shall not get it again. Does nothing for one that
    /// was acknowledged before.
    ///
    /// # Errors
    ///
    /// If that could not be saved; the delivery may come again after the next start.
    pub fn acknowledge(&mut self, receipt: DeliveryTag) -> Result<(), StoreError> {
        let Some(record) = self.open.remove(&receipt) else {
            return Ok(());
        };
        let mut changes = record.changes;
        self.settle(receipt, &mut changes);
        // Of a conversation of which something is open it has to be told again after a crash.
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
            // What is forgotten so that it comes again after a crash is forgotten at once.
            !(is_handed_out && progress.is_some_and(|progress| progress.keep(message)))
        });
        changes.extend(forgotten);
        changes.extend(self.pass(receipt).map(Change::Whole));
        if changes.is_empty() {
            return Ok(());
        }
        self.store.save(&changes)
    }

    /// Leaves out states that are older than what was saved.
    fn settle(&mut self, receipt: DeliveryTag, changes: &mut Vec<Change>) {
        changes.retain(|change| {
            let Change::Seen {
                conversation,
                message,
                ..
            } = change
            else {
                return true;
            };
            let later = self.overtaken.get(&(conversation.clone(), message.clone()));
            later.is_none_or(|later| *later < receipt)
        });
        let Some((first, _)) = self.open.first_key_value() else {
            self.overtaken.clear();
            return;
        };
        if *first > receipt {
            return;
        }
        for change in changes {
            if let Change::Seen {
                conversation,
                message,
                ..
            } = change
            {
                self.overtaken
                    .insert((conversation.clone(), message.clone()), receipt);
            }
        }
    }

    /// Passes what is done in front; up to when the account is whole then, if that has moved.
    fn pass(&mut self, receipt: DeliveryTag) -> Option<Timestamp> {
        let account = &mut self.account;
        if let Ok(at) = account.binary_search_by_key(&receipt, |entry| entry.receipt) {
            account[at].is_done = true;
        }
        let mut whole = None;
        while let Some(entry) = account.pop_front_if(|entry| entry.is_done) {
            whole = whole.max(entry.whole);
        }
        whole
    }

    /// The program is done with all deliveries up to this one.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge).
    pub fn acknowledge_through(&mut self, receipt: DeliveryTag) -> Result<(), StoreError> {
        while let Some((&first, _)) = self.open.first_key_value()
            && first <= receipt
        {
            self.acknowledge(first)?;
        }
        Ok(())
    }

    /// How many deliveries are neither acknowledged nor without consequence.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// The store.
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
