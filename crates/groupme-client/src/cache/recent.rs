//! Recent messages of each conversation.

use std::{collections::BTreeMap, sync::Arc};

use groupme_model::{ConversationId, Message, MessageId};

/// Recent messages, by conversation.
#[derive(Default)]
pub(super) struct Recent {
    conversations: BTreeMap<ConversationId, Conversation>,
    /// Each conversation by its last use, so that the oldest is found without a look at the others.
    by_use: BTreeMap<u64, ConversationId>,
    /// Conversation of each message.
    places: BTreeMap<MessageId, ConversationId>,
}

#[derive(Default)]
struct Conversation {
    /// Messages by id, which is their order.
    messages: BTreeMap<MessageId, Arc<Message>>,
    used: u64,
}

impl Recent {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn messages(&self, conversation: &ConversationId) -> Vec<Arc<Message>> {
        let found = self.conversations.get(conversation);
        found.map_or_else(Vec::new, |found| found.messages.values().cloned().collect())
    }

    pub(super) fn message(
        &self,
        conversation: &ConversationId,
        message: &MessageId,
    ) -> Option<Arc<Message>> {
        let found = self.conversations.get(conversation)?;
        found.messages.get(message).cloned()
    }

    /// Inserts a message, and forgets the oldest of its conversation beyond `most`. No two uses have
    /// the same number.
    pub(super) fn put(
        &mut self,
        conversation: &ConversationId,
        message: Message,
        used: u64,
        most: usize,
    ) {
        let id = message.id.clone();
        self.places.insert(id.clone(), conversation.clone());
        self.by_use.insert(used, conversation.clone());
        let room = self.conversations.entry(conversation.clone()).or_default();
        // A conversation that is new has 0, which is nobody's number.
        self.by_use.remove(&room.used);
        room.used = used;
        room.messages.insert(id, Arc::new(message));
        while room.messages.len() > most {
            if let Some((oldest, _)) = room.messages.pop_first() {
                self.places.remove(&oldest);
            }
        }
        if room.messages.is_empty() {
            self.remove(conversation);
        }
    }

    /// Returns whether a version of the message is known that an event has changed since this one.
    pub(super) fn has_newer(&self, message: &Message) -> bool {
        let room = self.places.get(&message.id);
        let room = room.and_then(|conversation| self.conversations.get(conversation));
        let known = room.and_then(|room| room.messages.get(&message.id));
        known.is_some_and(|known| {
            known.updated_at > message.updated_at || known.is_deleted() && !message.is_deleted()
        })
    }

    /// Changes a message that is known. Snapshots that were given out stay as they are.
    pub(super) fn change(&mut self, message: &MessageId, change: impl FnOnce(&mut Message)) {
        let room = self.places.get(message);
        let room = room.and_then(|conversation| self.conversations.get_mut(conversation));
        if let Some(known) = room.and_then(|room| room.messages.get_mut(message)) {
            change(Arc::make_mut(known));
        }
    }

    pub(super) fn remove(&mut self, conversation: &ConversationId) {
        if let Some(room) = self.conversations.remove(conversation) {
            self.by_use.remove(&room.used);
            for id in room.messages.keys() {
                self.places.remove(id);
            }
        }
    }

    /// Forgets whole conversations, beginning with the one without news for the longest time.
    pub(super) fn trim(&mut self, most: usize) {
        while self.len() > most {
            let Some(oldest) = self.by_use.values().next().cloned() else {
                return;
            };
            self.remove(&oldest);
        }
    }
}
