//! Fetching the missed messages of one conversation.

use groupme_model::{ConversationId, HistoryWindow, MessageId, MessageRow};

use super::Feed;
use crate::{
    Gap, GapCause, Item, LossKind, LossReason, Request, Rows,
    conversation::{Fetch, Target, Until},
    item::Record,
    request::{Pending, Purpose},
};

impl<P> Feed<P> {
    /// Fetches from the cursor to the target, unless a fetch is in progress or nothing is missing.
    pub(super) fn fetch_forward(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        let Some(cursor) = conversation.cursor.clone() else {
            return;
        };
        if conversation.has_reached_target() || !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        conversation.fetch = Fetch::Forward { empty_pages: 0 };
        conversation.comparison.mark_due();
        if let Target::At(up_to) = &conversation.target {
            let up_to = Some(up_to.clone());
            self.open_gap(id, up_to);
        }
        self.request_history(id, HistoryWindow::After(cursor));
    }

    /// Fetches from the newest message backward.
    pub(super) fn fetch_backward(&mut self, id: &ConversationId, until: Until) {
        let conversation = self.conversation(id);
        if !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        if conversation.buffered.first.is_some() {
            conversation.comparison.mark_due();
        }
        let is_gap = !matches!(until, Until::Count(_) | Until::Baseline(_));
        conversation.fetch = Fetch::Backward {
            until,
            rows: Vec::new(),
        };
        // Without a listed message, nothing may be missing.
        if is_gap && let Target::At(up_to) = &self.conversation(id).target {
            let up_to = Some(up_to.clone());
            self.open_gap(id, up_to);
        }
        self.request_history(id, HistoryWindow::Newest);
    }

    /// Fetches the newest messages of a rejoined conversation, back to the cursor at most: the user
    /// may have been away for long.
    pub(super) fn fetch_rejoined(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        if let Some(cursor) = conversation.cursor.clone() {
            conversation.comparison.mark_due();
            conversation.gap_cause = Some(GapCause::Membership);
            self.fetch_backward(id, Until::Message(cursor));
        }
    }

