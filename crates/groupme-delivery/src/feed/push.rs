//! Taking pushes: hand out, buffer, or drop duplicates.
//!
//! An epoch begins with each loss and each subscription. A conversation that is synced in the present
//! one has no hole, so its pushes are handed out at once; pushes of the others are buffered until
//! their history has been read.

use groupme_model::{ConversationId, EventRef};

use super::Feed;
use crate::{
    Item, LossKind, LossReason, Lost,
    conversation::Found,
    item::Record,
    observation::{Change, NewMessage, Observation},
    seen::Knowledge,
};

impl<P> Feed<P> {
    pub(super) fn take_push(&mut self, event: &EventRef<'_>, push: P) {
        let is_own = |guid: Option<&str>| self.out.is_own(guid);
        match Observation::of(event, &self.user, is_own) {
            Observation::Other => {
                if let EventRef::MembershipCreate(membership) = event {
                    let group = ConversationId::new(membership.group().id().as_str());
                    self.note_joined(&group);
                    if let Some(known) = self.conversations.get_mut(&group) {
                        known.past.note_absence();
                    }
                }
                self.out.put(Item::Push(push), Record::default());
            }
            Observation::Message(message) => self.take_message(message, push),
            Observation::Change(change) => self.take_change(change, push),
        }
    }

    pub(super) fn note_dropped(&mut self, event: &EventRef<'_>) {
        if let Observation::Message(message) = Observation::of(event, &self.user, |_| false)
            && self.conversations.contains_key(&message.conversation)
        {
            self.mark_rejoined(&message.conversation);
        }
    }

    /// Takes a message; the first branch is the path of nearly all.
    fn take_message(&mut self, message: NewMessage, push: P) {
        let epoch = self.epoch;
        if let Some(conversation) = self.conversations.get_mut(&message.conversation)
            && conversation.synced_in == epoch
            && conversation.has_next(&message)
        {
            self.deliver_next(&message, push);
            return;
        }
        if self.is_held(&message) {
            return;
        }
        let conversation = self.conversation(&message.conversation);
        if conversation.is_incomparable(&message.id) {
            // A damaged id says nothing about the place of the message.
            self.out.put(Item::Push(push), Record::default());
            return;
        }
        let seen = &conversation.seen;
        // Dropped: a message deleted already, whose push is late, and one of the past, which would
        // come after newer ones.
        let was_deleted = seen.was_deleted(&message.id) || conversation.is_behind(&message.id);
        let knowledge = seen.knowledge(&message.id);
        if was_deleted || knowledge == Knowledge::Delivered {
            return;
        }
        if knowledge == Knowledge::Unknown {
            self.report_late(message);
            return;
        }
        if message.parent.is_some() {
            conversation.parent.clone_from(&message.parent);
        }
        if conversation.found != Found::Yes {
            if message.is_join_notice {
                conversation.found = Found::No;
            }
            self.note_found(&message.conversation);
        }
        let is_back = self.mark_rejoined(&message.conversation) || message.is_join_notice;
        let conversation = self.conversation(&message.conversation);
        if is_back && conversation.cursor.is_some() {
            self.rejoin(message, push);
        } else if conversation.synced_in == epoch {
            let is_late = !conversation.is_ahead(&message.id);
            let id = message.conversation.clone();
            self.confirm_before_push(&id, &message.id);
            if self.is_merged_later(&message) {
                self.hold(message, push);
            } else {
                self.deliver_push(message, push);
            }
            if is_late {
                self.request_comparison(&id);
            }
        } else {
            if is_back {
                conversation.extend_target(&message.id);
            }
            self.buffer_message(message, push);
        }
    }

    /// Reports a message that is pushed so late that the feed no longer knows whether it was delivered before.
    fn report_late(&mut self, message: NewMessage) {
        let lost = Lost {
            conversation: Some(message.conversation),
            kind: LossKind::Messages,
            after: None,
            up_to: Some(message.id),
            reason: LossReason::Late,
        };
        self.out.put(Item::Lost(lost), Record::default());
    }

    /// Takes a message that shows that the user is back in a group. Messages sent while the user
    /// was no member were not pushed, and can be fetched now.
    fn rejoin(&mut self, message: NewMessage, push: P) {
        let conversation = self.conversation(&message.conversation);
        conversation.synced_in = 0;
        conversation.extend_target(&message.id);
        let id = message.conversation.clone();
        self.buffer_message(message, push);
        self.fetch_rejoined(&id);
        self.rejoin_topics(&id);
    }

    /// Fetches the topics of a group that the user is back in.
    fn rejoin_topics(&mut self, group: &ConversationId) {
        let topics: Vec<ConversationId> = self
            .conversations
            .iter()
            .filter(|(_, topic)| topic.parent.as_ref() == Some(group) && topic.cursor.is_some())
            .map(|(id, _)| id.clone())
            .collect();
        for id in topics {
            self.mark_rejoined(&id);
            self.note_joined(&id);
            let topic = self.conversation(&id);
            topic.synced_in = 0;
            self.fetch_rejoined(&id);
        }
    }

    fn take_change(&mut self, change: Change, push: P) {
        let epoch = self.epoch;
        let conversation = self.conversation(&change.conversation);
        // A change must not come before its message.
        let buffered = &conversation.buffered.messages;
        let is_held = buffered
            .iter()
            .any(|(buffered, _)| buffered.id == change.message);
        let is_ahead = conversation.synced_in != epoch && conversation.is_ahead(&change.message);
        if is_held || is_ahead {
            self.buffer_change(change, push);
        } else {
            let _ = self.deliver_change(change, push);
        }
    }

    fn buffer_message(&mut self, message: NewMessage, push: P) {
        let is_full = self.buffered >= self.config.push_buffer;
        let epoch = self.epoch;
        let conversation = self.conversation(&message.conversation);
        let buffered = &mut conversation.buffered;
        if buffered.first.is_none() {
            buffered.begun_in = epoch;
        }
        if buffered
            .first
            .as_ref()
            .is_none_or(|first| message.id < *first)
        {
            buffered.first = Some(message.id.clone());
        }
        if buffered
            .messages
            .iter()
            .any(|(other, _)| other.id == message.id)
        {
            return;
        }
        if is_full {
            // Its message can be fetched.
            buffered.dropped = buffered.dropped.take().max(Some(message.id));
            return;
        }
        buffered.messages.push((message, push));
        self.buffered += 1;
    }

    fn buffer_change(&mut self, change: Change, push: P) {
        let is_full = self.buffered >= self.config.push_buffer;
        let buffered = &mut self.conversation(&change.conversation).buffered;
        if is_full {
            buffered.dropped_changes = true;
            return;
        }
        buffered.changes.push((change, push));
        self.buffered += 1;
    }
}
