//! Messages of all conversations, up to the retention.

use core::ops::Bound;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Conversation, SimMessageId, WorldError,
    message::{Entry, Message},
};

/// Messages and notices of all conversations.
#[derive(Debug)]
pub(super) struct History {
    entries: BTreeMap<SimMessageId, Entry>,
    threads: BTreeMap<Conversation, Thread>,
    /// Maximum number of entries kept for each thread.
    retention: usize,
}

/// Entries of one conversation.
#[derive(Debug, Default)]
pub(super) struct Thread {
    ids: BTreeSet<SimMessageId>,
    /// Number of entries ever added.
    pub(super) count: u64,
    /// Time of the first entry, in seconds since 1970.
    pub(super) began: u64,
}

/// Part of a thread. All bounds are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageRange {
    /// The newest entries, newest first.
    Newest,
    /// The newest entries before an id, newest first.
    Before(SimMessageId),
    /// The oldest entries after an id, oldest first: without a gap.
    After(SimMessageId),
    /// The newest entries after an id, newest first: with a gap, if there are many.
    Since(SimMessageId),
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            threads: BTreeMap::new(),
            retention: DEFAULT_RETENTION,
        }
    }

    /// Sets the maximum number of entries kept for each thread.
    pub(super) fn set_retention(&mut self, entries: usize) {
        self.retention = entries.max(1);
        for thread in self.threads.values_mut() {
            drop_oldest(thread, &mut self.entries, self.retention);
        }
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        let thread = self.threads.entry(entry.conversation()).or_default();
        let at = entry.created_at();
        thread.began = match thread.count {
            0 => at,
            _ => thread.began.min(at),
        };
        thread.count += 1;
        thread.ids.insert(entry.id());
        self.entries.insert(entry.id(), entry);
        drop_oldest(thread, &mut self.entries, self.retention);
    }

    /// Removes an entry; it stays in the count.
    pub(super) fn remove(&mut self, id: SimMessageId) {
        let Some(entry) = self.entries.remove(&id) else {
            return;
        };
        if let Some(thread) = self.threads.get_mut(&entry.conversation()) {
            thread.ids.remove(&id);
        }
    }

    /// Removes a whole thread.
    pub(super) fn clear(&mut self, conversation: Conversation) {
        let gone = self.threads.remove(&conversation);
        for id in gone.into_iter().flat_map(|thread| thread.ids) {
            self.entries.remove(&id);
        }
    }

    pub(super) fn get(&self, id: SimMessageId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    pub(super) fn message(&self, id: SimMessageId) -> Result<&Message, WorldError> {
        match self.entries.get(&id) {
            Some(Entry::Message(message)) => Ok(message),
            Some(Entry::System(_)) => Err(WorldError::SystemMessage(id)),
            None => Err(WorldError::NoSuchMessage(id)),
        }
    }

    pub(super) fn message_mut(&mut self, id: SimMessageId) -> Result<&mut Message, WorldError> {
        match self.entries.get_mut(&id) {
            Some(Entry::Message(message)) => Ok(message),
            Some(Entry::System(_)) => Err(WorldError::SystemMessage(id)),
            None => Err(WorldError::NoSuchMessage(id)),
        }
    }

    /// Returns the thread of a conversation.
    pub(super) fn thread(&self, conversation: Conversation) -> Option<&Thread> {
        self.threads.get(&conversation)
    }

    /// Returns all entries of a conversation, newest first.
    pub(super) fn newest_first(&self, conversation: Conversation) -> impl Iterator<Item = &Entry> {
        let ids = self.threads.get(&conversation);
        ids.into_iter()
            .flat_map(|thread| thread.ids.iter().rev())
            .filter_map(|id| self.entries.get(id))
    }

    /// Returns the messages of users in a conversation, newest first.
    pub(super) fn messages(&self, conversation: Conversation) -> impl Iterator<Item = &Message> {
        self.newest_first(conversation)
            .filter_map(Entry::as_message)
    }

    /// Returns the messages of users after an id in all conversations, newest first.
    pub(super) fn messages_after(&self, id: SimMessageId) -> impl Iterator<Item = &Message> {
        let after = (Bound::Excluded(id), Bound::Unbounded);
        let entries = self.entries.range(after).rev();
        entries.filter_map(|(_, entry)| entry.as_message())
    }

    /// Returns at most `limit` entries of a conversation, without those up to `cleared`.
    pub(super) fn page(
        &self,
        conversation: Conversation,
        range: PageRange,
        limit: usize,
        cleared: Option<SimMessageId>,
    ) -> Vec<&Entry> {
        let Some(Thread { ids, .. }) = self.threads.get(&conversation) else {
            return Vec::new();
        };
        // Nothing up to the newest message at the time of clearing is shown.
        let start = cleared.map_or(Bound::Unbounded, Bound::Excluded);
        let after = |id: SimMessageId| {
            let id = cleared.map_or(id, |cleared| id.max(cleared));
            (Bound::Excluded(id), Bound::Unbounded)
        };
        let before = |id| match cleared {
            Some(cleared) if cleared >= id => None,
            _ => Some((start, Bound::Excluded(id))),
        };
        let ids: Vec<&SimMessageId> = match range {
            PageRange::Newest => ids
                .range((start, Bound::Unbounded))
                .rev()
                .take(limit)
                .collect(),
            PageRange::Before(id) => {
                let older = before(id)
                    .into_iter()
                    .flat_map(|range| ids.range(range).rev());
                older.take(limit).collect()
            }
            PageRange::After(id) => ids.range(after(id)).take(limit).collect(),
            PageRange::Since(id) => ids.range(after(id)).rev().take(limit).collect(),
        };
        ids.into_iter()
            .filter_map(|id| self.entries.get(id))
            .collect()
    }
}

/// Drops the oldest entries beyond the retention.
fn drop_oldest(thread: &mut Thread, entries: &mut BTreeMap<SimMessageId, Entry>, retention: usize) {
    while thread.ids.len() > retention {
        let Some(id) = thread.ids.pop_first() else {
            return;
        };
        entries.remove(&id);
    }
}

/// Default retention: older messages cannot be read, edited, deleted, pinned or reacted to.
const DEFAULT_RETENTION: usize = 10_000;
