//! Notices of changes whose own events are about to be pushed: each change is one event.
//!
//! GroupMe pushes an edit or a deletion in a group twice within a millisecond: as a notice, which
//! is a message of the group, on the user's channel, and as the changed message on the group's
//! channel. The notice is held back until the other comes, and then left out.

use core::time::Duration;

use groupme_model::{MessageId, MessageRow};

use super::Conversation;
use crate::{
    DeliveryTag,
    context::Context,
    message_state::Difference,
    observation::{NewMessage, change_announced_by},
};

impl<P> Conversation<P> {
    /// Returns whether a message is a notice of a change whose own event is pushed, too.
    pub(crate) fn is_merged_later(&self, cx: &Context<P>, message: &NewMessage) -> bool {
        let announced = message.announces.as_ref();
        announced.is_some_and(|(_, difference)| {
            !message.is_direct() && self.is_pushed_too(cx, *difference)
        })
    }

    /// Returns whether a change announced in the group is also pushed on the group's channel.
    fn is_pushed_too(&self, cx: &Context<P>, difference: Difference) -> bool {
        let is_pushed_too = matches!(difference, Difference::Edited { .. } | Difference::Deleted);
        cx.config.merge_notices && is_pushed_too && self.is_watched
    }

    /// Returns the delivery of the change that a fetched notice announces, if the push of the change
    /// has come.
    pub(crate) fn told_before_row(
        &mut self,
        cx: &mut Context<P>,
        row: &MessageRow,
    ) -> Option<DeliveryTag> {
        let view = row.view();
        let (message, difference) = change_announced_by(&view)?;
        if view.group_id().is_none() || !self.is_pushed_too(cx, difference) {
            return None;
        }
        if let Some(told) = self.deliver_announced(cx, &message, difference) {
            return Some(told);
        }
        let told = self.notices.told(&message, difference.aspect())?;
        self.seen.knows(&message, difference).then_some(told)
    }

    /// Hands out the first buffered change that a notice announces. Returns its delivery.
    pub(crate) fn deliver_announced(
        &mut self,
        cx: &mut Context<P>,
        message: &MessageId,
        difference: Difference,
    ) -> Option<DeliveryTag> {
        let changes = &mut self.buffered.changes;
        let index = changes.iter().position(|(change, _)| {
            change.message == *message && change.difference.aspect() == difference.aspect()
        })?;
        let (change, push) = changes.remove(index);
        cx.buffered -= 1;
        self.deliver_change(cx, change, push)
    }

    /// Returns whether a pushed message is held already. Hands out the notice held before another
    /// message of its conversation.
    pub(crate) fn is_held(&mut self, cx: &mut Context<P>, message: &NewMessage) -> bool {
        if cx.held.is_empty() {
            return false;
        }
        let notices = &self.notices;
        let is_same = notices.held().is_some_and(|held| held.id == message.id);
        if !is_same {
            self.release_held(cx);
        }
        is_same
    }

    /// Holds a notice, or leaves it out at once if the change was handed out before.
    pub(crate) fn hold(&mut self, cx: &mut Context<P>, notice: NewMessage, push: P) {
        let until = cx.now + HOLD;
        let told = notice.announces.as_ref().and_then(|(message, change)| {
            let told = self.notices.told(message, change.aspect());
            told.filter(|_| self.seen.knows(message, *change))
        });
        self.notices.hold(notice, push);
        cx.held.push_back((until, self.id.clone()));
        if let Some(told) = told {
            self.merge_held(cx, told);
        }
    }

    /// Leaves out the held notice: its change is handed out by the delivery `told`,
    /// without whose acknowledgement a crash brings one of the two back.
    pub(crate) fn merge_held(&mut self, cx: &mut Context<P>, told: DeliveryTag) {
        if let Some((notice, _)) = self.take_held(cx) {
            let record = self.record_push(cx, notice, false);
            cx.out.put_after(record, told);
        }
    }

    /// Hands out the held notice before anything after it.
    pub(crate) fn release_held(&mut self, cx: &mut Context<P>) {
        let Some((notice, push)) = self.take_held(cx) else {
            return;
        };
        let difference = notice.announces.as_ref().map(|(_, difference)| *difference);
        // The event of an edit has the new text, and is wanted even if it comes late.
        self.deliver_told(cx, notice, push, difference == Some(Difference::Deleted));
    }

    /// Takes the held notice; `None` if it was fetched meanwhile, too.
    fn take_held(&mut self, cx: &mut Context<P>) -> Option<(NewMessage, P)> {
        cx.held.retain(|(_, held)| *held != self.id);
        let (notice, push) = self.notices.take_held()?;
        (!self.seen.was_delivered(&notice.id)).then_some((notice, push))
    }
}

/// Time for which a notice waits for the event of its change. Both are pushed within a
/// millisecond; a slow link may keep them apart.
const HOLD: Duration = Duration::from_secs(2);
