//! Beginning of a conversation: the end of its past, in the first session and later.

use groupme_model::{MessageId, MessageRow, Timestamp};

use super::{Conversation, Fetch, Target, Until};
use crate::{Item, context::Context, item::Record};

impl<P> Conversation<P> {
    /// Returns whether the conversation began with the snapshot, and nothing of it is delivered or
    /// known to be missing.
    pub(crate) fn began_with_snapshot(&self) -> bool {
        self.past.began_with_snapshot() && self.newest.is_none() && self.target == Target::None
    }

    /// Counts a listed message as past while the first session is unbroken, unless that one or an
    /// earlier one was pushed, even if there was no room for the push.
    pub(crate) fn mark_unconfirmed(&mut self, cx: &mut Context<P>, newest: MessageId) {
        let first = self.buffered.first.as_ref();
        if self.is_ahead(&newest) && first.is_none_or(|first| newest < *first) {
            self.past.set_unconfirmed(Some(newest));
            cx.first_session.await_proof(cx.now);
        }
    }

    /// Begins the conversation, listed before the account was synced for the first time.
    pub(crate) fn begin_listed(
        &mut self,
        cx: &mut Context<P>,
        newest: MessageId,
        sent: Option<Timestamp>,
    ) {
        let history = usize::try_from(cx.config.history).unwrap_or(usize::MAX);
        if history > 0 {
            self.fetch_backward(cx, Until::Count(history));
            return;
        }
        let since = cx.missed_since();
        let is_recent = cx.baseline.is_some() && sent.is_none_or(|sent| sent >= since);
        if !is_recent {
            self.begin_at(cx, newest);
            self.settle(cx);
        } else if cx.first_session.is_unbroken() {
            self.fetch_backward(cx, Until::Baseline(since));
        } else {
            self.extend_target(&newest);
            self.fetch_backward(cx, Until::Time(since));
        }
    }

    /// Begins the conversation after `past`, the last message of its past, if nothing of it was
    /// delivered.
    pub(crate) fn begin_at(&mut self, cx: &mut Context<P>, past: MessageId) {
        if self.cursor.is_none() {
            let mut record = Record::default();
            record.changes.push(self.begin_after(past));
            cx.out.put(Item::Checkpoint, record);
        }
    }

    /// Begins the conversation with its first pushed message, if that is buffered. Messages after it
    /// that were not pushed are missing then, and not past.
    pub(crate) fn begin_with_buffered(&mut self, cx: &mut Context<P>) {
        let buffered = &self.buffered;
        if self.cursor.is_some() || !matches!(self.fetch, Fetch::Idle) {
            return;
        }
        // A first push for which the buffer had no room has to be fetched.
        let at = buffered
            .messages
            .iter()
            .position(|(message, _)| buffered.first.as_ref() == Some(&message.id));
        let Some(at) = at else { return };
        let (message, push) = self.buffered.messages.remove(at);
        self.past.begin_with_push(message.id.clone());
        cx.buffered -= 1;
        self.deliver_push(cx, message, push);
    }

    /// Takes the messages sent at about the moment of the baseline, in an unbroken session. `past`
    /// is the last message before them.
    pub(crate) fn take_unconfirmed(
        &mut self,
        cx: &mut Context<P>,
        past: Option<MessageId>,
        rows: &[MessageRow],
    ) {
        let pushed = self.buffered.first.as_ref();
        // Pushes come in order: a message before a pushed one that was not pushed itself is past.
        let before_push = rows
            .iter()
            .rev()
            .find(|row| pushed.is_some_and(|pushed| *row.id() < *pushed));
        let past = before_push.map(|row| row.id().clone()).or(past);
        let unconfirmed = rows.last().map(|row| row.id().clone());
        self.past.set_unconfirmed(unconfirmed);
        if !rows.is_empty() {
            cx.first_session.await_proof(cx.now);
        }
        if let Some(past) = past {
            self.begin_at(cx, past);
        }
        self.finish(cx);
    }

    /// Counts an unconfirmed message as past that precedes a pushed one: pushes of the first
    /// session come in order.
    pub(crate) fn confirm_before_push(&mut self, cx: &mut Context<P>, pushed: &MessageId) {
        if let Some(message) = self.past.confirm_before(pushed) {
            self.skip(cx, message);
        }
    }
}
