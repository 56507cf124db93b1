//! Handing out pushes, fetched messages and changes, with their records for the store.
//!
//! Each item in the outbox has a record: what the store is to know once the item is acknowledged.

use groupme_model::{MessageId, MessageRow, Timestamp};

use super::{Conversation, Found};
use crate::{
    DeliveryTag, Item, Origin, RowEvent, Synthesized,
    context::Context,
    item::{Mark, Record},
    message_state::{Aspect, Difference, MessageState},
    observation::{Change as PushedChange, NewMessage, deleted_by},
    seen::Knowledge,
    store::Change,
};

impl<P> Context<P> {
    /// Returns the time up to which the account is synced with a delivery, if that is worth saving.
    fn advance_synced_until(&mut self, sent: Option<Timestamp>) -> Option<Timestamp> {
        let sent = sent?;
        self.newest = self.newest.max(sent);
        if !self.is_synced() {
            return None;
        }
        let written = self.synced_until?;
        if self.newest.as_secs() - written.as_secs() < MARK_EVERY {
            return None;
        }
        self.synced_until = Some(self.newest);
        self.synced_until
    }
}

impl<P> Conversation<P> {
    /// Hands out a pushed message that is the next of its conversation, as nearly all are.
    pub(crate) fn deliver_next(&mut self, cx: &mut Context<P>, message: &NewMessage, push: P) {
        let synced_until = cx.advance_synced_until(message.created_at);
        let mut record = cx.out.record();
        self.note_sent(message.created_at);
        self.remember_newest(&message.id, message.state, &mut record);
        record.synced_until = synced_until;
        cx.out.put_own(Item::Push(push), record, message.is_own);
    }

    pub(crate) fn deliver_push(&mut self, cx: &mut Context<P>, message: NewMessage, push: P) {
        let is_told = message.announces.as_ref().is_some_and(|(_, difference)| {
            let is_direct = message.is_direct();
            self.is_told_by_notice(*difference, is_direct)
        });
        self.deliver_told(cx, message, push, is_told);
    }

    /// Hands out a pushed message. `is_told` says that it is a notice that counts as the event of
    /// the change.
    pub(crate) fn deliver_told(
        &mut self,
        cx: &mut Context<P>,
        message: NewMessage,
        push: P,
        is_told: bool,
    ) {
        let is_own = message.is_own;
        let record = self.record_push(cx, message, is_told);
        cx.out.put_own(Item::Push(push), record, is_own);
    }

    /// Remembers a pushed message as handed out, and the change that it announces, if any. Returns the
    /// record.
    pub(crate) fn record_push(
        &mut self,
        cx: &mut Context<P>,
        message: NewMessage,
        is_told: bool,
    ) -> Record {
        let synced_until = cx.advance_synced_until(message.created_at);
        let mut record = cx.out.record();
        if self.seen.confirm_delivery(&message.id) {
            // The store has it as delivered, and must not before it is acknowledged.
            let mut record = Record::default();
            record.changes.push(Change::Forgotten {
                conversation: self.id.clone(),
                message: message.id.clone(),
            });
            cx.out.put(Item::Checkpoint, record);
        }
        // Changes of a late message may have been pushed before it.
        if !self.is_ahead(&message.id) {
            self.comparison.mark_due();
            // A comparison under way that lacks the message is older than its push.
            self.comparison.mark_touched(&message.id, Aspect::Existence);
        }
        self.note_sent(message.created_at);
        if let Some((affected, difference)) = message.announces
            && is_told
        {
            self.learn(affected, difference, &mut record);
        }
        self.remember(&message.id, message.state, &mut record);
        record.synced_until = synced_until;
        record
    }

    /// Hands out a pushed change, unless it is known. Returns the delivery that has handed it out,
    /// if that is remembered.
    pub(crate) fn deliver_change(
        &mut self,
        cx: &mut Context<P>,
        change: PushedChange,
        push: P,
    ) -> Option<DeliveryTag> {
        let PushedChange {
            message,
            difference,
            ..
        } = change;
        let mut record = cx.out.record();
        let is_merged = self.notices.holds_notice_of(&message, difference);
        let aspect = difference.aspect();
        let told = if self.learn(message.clone(), difference, &mut record) {
            record.is_tracked = true;
            let tag = cx.out.put_own(Item::Push(push), record, false);
            if self.is_watched {
                self.notices.note_told(message, aspect, tag);
            }
            Some(tag)
        } else {
            self.notices.told(&message, aspect)
        };
        if let Some(told) = told.filter(|_| is_merged) {
            self.merge_held(cx, told);
        }
        told
    }

