//! Notices of changes whose own events are about to be pushed: each change is one event.
//!
//! GroupMe pushes an edit or a deletion in a group twice within a millisecond: as a notice, which
//! is a message of the group, on the user's channel, and as the changed message on the group's
//! channel. The notice is held back until the other comes, and then left out.

use core::time::Duration;

use groupme_model::{ConversationId, MessageId, MessageRow};

use super::Feed;
use crate::{
    DeliveryTag,
    message_state::Difference,
    observation::{NewMessage, change_announced_by},
};

impl<P> Feed<P> {
    /// Returns whether a message is a notice of a change whose own event is pushed, too.
    pub(super) fn is_merged_later(&self, message: &NewMessage) -> bool {
        let announced = message.announces.as_ref();
        announced.is_some_and(|(_, difference)| {
            !message.is_direct() && self.is_pushed_too(&message.conversation, *difference)
        })
    }

    /// Returns whether a change announced in a group is also pushed on the group's channel.
    fn is_pushed_too(&self, group: &ConversationId, difference: Difference) -> bool {
        let is_pushed_too = matches!(difference, Difference::Edited { .. } | Difference::Deleted);
        let is_watched = || {
            let found = self.conversations.get(group);
            found.is_some_and(|found| found.is_watched)
        };
        self.config.merge_notices && is_pushed_too && is_watched()
    }

    /// Returns the delivery of the change that a fetched notice announces, if the push of the change
    /// has come.
    pub(super) fn told_before_row(
        &mut self,
        id: &ConversationId,
        row: &MessageRow,
    ) -> Option<DeliveryTag> {
        let view = row.view();
        let (message, difference) = change_announced_by(&view)?;
        if view.group_id().is_none() || !self.is_pushed_too(id, difference) {
            return None;
        }
        if let Some(told) = self.deliver_announced(id, &message, difference) {
            return Some(told);
        }
        let conversation = self.conversation(id);
        let told = conversation.notices.told(&message, difference.aspect())?;
        conversation
            .seen
            .knows(&message, difference)
            .then_some(told)
    }

    /// Hands out the first buffered change that a notice announces. Returns its delivery.
    pub(super) fn deliver_announced(
        &mut self,
        id: &ConversationId,
        message: &MessageId,
        difference: Difference,
    ) -> Option<DeliveryTag> {
        let changes = &mut self.conversation(id).buffered.changes;
        let index = changes.iter().position(|(change, _)| {
            change.message == *message && change.difference.aspect() == difference.aspect()
        })?;
        let (change, push) = changes.remove(index);
        self.buffered -= 1;
        self.deliver_change(change, push)
    }

    /// Returns whether a pushed message is held already. Hands out the notice held before another
    /// message of its conversation.
    pub(super) fn is_held(&mut self, message: &NewMessage) -> bool {
        if self.held.is_empty() {
            return false;
        }
        let notices = &self.conversation(&message.conversation).notices;
        let is_same = notices.held().is_some_and(|held| held.id == message.id);
        if !is_same {
            self.release_held(&message.conversation);
        }
        is_same
    }

    /// Holds a notice, or leaves it out at once if the change was handed out before.
    pub(super) fn hold(&mut self, notice: NewMessage, push: P) {
        let id = notice.conversation.clone();
        let until = self.now + HOLD;
        let conversation = self.conversation(&id);
        let told = notice.announces.as_ref().and_then(|(message, change)| {
            let told = conversation.notices.told(message, change.aspect());
            told.filter(|_| conversation.seen.knows(message, *change))
        });
        conversation.notices.hold(notice, push);
        self.held.push_back((until, id.clone()));
        if let Some(told) = told {
            self.merge_held(&id, told);
        }
    }

    /// Leaves out the held notice of a conversation: its change is handed out by the delivery `told`,
    /// without whose acknowledgement a crash brings one of the two back.
    pub(super) fn merge_held(&mut self, id: &ConversationId, told: DeliveryTag) {
        if let Some((notice, _)) = self.take_held(id) {
            let record = self.record_push(notice, false);
            self.out.put_after(record, told);
        }
    }

    /// Hands out the held notice of a conversation before anything after it.
    pub(super) fn release_held(&mut self, id: &ConversationId) {
        let Some((notice, push)) = self.take_held(id) else {
            return;
        };
        let difference = notice.announces.as_ref().map(|(_, difference)| *difference);
        // The event of an edit has the new text, and is wanted even if it comes late.
        self.deliver_told(notice, push, difference == Some(Difference::Deleted));
    }

    pub(super) fn release_due_held(&mut self) {
        while let Some((due, id)) = self.held.front()
            && *due <= self.now
        {
            let id = id.clone();
            self.release_held(&id);
        }
    }

    pub(super) fn release_all_held(&mut self) {
        while let Some((_, id)) = self.held.front() {
            let id = id.clone();
            self.release_held(&id);
        }
    }

    /// Takes the held notice of a conversation; `None` if it was fetched meanwhile, too.
    fn take_held(&mut self, id: &ConversationId) -> Option<(NewMessage, P)> {
        self.held.retain(|(_, held)| held != id);
        let conversation = self.conversations.get_mut(id)?;
        let (notice, push) = conversation.notices.take_held()?;
        (!conversation.seen.was_delivered(&notice.id)).then_some((notice, push))
    }
}

/// Time for which a notice waits for the event of its change. Both are pushed within a
/// millisecond; a slow link may keep them apart.
const HOLD: Duration = Duration::from_secs(2);