    pub(super) fn take_rows(&mut self, pending: &Pending, rows: Rows) {
        let Request::History {
            conversation: id,
            window,
            ..
        } = &pending.request
        else {
            return;
        };
        let Rows {
            messages: mut rows,
            unreadable,
        } = rows;
        let is_newest_first = rows
            .first()
            .zip(rows.last())
            .is_some_and(|(first, last)| first.id() > last.id());
        rows.sort_by(MessageRow::chronological);
        let conversation = self.conversation(id);
        match core::mem::replace(&mut conversation.fetch, Fetch::Idle) {
            Fetch::Idle => {}
            Fetch::Forward { empty_pages } => {
                let HistoryWindow::After(after) = window else {
                    return;
                };
                rows.retain(|row| *row.id() > *after);
                self.report_unreadable(id, &rows, unreadable);
                if is_newest_first && rows.len() > 1 {
                    // The response has the newest messages instead of the next ones: continue
                    // backward from them.
                    let after = after.clone();
                    self.bridge(id, after, rows);
                } else {
                    self.take_forward(pending, id, empty_pages, rows);
                }
            }
            Fetch::Backward {
                until,
                rows: mut later,
            } => {
                let has_moved = match window {
                    HistoryWindow::Before(before) => {
                        rows.retain(|row| *row.id() < *before);
                        !rows.is_empty()
                    }
                    _ => !rows.is_empty(),
                };
                // Messages of the past are not missed, and those behind a message that cannot be
                // read were reported with it.
                if !matches!(until, Until::Baseline(_) | Until::Around(_)) {
                    self.report_unreadable(id, &rows, unreadable);
                }
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
        empty_pages: u32,
        rows: Vec<MessageRow>,
    ) {
        let last = rows.last().map(|row| row.id().clone());
        if last.is_some() {
            self.open_gap(id, None);
        }
        let is_full = rows.len() >= usize::try_from(self.config.page).unwrap_or(usize::MAX);
        self.deliver_rows(id, rows);
        let epoch = self.epoch;
        let conversation = self.conversation(id);
        let has_ended = last.is_none();
        if is_full && matches!(&conversation.target, Target::At(at) if last.as_ref() > Some(at)) {
            // The list was behind its history, perhaps by more than this page.
            conversation.target = Target::End;
        }
        // A late message that was delivered before does not move the cursor; the next page begins
        // after it.
        let next = last
            .max(conversation.cursor.clone())
            .map(HistoryWindow::After);
        match (&conversation.target, next) {
            _ if conversation.has_reached_target() => self.finish(id),
            (_, Some(next)) if !has_ended => {
                conversation.fetch = Fetch::Forward { empty_pages };
                self.request_history(id, next);
            }
            (Target::End, _) if pending.asked_in == epoch => {
                conversation.target = Target::None;
                self.finish(id);
            }
            // The response may lack messages sent since the request.
            (Target::End, Some(next)) => {
                conversation.fetch = Fetch::Forward { empty_pages: 0 };
                self.request_history(id, next);
            }
            // The list names a newer message that the history does not have yet.
            (_, Some(next)) if empty_pages < MAX_EMPTY_PAGES => {
                conversation.fetch = Fetch::Forward {
                    empty_pages: empty_pages + 1,
                };
                self.request_history_later(id, next, empty_pages);
            }
            _ => {
                self.give_up(id, LossReason::Truncated);
                self.finish(id);
            }
        }
    }

    /// Hands out rows without gaps between them, along with buffered pushes in their places.
    fn deliver_rows(&mut self, id: &ConversationId, rows: Vec<MessageRow>) {
        let last = rows.last().map(|row| row.id().clone());
        for row in rows {
            self.release_before(id, row.id());
            self.deliver_row(id, row);
        }
        // After a crash, the last row may be acknowledged while one before it is not.
        if let Some(last) = last {
            self.skip(id, last);
        }
    }

    /// Continues backward to the cursor from the newest messages, which came instead of the next.
    fn bridge(&mut self, id: &ConversationId, after: MessageId, rows: Vec<MessageRow>) {
        self.open_gap(id, None);
        self.take_backward(id, Until::Message(after), rows, true);
    }

    pub(super) fn take_backward(
        &mut self,
        id: &ConversationId,
        until: Until,
        mut rows: Vec<MessageRow>,
        has_moved: bool,
    ) {
        let beyond = |row: &MessageRow| match &until {
            Until::Message(message) | Until::Around(message) => *row.id() <= *message,
            Until::Time(time) | Until::Baseline(time) => {
                row.created_at().is_some_and(|sent| sent < *time)
            }
            Until::Count(_) => false,
        };
        let is_baseline = self.first_session.is_unbroken() && matches!(until, Until::Baseline(_));
        let most = match &until {
            Until::Count(count) => *count,
            // The rows are not delivered, and all of them are of one minute.
            _ if is_baseline => MAX_BASELINE_ROWS,
            _ => self.config.max_backfill,
        };
        let is_complete = rows.first().is_some_and(beyond) || !has_moved;
        let past = rows.iter().rev().find(|row| beyond(row));
        let past = past.map(|row| row.id().clone());
        rows.retain(|row| !beyond(row));
        // Between pushed messages, nothing may be missing.
        let pushed = self.conversation(id).buffered.first.clone();
        let since = matches!(until, Until::Count(_)).then(|| self.history_since());
        let since = since.flatten();
        let is_new = |row: &MessageRow| {
            row.created_at()
                .zip(since)
                .is_some_and(|(sent, since)| sent >= since)
        };
        let is_due = |row: &MessageRow| {
            is_new(row) || pushed.as_ref().is_some_and(|pushed| *row.id() >= *pushed)
        };
        let is_short = |rows: &[MessageRow]| {
            let first = rows.first();
            let is_behind_push = pushed.is_some() && first.map(MessageRow::id) > pushed.as_ref();
            is_behind_push || first.is_some_and(is_new)
        };
        let has_room = rows.len() < self.config.max_backfill;
        if !is_complete
            && (rows.len() < most || has_room && is_short(&rows))
            && let Some(first) = rows.first()
        {
            let before = HistoryWindow::Before(first.id().clone());
            self.conversation(id).fetch = Fetch::Backward { until, rows };
            self.request_history(id, before);
            return;
        }
        if is_baseline {
            let first = rows.first().filter(|_| !is_complete);
            let past = past.or_else(|| first.map(|row| row.id().clone()));
            self.take_unconfirmed(id, past, &rows);
            return;
        }
        let excess = rows.len().saturating_sub(most);
        let excess = excess.min(rows.iter().position(is_due).unwrap_or(excess));
        let is_truncated = match until {
            Until::Count(_) => !is_complete && is_short(&rows),
            _ => !is_complete || excess > 0,
        };
        rows.drain(..excess);
        if !matches!(until, Until::Count(_)) && !rows.is_empty() {
            self.open_gap(id, None);
        }
        if is_truncated {
            let up_to = rows.first().map(|row| row.id().clone());
            self.report_lost(id, LossKind::Messages, up_to, LossReason::Truncated);
        }
        if let (Until::Count(_), Some(first)) = (&until, rows.first()) {
            self.conversation(id).past.end_at(first.id().clone());
        }
        self.deliver_rows(id, rows);
        let conversation = self.conversation(id);
        if conversation.cursor.is_none() && !conversation.has_reached_target() {
            // The list names a message that the history does not have.
            self.give_up(id, LossReason::Truncated);
        } else if matches!(until, Until::Around(_)) && !conversation.has_reached_target() {
            // The list names the message that cannot be read.
            let target = conversation.target.clone();
            self.give_up(id, LossReason::Unreadable);
            if let Target::At(message) = target {
                self.skip(id, message);
            }
        }
        self.finish(id);
    }

    /// Reports messages of a page that have no readable id.
    fn report_unreadable(&mut self, id: &ConversationId, rows: &[MessageRow], unreadable: usize) {
        if unreadable > 0 {
            let up_to = rows.last().map(|row| row.id().clone());
            self.report_lost(id, LossKind::Messages, up_to, LossReason::Unreadable);
        }
    }

    /// Ends the fetch of a conversation.
    pub(super) fn finish(&mut self, id: &ConversationId) {
        self.conversation(id).fetch = Fetch::Idle;
        self.settle(id);
    }

    /// Marks a conversation as synced if nothing is missing, or fetches what is.
    pub(super) fn settle(&mut self, id: &ConversationId) {
        let (epoch, is_live) = (self.epoch, self.is_live);
        let conversation = self.conversation(id);
        if conversation.synced_in == epoch || !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        if !conversation.has_reached_target() {
            self.fetch(id);
            return;
        }
        if let Some(dropped) = conversation.buffered.dropped.take()
            && conversation.is_ahead(&dropped)
        {
            self.fetch_dropped(id, &dropped);
            return;
        }
        if conversation.listed_in != epoch {
            return;
        }
        if core::mem::take(&mut conversation.buffered.dropped_changes) {
            self.report_lost(id, LossKind::Changes, None, LossReason::Truncated);
        }
        self.close_gap(id);
        // The cause of a gap that turned out to be none.
        self.conversation(id).gap_cause = None;
        self.release(id);
        if is_live {
            self.conversation(id).synced_in = epoch;
        }
        self.request_comparison(id);
    }

    /// Fetches the messages up to a dropped push.
    fn fetch_dropped(&mut self, id: &ConversationId, dropped: &MessageId) {
        self.conversation(id).extend_target(dropped);
        self.fetch(id);
    }

    /// Fetches the missing messages of a conversation, from the cursor or from the newest backward.
    fn fetch(&mut self, id: &ConversationId) {
        if self.conversation(id).cursor.is_some() {
            self.fetch_forward(id);
        } else {
            self.fetch_backward(id, Until::Time(self.missed_since()));
        }
    }

    /// Reports a gap, once.
    pub(super) fn open_gap(&mut self, id: &ConversationId, up_to: Option<MessageId>) {
        let (usual, is_polling) = (self.cause, self.is_polling());
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
            up_to,
            cause,
        };
        self.out.put(Item::Gap(gap), Record::default());
    }

    pub(super) fn close_gap(&mut self, id: &ConversationId) {
        let is_polling = self.is_polling();
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

    fn request_history(&mut self, id: &ConversationId, window: HistoryWindow) {
        let request = Request::History {
            conversation: id.clone(),
            window,
            limit: self.config.page,
        };
        self.requests.enqueue(request, Purpose::Fetch);
    }

    /// Repeats a request for messages that were not there yet. `times` counts the repetitions.
    fn request_history_later(&mut self, id: &ConversationId, window: HistoryWindow, times: u32) {
        let request = Request::History {
            conversation: id.clone(),
            window,
            limit: self.config.page,
        };
        self.requests
            .enqueue_later(self.now, request, Purpose::Fetch, times);
    }
}

/// Maximum repetitions of a request whose response ends before a message that the list names.
const MAX_EMPTY_PAGES: u32 = 2;

/// Maximum rows that are read back to the baseline. More are in one minute only if the clock was
/// wrong at the first start; then the older ones count as past.
const MAX_BASELINE_ROWS: usize = 10_000;
