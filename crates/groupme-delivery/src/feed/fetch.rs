//! Fetching what was missed of one conversation.

use groupme_model::{ConversationId, Message, MessageId};

use super::Feed;
use crate::{
    Gap, GapCause, Item, LossKind, LossReason, Request, Window,
    conversation::{Fetch, Target, Until},
    item::Record,
    question::{Pending, Purpose},
};

impl<P> Feed<P> {
    /// Fetches from the cursor on, unless that is under way or there is nothing to fetch.
    pub(super) fn fetch_forward(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        let Some(cursor) = conversation.cursor.clone() else {
            return;
        };
        if conversation.is_there() || !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        conversation.fetch = Fetch::Forward { ends: 0 };
        conversation.is_stale = true;
        if let Target::At(upto) = &conversation.target {
            let upto = Some(upto.clone());
            self.open_gap(id, upto);
        }
        self.ask_history(id, Window::After(cursor));
    }

    /// Fetches from the newest message back.
    pub(super) fn fetch_backward(&mut self, id: &ConversationId, until: Until) {
        let conversation = self.conversation(id);
        if !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        conversation.is_stale |= conversation.held.first.is_some();
        let is_gap = !matches!(until, Until::Count(_));
        conversation.fetch = Fetch::Backward {
            until,
            rows: Vec::new(),
        };
        // Whether there is one at all is not known yet, unless a list said so.
        if is_gap && let Target::At(upto) = &self.conversation(id).target {
            let upto = Some(upto.clone());
            self.open_gap(id, upto);
        }
        self.ask_history(id, Window::Newest);
    }

    /// Fetches from the newest message back to the cursor: of a conversation that the user was out of
    /// for who knows how long, the newest messages and not all.
    pub(super) fn fetch_back(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        if let Some(cursor) = conversation.cursor.clone() {
            conversation.is_stale = true;
            conversation.gap_cause = Some(GapCause::Membership);
            self.fetch_backward(id, Until::Message(cursor));
        }
    }

    pub(super) fn take_rows(&mut self, pending: &Pending, mut rows: Vec<Message>) {
        let Request::History {
            conversation: id,
            window,
            ..
        } = &pending.question
        else {
            return;
        };
        let is_newest_first = rows
            .first()
            .zip(rows.last())
            .is_some_and(|(first, last)| first.id > last.id);
        rows.sort_by(Message::chronological);
        let conversation = self.conversation(id);
        match core::mem::replace(&mut conversation.fetch, Fetch::Idle) {
            Fetch::Idle => {}
            Fetch::Forward { ends } => {
                let Window::After(after) = window else { return };
                rows.retain(|row| row.id > *after);
                if is_newest_first && rows.len() > 1 {
                    // The newest instead of the next: what is in between comes from behind.
                    let after = after.clone();
                    self.bridge(id, after, rows);
                } else {
                    self.take_forward(pending, id, ends, rows);
                }
            }
            Fetch::Backward {
                until,
                rows: mut later,
            } => {
                let has_moved = match window {
                    Window::Before(before) => {
                        rows.retain(|row| row.id < *before);
                        !rows.is_empty()
                    }
                    _ => !rows.is_empty(),
                };
                rows.append(&mut later);
                self.take_backward(id, until, rows, has_moved);
            }
        }
    }

    /// Delivers a page on the way from the cursor to the target.
    fn take_forward(
        &mut self,
        pending: &Pending,
        id: &ConversationId,
        ends: u32,
        rows: Vec<Message>,
    ) {
        let last = rows.last().map(|row| row.id.clone());
        if last.is_some() {
            self.open_gap(id, None);
        }
        self.deliver_rows(id, rows);
        let epoch = self.epoch;
        let conversation = self.conversation(id);
        let has_ended = last.is_none();
        // A message that was delivered before, late, does not move the cursor; the next question
        // begins after it nevertheless.
        let next = last.max(conversation.cursor.clone()).map(Window::After);
        match (&conversation.target, next) {
            _ if conversation.is_there() => self.finish(id),
            (_, Some(next)) if !has_ended => {
                conversation.fetch = Fetch::Forward { ends };
                self.ask_history(id, next);
            }
            (Target::End, _) if pending.asked_in == epoch => {
                conversation.target = Target::None;
                self.finish(id);
            }
            // What was said since it was asked for may not be in it.
            (Target::End, Some(next)) => {
                conversation.fetch = Fetch::Forward { ends: 0 };
                self.ask_history(id, next);
            }
            // There is a newer message, says the list, and the history does not have it yet.
            (_, Some(next)) if ends < PATIENCE_WITH_ENDS => {
                conversation.fetch = Fetch::Forward { ends: ends + 1 };
                self.ask_history_later(id, next, ends);
            }
            _ => {
                self.lose(id, LossReason::Truncated);
                self.finish(id);
            }
        }
    }

    /// Hands out messages between which nothing is missing, and what was pushed among them.
    fn deliver_rows(&mut self, id: &ConversationId, rows: Vec<Message>) {
        let last = rows.last().map(|row| row.id.clone());
        for row in rows {
            self.release_before(id, &row.id);
            self.deliver_row(id, row);
        }
        // The last may have been acknowledged before a crash, when one before it was not.
        if let Some(last) = last {
            self.skip(id, last);
        }
    }

    /// Goes from the newest messages, which came instead of the next, back to the cursor.
    fn bridge(&mut self, id: &ConversationId, after: MessageId, rows: Vec<Message>) {
        self.open_gap(id, None);
        self.take_backward(id, Until::Message(after), rows, true);
    }

