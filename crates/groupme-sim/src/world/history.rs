//! What was said, conversation by conversation, as far as it is remembered.

use core::ops::Bound;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Conversation, MessageId, WorldError,
    message::{Entry, Message},
};

/// All conversations.
#[derive(Debug)]
pub(super) struct History {
    entries: BTreeMap<MessageId, Entry>,
    conversations: BTreeMap<Conversation, Timeline>,
    /// How many entries of each conversation are kept.
    remembered: usize,
}

/// One conversation.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    ids: BTreeSet<MessageId>,
    /// How many entries there ever were.
    pub(super) count: u64,
    /// When the first of them came, in seconds since 1970.
    pub(super) began: u64,
}

/// Which part of a conversation is asked for. All bounds are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// The newest, newest first.
    Newest,
    /// The newest of those before, newest first.
    Before(MessageId),
    /// The oldest of those after, oldest first: no gap.
    After(MessageId),
    /// The newest of those after, newest first: with a gap, if there are many.
    Since(MessageId),
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            conversations: BTreeMap::new(),
            remembered: REMEMBERED,
        }
    }

    /// Keeps so many entries of each conversation, from now on.
    pub(super) fn set_retention(&mut self, entries: usize) {
        self.remembered = entries.max(1);
        for conversation in self.conversations.values_mut() {
            forget(conversation, &mut self.entries, self.remembered);
        }
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        let conversation = self.conversations.entry(entry.place()).or_default();
        let at = entry.created_at();
        conversation.began = match conversation.count {
            0 => at,
            _ => conversation.began.min(at),
        };
        conversation.count += 1;
        conversation.ids.insert(entry.id());
        self.entries.insert(entry.id(), entry);
        forget(conversation, &mut self.entries, self.remembered);
    }

    /// Takes an entry out, as if it had never been; only the count remembers it.
    pub(super) fn remove(&mut self, id: MessageId) {
        let Some(entry) = self.entries.remove(&id) else {
            return;
        };
        if let Some(conversation) = self.conversations.get_mut(&entry.place()) {
            conversation.ids.remove(&id);
        }
    }

    /// Forgets a whole conversation.
    pub(super) fn clear(&mut self, place: Conversation) {
        let gone = self.conversations.remove(&place);
        for id in gone.into_iter().flat_map(|conversation| conversation.ids) {
            self.entries.remove(&id);
        }
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    pub(super) fn message(&self, id: MessageId) -> Result<&Message, WorldError> {
        match self.entries.get(&id) {
            Some(Entry::MessageView(message)) => Ok(message),
            Some(Entry::Told(_)) => Err(WorldError::Notice(id)),
            None => Err(WorldError::NoSuchMessage(id)),
        }
    }

    pub(super) fn message_mut(&mut self, id: MessageId) -> Result<&mut Message, WorldError> {
        match self.entries.get_mut(&id) {
            Some(Entry::MessageView(message)) => Ok(message),
            Some(Entry::Told(_)) => Err(WorldError::Notice(id)),
            None => Err(WorldError::NoSuchMessage(id)),
        }
    }

    /// The conversation in a place, if there is one.
    pub(super) fn conversation(&self, place: Conversation) -> Option<&Timeline> {
        self.conversations.get(&place)
    }

    /// All entries of a conversation, newest first.
    pub(super) fn backwards(&self, place: Conversation) -> impl Iterator<Item = &Entry> {
        let ids = self.conversations.get(&place);
        ids.into_iter()
            .flat_map(|conversation| conversation.ids.iter().rev())
            .filter_map(|id| self.entries.get(id))
    }

    /// What users have said in a place, the latest first.
    pub(super) fn said(&self, place: Conversation) -> impl Iterator<Item = &Message> {
        self.backwards(place).filter_map(Entry::said)
    }

    /// What users have said anywhere after a message, the latest first.
    pub(super) fn said_after(&self, id: MessageId) -> impl Iterator<Item = &Message> {
        let after = (Bound::Excluded(id), Bound::Unbounded);
        let entries = self.entries.range(after).rev();
        entries.filter_map(|(_, entry)| entry.said())
    }

    /// At most `limit` entries of a conversation.
    pub(super) fn page(&self, place: Conversation, span: Span, limit: usize) -> Vec<&Entry> {
        let Some(Timeline { ids, .. }) = self.conversations.get(&place) else {
            return Vec::new();
        };
        let after = |id| (Bound::Excluded(id), Bound::Unbounded);
        let ids: Vec<&MessageId> = match span {
            Span::Newest => ids.iter().rev().take(limit).collect(),
            Span::Before(id) => ids.range(..id).rev().take(limit).collect(),
            Span::After(id) => ids.range(after(id)).take(limit).collect(),
            Span::Since(id) => ids.range(after(id)).rev().take(limit).collect(),
        };
        ids.into_iter()
            .filter_map(|id| self.entries.get(id))
            .collect()
    }
}

/// Drops the oldest entries of a conversation that has too many.
fn forget(
    conversation: &mut Timeline,
    entries: &mut BTreeMap<MessageId, Entry>,
    remembered: usize,
) {
    while conversation.ids.len() > remembered {
        let Some(id) = conversation.ids.pop_first() else {
            return;
        };
        entries.remove(&id);
    }
}

/// As many messages as can still be read, edited, deleted, pinned or reacted to.
const REMEMBERED: usize = 10_000;