    /// Hands out a fetched message, unless it was handed out before.
    pub(crate) fn deliver_row(&mut self, cx: &mut Context<P>, row: MessageRow) {
        if !cx.held.is_empty() {
            self.release_held(cx);
        }
        if let Some(sent) = row.created_at() {
            cx.newest = cx.newest.max(sent);
        }
        if self.seen.was_delivered(row.id()) {
            return;
        }
        let told = self.told_before_row(cx, &row);
        let view = row.view();
        let state = MessageState::of_row(&view);
        self.note_sent(row.created_at());
        if told.is_none() {
            self.gap.count();
        }
        if let Some(gone) = deleted_by(&view)
            && !self.seen.is_forgotten(&gone)
            && self.seen.get(&gone).is_none()
        {
            self.seen.state_mut(&gone).0.deleted = true;
        }
        let mut record = Record::default();
        self.remember(row.id(), state, &mut record);
        if let Some(told) = told {
            cx.out.put_after(record, told);
            return;
        }
        let is_own = cx.out.is_own(view.source_guid());
        let synthesized = Synthesized {
            message: row,
            kind: RowEvent::Created,
            conversation: self.id.clone(),
            origin: Origin::Backfill,
        };
        cx.out
            .put_own(Item::Synthesized(synthesized), record, is_own);
    }

    /// Hands out a change of a message as an event, and remembers the state after it.
    pub(crate) fn deliver_difference(
        &mut self,
        cx: &mut Context<P>,
        state: MessageState,
        kind: RowEvent,
        row: MessageRow,
    ) {
        *self.seen.state_mut(row.id()).0 = state;
        let mut record = Record::default();
        record.changes.push(Change::Seen {
            conversation: self.id.clone(),
            message: row.id().clone(),
            state,
        });
        let synthesized = Synthesized {
            message: row,
            kind,
            conversation: self.id.clone(),
            origin: Origin::Reconciled,
        };
        cx.out.put(Item::Synthesized(synthesized), record);
    }

    /// Hands out the buffered messages before a message.
    pub(crate) fn release_before(&mut self, cx: &mut Context<P>, message: &MessageId) {
        let buffered = &mut self.buffered.messages;
        let mut before: Vec<_> = buffered
            .extract_if(.., |(buffered, _)| buffered.id < *message)
            .collect();
        cx.buffered -= before.len();
        before.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        for (message, push) in before {
            self.deliver_buffered(cx, message, push);
        }
    }

    /// Hands out a buffered message, unless it was fetched meanwhile. A notice comes after its
    /// change, if that is buffered, and is merged with the change.
    fn deliver_buffered(&mut self, cx: &mut Context<P>, message: NewMessage, push: P) {
        if self.seen.knowledge(&message.id) != Knowledge::NotDelivered {
            return;
        }
        self.release_held(cx);
        if !self.is_merged_later(cx, &message) {
            self.deliver_push(cx, message, push);
            return;
        }
        let announced = message.announces.as_ref();
        let told = announced
            .and_then(|(announced, difference)| self.deliver_announced(cx, announced, *difference));
        self.hold(cx, message, push);
        if let Some(told) = told {
            self.merge_held(cx, told);
        }
    }

    /// Hands out all buffered pushes: messages in order, then changes.
    pub(crate) fn release(&mut self, cx: &mut Context<P>) {
        let is_unbroken = cx.first_session.is_unbroken();
        if is_unbroken {
            let first = self.buffered.first.as_ref();
            self.past.note_first_push(first);
        }
        let mut messages = core::mem::take(&mut self.buffered.messages);
        cx.buffered -= messages.len();
        messages.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        for (message, push) in messages {
            self.deliver_buffered(cx, message, push);
        }
        let buffered = core::mem::take(&mut self.buffered);
        cx.buffered -= buffered.len();
        for (change, push) in buffered.changes {
            let _ = self.deliver_change(cx, change, push);
        }
    }
}

