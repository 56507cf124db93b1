//! Pushes: handed on, held, or known already.

use groupme_model::{ConversationId, EventRef};

use super::Feed;
use crate::{
    Item,
    fact::{Change, Fact, NewMessage},
    item::Record,
};

impl<P> Feed<P> {
    pub(super) fn take_push(&mut self, event: &EventRef<'_>, push: P) {
        match Fact::of(event, &self.you) {
            Fact::Other => self.out.put(Item::Push(push), Record::default()),
            Fact::Message(message) => self.take_message(message, push),
            Fact::Change(change) => self.take_change(change, push),
        }
    }

    fn take_message(&mut self, message: NewMessage, push: P) {
        let epoch = self.epoch;
        let conversation = self.conversation(&message.conversation);
        let seen = &conversation.seen;
        // One that is told to be deleted already may still be on its way; so may one from before the
        // account was met, which would come after newer ones.
        let is_gone = seen.is_gone(&message.id) || conversation.is_behind(&message.id);
        if seen.knows(&message.id) || is_gone {
            return;
        }
        if message.parent.is_some() {
            let conversation = self.conversation(&message.conversation);
            conversation.parent.clone_from(&message.parent);
        }
        let is_back = self.come_back(&message.conversation) || message.is_welcome;
        let conversation = self.conversation(&message.conversation);
        if is_back && conversation.cursor.is_some() {
            self.rejoin(message, push);
        } else if conversation.whole_in == epoch {
            let is_late = !conversation.is_ahead(&message.id);
            let id = message.conversation.clone();
            self.deliver_push(message, push);
            if is_late {
                self.want_comparison(&id);
            }
        } else {
            if is_back {
                conversation.aim(&message.id);
            }
            self.hold_message(message, push);
        }
    }

    /// The user is back in a group. What was said before this message and was not pushed, since the
    /// user was no member, can be had now.
    fn rejoin(&mut self, message: NewMessage, push: P) {
        let conversation = self.conversation(&message.conversation);
        conversation.whole_in = 0;
        conversation.aim(&message.id);
        let id = message.conversation.clone();
        self.hold_message(message, push);
        self.fetch_back(&id);
        self.rejoin_topics(&id);
    }

    /// The user is back in the topics of a group, too.
    fn rejoin_topics(&mut self, group: &ConversationId) {
        let topics: Vec<ConversationId> = self
            .conversations
            .iter()
            .filter(|(_, topic)| topic.parent.as_ref() == Some(group) && topic.cursor.is_some())
            .map(|(id, _)| id.clone())
            .collect();
        for id in topics {
            self.come_back(&id);
            let topic = self.conversation(&id);
            topic.whole_in = 0;
            self.fetch_back(&id);
        }
    }

    fn take_change(&mut self, change: Change, push: P) {
        let epoch = self.epoch;
        let conversation = self.conversation(&change.conversation);
        // A change must not come before its message.
        let held = &conversation.held.messages;
        let is_held = held.iter().any(|(held, _)| held.id == change.message);
        let is_ahead = conversation.whole_in != epoch && conversation.is_ahead(&change.message);
        if is_held || is_ahead {
            self.hold_change(change, push);
        } else {
            self.deliver_change(change, push);
        }
    }

    fn hold_message(&mut self, message: NewMessage, push: P) {
        let is_full = self.held >= self.config.push_buffer;
        let conversation = self.conversation(&message.conversation);
        let held = &mut conversation.held;
        if held.first.as_ref().is_none_or(|first| message.id < *first) {
            held.first = Some(message.id.clone());
        }
        if held
            .messages
            .iter()
            .any(|(other, _)| other.id == message.id)
        {
            return;
        }
        if is_full {
            // REST has it, too.
            held.dropped = held.dropped.take().max(Some(message.id));
            return;
        }
        held.messages.push((message, push));
        self.held += 1;
    }

    fn hold_change(&mut self, change: Change, push: P) {
        let is_full = self.held >= self.config.push_buffer;
        let held = &mut self.conversation(&change.conversation).held;
        if is_full {
            held.dropped_changes = true;
            return;
        }
        held.changes.push((change, push));
        self.held += 1;
    }
}
