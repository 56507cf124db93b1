//! Taking pushes: hand out, buffer, or drop duplicates.

use super::{Conversation, Found};
use crate::{
    Item, LossKind, LossReason, Lost,
    context::Context,
    item::Record,
    observation::{Change, NewMessage},
    seen::Knowledge,
};

impl<P> Conversation<P> {
    /// Takes a message. Returns whether the message shows that the user is back in the group, whose
    /// topics have to be fetched then.
    pub(crate) fn take_message(
        &mut self,
        cx: &mut Context<P>,
        message: NewMessage,
        push: P,
    ) -> bool {
        if self.is_held(cx, &message) {
            return false;
        }
        if self.is_incomparable(&message.id) {
            // A damaged id says nothing about the place of the message.
            cx.out.put(Item::Push(push), Record::default());
            return false;
        }
        // Dropped: a message deleted already, whose push is late, and one of the past, which would
        // come after newer ones.
        let was_deleted = self.seen.was_deleted(&message.id) || self.is_behind(&message.id);
        let knowledge = self.seen.knowledge(&message.id);
        if was_deleted || knowledge == Knowledge::Delivered {
            return false;
        }
        if knowledge == Knowledge::Unknown {
            self.report_late(cx, message);
            return false;
        }
        if message.parent.is_some() {
            self.parent.clone_from(&message.parent);
        }
        if self.found != Found::Yes {
            if message.is_join_notice {
                self.found = Found::No;
            }
            self.note_found(cx);
        }
        let is_back = self.mark_rejoined(cx) || message.is_join_notice;
        if is_back && self.cursor.is_some() {
            self.rejoin(cx, message, push);
            return true;
        }
        if self.progress.is_synced_in(cx.epoch) {
            let is_late = !self.is_ahead(&message.id);
            self.confirm_before_push(cx, &message.id);
            if self.is_merged_later(cx, &message) {
                self.hold(cx, message, push);
            } else {
                self.deliver_push(cx, message, push);
            }
            if is_late {
                self.request_comparison(cx);
            }
        } else {
            if is_back {
                self.extend_target(&message.id);
            }
            self.buffer_message(cx, message, push);
        }
        false
    }

    /// Reports a message that is pushed so late that the feed no longer knows whether it was delivered
    /// before.
    fn report_late(&self, cx: &mut Context<P>, message: NewMessage) {
        let lost = Lost {
            conversation: Some(self.id.clone()),
            kind: LossKind::Messages,
            after: None,
            up_to: Some(message.id),
            reason: LossReason::Late,
        };
        cx.out.put(Item::Lost(lost), Record::default());
    }

    /// Takes a message that shows that the user is back in the group. Messages sent while the user
    /// was no member were not pushed, and can be fetched now.
    fn rejoin(&mut self, cx: &mut Context<P>, message: NewMessage, push: P) {
        self.progress.unsync();
        self.extend_target(&message.id);
        self.buffer_message(cx, message, push);
        self.fetch_rejoined(cx);
    }

    /// Fetches a topic of a group that the user is back in.
    pub(crate) fn rejoin_with_group(&mut self, cx: &mut Context<P>) {
        let _ = self.mark_rejoined(cx);
        self.note_joined(cx);
        self.progress.unsync();
        self.fetch_rejoined(cx);
    }

    pub(crate) fn take_change(&mut self, cx: &mut Context<P>, change: Change, push: P) {
        // A change must not come before its message.
        let is_held = self.buffered.has(&change.message);
        let is_ahead = !self.progress.is_synced_in(cx.epoch) && self.is_ahead(&change.message);
        if is_held || is_ahead {
            self.buffer_change(cx, change, push);
        } else {
            let _ = self.deliver_change(cx, change, push);
        }
    }

    fn buffer_message(&mut self, cx: &mut Context<P>, message: NewMessage, push: P) {
        let is_full = cx.buffered >= cx.config.push_buffer;
        let buffered = &mut self.buffered;
        if buffered.first.is_none() {
            buffered.begun_in = cx.epoch;
        }
        if buffered
            .first
            .as_ref()
            .is_none_or(|first| message.id < *first)
        {
            buffered.first = Some(message.id.clone());
        }
        if buffered.has(&message.id) {
            return;
        }
        if is_full {
            // Its message can be fetched.
            buffered.dropped = buffered.dropped.take().max(Some(message.id));
            return;
        }
        buffered.messages.push((message, push));
        cx.buffered += 1;
    }

    fn buffer_change(&mut self, cx: &mut Context<P>, change: Change, push: P) {
        if cx.buffered >= cx.config.push_buffer {
            self.buffered.dropped_changes = true;
            return;
        }
        self.buffered.changes.push((change, push));
        cx.buffered += 1;
    }
}
