//! What was handed out and is to be acknowledged.

use core::fmt;
use std::collections::{BTreeMap, VecDeque};

use groupme_model::{ConversationId, MessageId, Timestamp};

use crate::{Delivered, Item, Receipt, Store, StoreError, item::Record, store::Change};

/// Writes down what the program is done with.
///
/// Each delivery is entered in the order in which the [`Feed`](crate::Feed) hands it out, and
/// acknowledged in whatever order the program gets done. What is acknowledged is saved before the
/// call returns. After a crash only what was not is delivered again: a message is remembered for
/// itself, and the place up to which nothing is missing moves when all before it is done.
pub struct Ledger<S> {
    store: S,
    open: BTreeMap<Receipt, Record>,
    /// Of each conversation, what has not been passed by its cursor yet.
    conversations: BTreeMap<ConversationId, VecDeque<Entry<MessageId>>>,
    /// What has not been passed by the account's own mark yet.
    account: VecDeque<Entry<Option<Timestamp>>>,
    /// States that were saved before those of earlier deliveries, which must not undo them.
    overtaken: BTreeMap<(ConversationId, MessageId), Receipt>,
}

struct Entry<T> {
    receipt: Receipt,
    is_done: bool,
    mark: T,
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
    /// If it was done already and could not be saved.
    pub fn enter<P>(&mut self, delivered: &mut Delivered<P>) -> Result<bool, StoreError> {
        let record = core::mem::take(&mut delivered.record);
        let receipt = delivered.receipt;
        if !record.is_empty() {
            if let Some((conversation, message)) = &record.cursor {
                let entries = self.conversations.entry(conversation.clone()).or_default();
                entries.push_back(Entry::new(receipt, message.clone()));
            }
            self.account.push_back(Entry::new(receipt, record.whole));
            self.open.insert(receipt, record);
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
    pub fn acknowledge(&mut self, receipt: Receipt) -> Result<(), StoreError> {
        let Some(record) = self.open.remove(&receipt) else {
            return Ok(());
        };
        let mut changes = record.changes;
        self.settle(receipt, &mut changes);
        if let Some((conversation, _)) = record.cursor
            && let Some(entries) = self.conversations.get_mut(&conversation)
        {
            let cursor = pass(entries, receipt);
            if entries.is_empty() {
                self.conversations.remove(&conversation);
            }
            // A message that came late must not take the cursor back.
            changes.extend(cursor.into_iter().max().map(|message| Change::Cursor {
                conversation,
                message,
            }));
        }
        let whole = pass(&mut self.account, receipt);
        changes.extend(whole.into_iter().flatten().max().map(Change::Whole));
        if changes.is_empty() {
            return Ok(());
        }
        self.store.save(&changes)
    }

    /// Leaves out states that are older than what was saved.
    fn settle(&mut self, receipt: Receipt, changes: &mut Vec<Change>) {
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

    /// The program is done with all deliveries up to this one.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge).
    pub fn acknowledge_through(&mut self, receipt: Receipt) -> Result<(), StoreError> {
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

/// Marks an entry as done; the marks of those in front that are done, which are taken out.
fn pass<T>(entries: &mut VecDeque<Entry<T>>, receipt: Receipt) -> Vec<T> {
    if let Ok(at) = entries.binary_search_by_key(&receipt, |entry| entry.receipt) {
        entries[at].is_done = true;
    }
    let mut passed = Vec::new();
    while let Some(entry) = entries.pop_front_if(|entry| entry.is_done) {
        passed.push(entry.mark);
    }
    passed
}

impl<T> Entry<T> {
    fn new(receipt: Receipt, mark: T) -> Self {
        Self {
            receipt,
            is_done: false,
            mark,
        }
    }
}

impl<S> fmt::Debug for Ledger<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}
