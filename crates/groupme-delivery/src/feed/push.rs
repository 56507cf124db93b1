//! Pushes, on their way to their conversations.
//!
//! An epoch begins with each loss and each subscription. A conversation that is synced in the present
//! one has no hole, so its pushes are handed out at once; pushes of the others are buffered until
//! their history has been read.

use groupme_model::{ConversationId, EventRef};

use super::Feed;
use crate::{
    Item,
    item::Record,
    observation::{NewMessage, Observation},
};

impl<P> Feed<P> {
    pub(super) fn take_push(&mut self, event: &EventRef<'_>, push: P) {
        let is_own = |guid: Option<&str>| self.cx.out.is_own(guid);
        match Observation::of(event, &self.cx.user, is_own) {
            Observation::Other => {
                if let EventRef::MembershipCreate(membership) = event {
                    let group = ConversationId::new(membership.group().id().as_str());
                    let (group, cx) = self.of(&group);
                    group.note_joined(cx);
                    group.past.note_absence();
                }
                self.cx.out.put(Item::Push(push), Record::default());
            }
            Observation::Message(message) => self.take_message(message, push),
            Observation::Change(change) => {
                let (conversation, cx) = self.of(&change.conversation);
                conversation.take_change(cx, change, push);
            }
        }
    }

    pub(super) fn note_dropped(&mut self, event: &EventRef<'_>) {
        if let Observation::Message(message) = Observation::of(event, &self.cx.user, |_| false)
            && let Some(conversation) = self.conversations.get_mut(&message.conversation)
        {
            let _ = conversation.mark_rejoined(&mut self.cx);
        }
    }

    /// Takes a message; the first branch is the path of nearly all.
    fn take_message(&mut self, message: NewMessage, push: P) {
        if let Some(conversation) = self.conversations.get_mut(&message.conversation)
            && conversation.progress.is_synced_in(self.cx.epoch)
            && conversation.has_next(&message)
        {
            conversation.deliver_next(&mut self.cx, &message, push);
            return;
        }
        let id = message.conversation.clone();
        let (conversation, cx) = self.of(&id);
        if conversation.take_message(cx, message, push) {
            self.rejoin_topics(&id);
        }
    }

    /// Fetches the topics of a group that the user is back in.
    fn rejoin_topics(&mut self, group: &ConversationId) {
        for topic in self.conversations.values_mut() {
            if topic.parent.as_ref() == Some(group) && topic.cursor.is_some() {
                topic.rejoin_with_group(&mut self.cx);
            }
        }
    }
}