    fn take_backward(
        &mut self,
        id: &ConversationId,
        until: Until,
        mut rows: Vec<Message>,
        has_moved: bool,
    ) {
        let beyond = |row: &Message| match &until {
            Until::Message(message) => row.id <= *message,
            Until::Time(time) => row.created_at.is_some_and(|sent| sent < *time),
            Until::Count(_) => false,
        };
        let most = match &until {
            Until::Count(count) => *count,
            _ => self.config.max_backfill,
        };
        let is_complete = rows.first().is_some_and(beyond) || !has_moved;
        rows.retain(|row| !beyond(row));
        // Between what was pushed, nothing may be missing.
        let pushed = self.conversation(id).held.first.clone();
        let is_short = |rows: &[Message]| {
            let first = rows.first().map(|row| &row.id);
            pushed.is_some() && first > pushed.as_ref()
        };
        let has_room = rows.len() < self.config.max_backfill;
        if !is_complete
            && (rows.len() < most || has_room && is_short(&rows))
            && let Some(first) = rows.first()
        {
            let before = Window::Before(first.id.clone());
            self.conversation(id).fetch = Fetch::Backward { until, rows };
            self.ask_history(id, before);
            return;
        }
        let excess = rows.len().saturating_sub(most);
        let is_pushed = |row: &Message| pushed.as_ref().is_some_and(|pushed| row.id >= *pushed);
        let excess = excess.min(rows.iter().position(is_pushed).unwrap_or(excess));
        let is_truncated = match until {
            Until::Count(_) => !is_complete && is_short(&rows),
            _ => !is_complete || excess > 0,
        };
        rows.drain(..excess);
        if !matches!(until, Until::Count(_)) && !rows.is_empty() {
            self.open_gap(id, None);
        }
        if is_truncated {
            let upto = rows.first().map(|row| row.id.clone());
            self.tell_lost(id, LossKind::Messages, upto, LossReason::Truncated);
        }
        if let (Until::Count(_), Some(first)) = (&until, rows.first()) {
            self.conversation(id).met_at = Some(first.id.clone());
        }
        self.deliver_rows(id, rows);
        let conversation = self.conversation(id);
        if conversation.cursor.is_none() && !conversation.is_there() {
            // The list names a message, and there is none.
            self.lose(id, LossReason::Truncated);
        }
        self.finish(id);
    }

    /// Nothing is left to fetch for now.
    fn finish(&mut self, id: &ConversationId) {
        self.conversation(id).fetch = Fetch::Idle;
        self.settle(id);
    }

    /// Declares a conversation whole, if it is.
    pub(super) fn settle(&mut self, id: &ConversationId) {
        let (epoch, is_live) = (self.epoch, self.is_live);
        let conversation = self.conversation(id);
        if conversation.whole_in == epoch || !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        if !conversation.is_there() {
            self.fetch(id);
            return;
        }
        if let Some(dropped) = conversation.held.dropped.take()
            && conversation.is_ahead(&dropped)
        {
            self.fetch_dropped(id, &dropped);
            return;
        }
        if conversation.listed_in != epoch {
            return;
        }
        if core::mem::take(&mut conversation.held.dropped_changes) {
            self.tell_lost(id, LossKind::Changes, None, LossReason::Truncated);
        }
        self.close_gap(id);
        self.release(id);
        if is_live {
            self.conversation(id).whole_in = epoch;
        }
        self.want_comparison(id);
    }

    /// Fetches what was pushed and found no place.
    fn fetch_dropped(&mut self, id: &ConversationId, dropped: &MessageId) {
        self.conversation(id).aim(dropped);
        self.fetch(id);
    }

    /// Fetches what is missing of a conversation, whether any of it was ever delivered or not.
    fn fetch(&mut self, id: &ConversationId) {
        if self.conversation(id).cursor.is_some() {
            self.fetch_forward(id);
        } else {
            self.fetch_backward(id, self.newcomers_since());
        }
    }

    /// Tells of a gap, once.
    pub(super) fn open_gap(&mut self, id: &ConversationId, upto: Option<MessageId>) {
        let (usual, is_polling) = (self.cause, self.is_polling);
        let conversation = self.conversation(id);
        if conversation.gap.is_some() {
            return;
        }
        conversation.gap = Some(0);
        let cause = conversation.gap_cause.take().unwrap_or(usual);
        if is_polling {
            return;
        }
        let gap = Gap {
            conversation: id.clone(),
            after: conversation.cursor.clone(),
            upto,
            cause,
        };
        self.out.put(Item::Gap(gap), Record::default());
    }

    fn close_gap(&mut self, id: &ConversationId) {
        let is_polling = self.is_polling;
        let Some(messages) = self.conversation(id).gap.take() else {
            return;
        };
        if !is_polling {
            let conversation = id.clone();
            let item = Item::Backfilled {
                conversation,
                messages,
            };
            self.out.put(item, Record::default());
        }
    }

    fn ask_history(&mut self, id: &ConversationId, window: Window) {
        let question = Request::History {
            conversation: id.clone(),
            window,
            limit: self.config.page,
        };
        self.questions.want(question, Purpose::Fetch);
    }

    /// Asks again for what was not there yet, the `times`th time.
    fn ask_history_later(&mut self, id: &ConversationId, window: Window, times: u32) {
        let question = Request::History {
            conversation: id.clone(),
            window,
            limit: self.config.page,
        };
        self.questions
            .want_later(self.now, question, Purpose::Fetch, times);
    }
}

/// How often a history that ends before a message that the list has is asked again, until that
/// counts as missing.
const PATIENCE_WITH_ENDS: u32 = 2;