impl<P> Conversation<P> {
    /// Returns whether a pushed message is newer than everything known of the conversation, and
    /// concerns nothing else, so that it need only be handed out and remembered.
    pub(crate) fn has_next(&self, message: &NewMessage) -> bool {
        let is_plain =
            !message.is_join_notice && message.announces.is_none() && message.parent.is_none();
        is_plain
            && !self.is_left
            && self.found == Found::Yes
            && self.notices.held().is_none()
            && !self.past.has_unconfirmed()
            && self.is_ahead(&message.id)
            && self
                .newest
                .as_ref()
                .is_none_or(|newest| message.id > *newest)
            && self.seen.is_beyond(&message.id)
    }

    /// Returns whether the notice of a change is its only push. Edits and deletions in a group are
    /// also pushed on the group's own channel, if the program subscribes to it; pins are not.
    fn is_told_by_notice(&self, difference: Difference, is_direct: bool) -> bool {
        match difference {
            Difference::Pinned(_) => true,
            // No other push of it is known. That of an edit would have the new text.
            Difference::Deleted if is_direct => true,
            _ => !self.is_watched,
        }
    }

    /// Applies a change to the remembered state, and adds it to the record. Returns whether it is
    /// new.
    fn learn(&mut self, message: MessageId, difference: Difference, record: &mut Record) -> bool {
        let (state, is_remembered) = self.seen.state_mut(&message);
        if !state.learn(difference) {
            return false;
        }
        let state = *state;
        self.comparison.mark_touched(&message, difference.aspect());
        if is_remembered {
            record.add(|| Change::Seen {
                conversation: self.id.clone(),
                message,
                state,
            });
        }
        true
    }

    /// Remembers a message that is handed out, and adds it to the record.
    fn remember(&mut self, message: &MessageId, state: MessageState, record: &mut Record) {
        if self.newest.as_ref().is_some_and(|newest| message < newest) || !self.is_ahead(message) {
            self.remember_late(message, state, record);
        } else {
            self.remember_newest(message, state, record);
        }
    }

    /// Remembers a message that is handed out after newer ones, and adds it to the record.
    fn remember_late(&mut self, message: &MessageId, state: MessageState, record: &mut Record) {
        self.newest = self.newest.take().max(Some(message.clone()));
        let steps_back = self.cursor.is_none() || !self.is_ahead(message);
        self.cursor = self.cursor.take().max(Some(message.clone()));
        record.mark = self.cursor.clone().map(|cursor| Mark {
            conversation: self.id.clone(),
            message: Some(message.clone()),
            steps_back,
            cursor,
        });
        self.remember_state(message, state, record);
    }

    /// Remembers a message that is handed out and newer than all before, and adds it to the record.
    fn remember_newest(&mut self, message: &MessageId, state: MessageState, record: &mut Record) {
        if !record.is_unwanted {
            record.mark = Some(Mark {
                conversation: self.id.clone(),
                message: Some(message.clone()),
                steps_back: self.cursor.is_none(),
                cursor: message.clone(),
            });
        }
        self.remember_state(message, state, record);
        self.newest = Some(message.clone());
        self.cursor = Some(message.clone());
    }

    fn remember_state(&mut self, message: &MessageId, state: MessageState, record: &mut Record) {
        record.add(|| Change::Seen {
            conversation: self.id.clone(),
            message: message.clone(),
            state,
        });
        let id = &self.id;
        self.seen.insert(message, state, |message| {
            record.add(|| Change::Forgotten {
                conversation: id.clone(),
                message,
            });
        });
    }

    /// Remembers the state of a message that is not handed out, and adds it to the record.
    pub(crate) fn note_state(
        &mut self,
        message: &MessageId,
        state: MessageState,
        record: &mut Record,
    ) {
        self.seen.expect_delivery(message);
        self.remember_state(message, state, record);
    }
}

/// Minimum advance of the synced time that is saved, in seconds. Its precision costs writes and
/// gains nothing.
const MARK_EVERY: i64 = 30;
