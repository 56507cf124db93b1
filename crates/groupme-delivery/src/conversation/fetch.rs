//! Fetching the missed messages of one conversation.

use groupme_model::{HistoryWindow, MessageId, MessageRow};

use super::{Conversation, Fetch, Target, Until};
use crate::{
    Gap, GapCause, Item, LossKind, LossReason, Request, Rows,
    context::Context,
    item::Record,
    request::{Pending, Purpose},
};

impl<P> Conversation<P> {
    /// Fetches from the cursor to the target, unless a fetch is in progress or nothing is missing.
    pub(crate) fn fetch_forward(&mut self, cx: &mut Context<P>) {
        let Some(cursor) = self.cursor.clone() else {
            return;
        };
        if self.has_reached_target() || !matches!(self.fetch, Fetch::Idle) {
            return;
        }
        self.fetch = Fetch::Forward { empty_pages: 0 };
        self.comparison.mark_due();
        if let Target::At(up_to) = &self.target {
            let up_to = Some(up_to.clone());
            self.open_gap(cx, up_to);
        }
        self.request_history(cx, HistoryWindow::After(cursor));
    }

    /// Fetches from the newest message backward.
    pub(crate) fn fetch_backward(&mut self, cx: &mut Context<P>, until: Until) {
        if !matches!(self.fetch, Fetch::Idle) {
            return;
        }
        if self.buffered.first.is_some() {
            self.comparison.mark_due();
        }
        let is_gap = !matches!(until, Until::Count(_) | Until::Baseline(_));
        self.fetch = Fetch::Backward {
            until,
            rows: Vec::new(),
        };
        // Without a listed message, nothing may be missing.
        if is_gap && let Target::At(up_to) = &self.target {
            let up_to = Some(up_to.clone());
            self.open_gap(cx, up_to);
        }
        self.request_history(cx, HistoryWindow::Newest);
    }

    /// Fetches the newest messages of a rejoined conversation, back to the cursor at most: the user
    /// may have been away for long.
    pub(crate) fn fetch_rejoined(&mut self, cx: &mut Context<P>) {
        if let Some(cursor) = self.cursor.clone() {
            self.comparison.mark_due();
            self.gap.set_cause(GapCause::Membership);
            self.fetch_backward(cx, Until::Message(cursor));
        }
    }

    pub(crate) fn take_rows(&mut self, cx: &mut Context<P>, pending: &Pending, rows: Rows) {
        let Request::History { window, .. } = &pending.request else {
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
        match core::mem::replace(&mut self.fetch, Fetch::Idle) {
            Fetch::Idle => {}
            Fetch::Forward { empty_pages } => {
                let HistoryWindow::After(after) = window else {
                    return;
                };
                rows.retain(|row| *row.id() > *after);
                self.report_unreadable(cx, &rows, unreadable);
                if is_newest_first && rows.len() > 1 {
                    // The response has the newest messages instead of the next ones: continue
                    // backward from them.
                    let after = after.clone();
                    self.bridge(cx, after, rows);
                } else {
                    self.take_forward(cx, pending, empty_pages, rows);
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
                    self.report_unreadable(cx, &rows, unreadable);
                }
                rows.append(&mut later);
                self.take_backward(cx, until, rows, has_moved);
            }
        }
    }

    /// Delivers a page on the way from the cursor to the target.
    fn take_forward(
        &mut self,
        cx: &mut Context<P>,
        pending: &Pending,
        empty_pages: u32,
        rows: Vec<MessageRow>,
    ) {
        let last = rows.last().map(|row| row.id().clone());
        if last.is_some() {
            self.open_gap(cx, None);
        }
        let is_full = rows.len() >= usize::try_from(cx.config.page).unwrap_or(usize::MAX);
        self.deliver_rows(cx, rows);
        let epoch = cx.epoch;
        let has_ended = last.is_none();
        if is_full && matches!(&self.target, Target::At(at) if last.as_ref() > Some(at)) {
            // The list was behind its history, perhaps by more than this page.
            self.target = Target::End;
        }
        // A late message that was delivered before does not move the cursor; the next page begins
        // after it.
        let next = last.max(self.cursor.clone()).map(HistoryWindow::After);
        match (&self.target, next) {
            _ if self.has_reached_target() => self.finish(cx),
            (_, Some(next)) if !has_ended => {
                self.fetch = Fetch::Forward { empty_pages };
                self.request_history(cx, next);
            }
            (Target::End, _) if pending.asked_in == epoch => {
                self.target = Target::None;
                self.finish(cx);
            }
            // The response may lack messages sent since the request.
            (Target::End, Some(next)) => {
                self.fetch = Fetch::Forward { empty_pages: 0 };
                self.request_history(cx, next);
            }
            // The list names a newer message that the history does not have yet.
            (_, Some(next)) if empty_pages < MAX_EMPTY_PAGES => {
                self.fetch = Fetch::Forward {
                    empty_pages: empty_pages + 1,
                };
                self.request_history_later(cx, next, empty_pages);
            }
            _ => {
                self.give_up(cx, LossReason::Truncated);
                self.finish(cx);
            }
        }
    }

    /// Hands out rows without gaps between them, along with buffered pushes in their places.
    fn deliver_rows(&mut self, cx: &mut Context<P>, rows: Vec<MessageRow>) {
        let last = rows.last().map(|row| row.id().clone());
        for row in rows {
            self.release_before(cx, row.id());
            self.deliver_row(cx, row);
        }
        // After a crash, the last row may be acknowledged while one before it is not.
        if let Some(last) = last {
            self.skip(cx, last);
        }
    }

    /// Continues backward to the cursor from the newest messages, which came instead of the next.
    fn bridge(&mut self, cx: &mut Context<P>, after: MessageId, rows: Vec<MessageRow>) {
        self.open_gap(cx, None);
        self.take_backward(cx, Until::Message(after), rows, true);
    }

    pub(crate) fn take_backward(
        &mut self,
        cx: &mut Context<P>,
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
        let is_baseline = cx.first_session.is_unbroken() && matches!(until, Until::Baseline(_));
        let most = match &until {
            Until::Count(count) => *count,
            // The rows are not delivered, and all of them are of one minute.
            _ if is_baseline => MAX_BASELINE_ROWS,
            _ => cx.config.max_backfill,
        };
        let is_complete = rows.first().is_some_and(beyond) || !has_moved;
        let past = rows.iter().rev().find(|row| beyond(row));
        let past = past.map(|row| row.id().clone());
        rows.retain(|row| !beyond(row));
        // Between pushed messages, nothing may be missing.
        let pushed = self.buffered.first.clone();
        let since = matches!(until, Until::Count(_)).then(|| cx.history_since());
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
        let has_room = rows.len() < cx.config.max_backfill;
        if !is_complete
            && (rows.len() < most || has_room && is_short(&rows))
            && let Some(first) = rows.first()
        {
            let before = HistoryWindow::Before(first.id().clone());
            self.fetch = Fetch::Backward { until, rows };
            self.request_history(cx, before);
            return;
        }
        if is_baseline {
            let first = rows.first().filter(|_| !is_complete);
            let past = past.or_else(|| first.map(|row| row.id().clone()));
            self.take_unconfirmed(cx, past, &rows);
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
            self.open_gap(cx, None);
        }
        if is_truncated {
            let up_to = rows.first().map(|row| row.id().clone());
            self.report_lost(cx, LossKind::Messages, up_to, LossReason::Truncated);
        }
        if let (Until::Count(_), Some(first)) = (&until, rows.first()) {
            self.past.end_at(first.id().clone());
        }
        self.deliver_rows(cx, rows);
        if self.cursor.is_none() && !self.has_reached_target() {
            // The list names a message that the history does not have.
            self.give_up(cx, LossReason::Truncated);
        } else if matches!(until, Until::Around(_)) && !self.has_reached_target() {
            // The list names the message that cannot be read.
            let target = self.target.clone();
            self.give_up(cx, LossReason::Unreadable);
            if let Target::At(message) = target {
                self.skip(cx, message);
            }
        }
        self.finish(cx);
    }

    /// Reports messages of a page that have no readable id.
    fn report_unreadable(&mut self, cx: &mut Context<P>, rows: &[MessageRow], unreadable: usize) {
        if unreadable > 0 {
            let up_to = rows.last().map(|row| row.id().clone());
            self.report_lost(cx, LossKind::Messages, up_to, LossReason::Unreadable);
        }
    }

    /// Ends the fetch.
    pub(crate) fn finish(&mut self, cx: &mut Context<P>) {
        self.fetch = Fetch::Idle;
        self.settle(cx);
    }

    /// Marks the conversation as synced if nothing is missing, or fetches what is.
    pub(crate) fn settle(&mut self, cx: &mut Context<P>) {
        let epoch = cx.epoch;
        if self.progress.is_synced_in(epoch) || !matches!(self.fetch, Fetch::Idle) {
            return;
        }
        if !self.has_reached_target() {
            self.fetch_missing(cx);
            return;
        }
        if let Some(dropped) = self.buffered.dropped.take()
            && self.is_ahead(&dropped)
        {
            self.fetch_dropped(cx, &dropped);
            return;
        }
        if !self.progress.is_listed_in(epoch) {
            return;
        }
        if core::mem::take(&mut self.buffered.dropped_changes) {
            self.report_lost(cx, LossKind::Changes, None, LossReason::Truncated);
        }
        self.close_gap(cx);
        self.gap.forget_cause();
        self.release(cx);
        if cx.is_live {
            self.progress.sync(epoch);
        }
        self.request_comparison(cx);
    }

    /// Fetches the messages up to a dropped push.
    fn fetch_dropped(&mut self, cx: &mut Context<P>, dropped: &MessageId) {
        self.extend_target(dropped);
        self.fetch_missing(cx);
    }

    /// Fetches the missing messages, from the cursor or from the newest backward.
    fn fetch_missing(&mut self, cx: &mut Context<P>) {
        if self.cursor.is_some() {
            self.fetch_forward(cx);
        } else {
            self.fetch_backward(cx, Until::Time(cx.missed_since()));
        }
    }

    /// Reports a gap, once.
    pub(crate) fn open_gap(&mut self, cx: &mut Context<P>, up_to: Option<MessageId>) {
        let Some(cause) = self.gap.open(cx.cause) else {
            return;
        };
        if cx.is_polling() {
            return;
        }
        let gap = Gap {
            conversation: self.id.clone(),
            after: self.cursor.clone(),
            up_to,
            cause,
        };
        cx.out.put(Item::Gap(gap), Record::default());
    }

    pub(crate) fn close_gap(&mut self, cx: &mut Context<P>) {
        let Some(messages) = self.gap.close() else {
            return;
        };
        if !cx.is_polling() {
            let conversation = self.id.clone();
            let item = Item::Backfilled {
                conversation,
                messages,
            };
            cx.out.put(item, Record::default());
        }
    }

    fn request_history(&mut self, cx: &mut Context<P>, window: HistoryWindow) {
        let request = Request::History {
            conversation: self.id.clone(),
            window,
            limit: cx.config.page,
        };
        cx.requests.enqueue(request, Purpose::Fetch);
    }

    /// Repeats a request for messages that were not there yet. `times` counts the repetitions.
    fn request_history_later(&mut self, cx: &mut Context<P>, window: HistoryWindow, times: u32) {
        let request = Request::History {
            conversation: self.id.clone(),
            window,
            limit: cx.config.page,
        };
        cx.requests
            .enqueue_later(cx.now, request, Purpose::Fetch, times);
    }
}

/// Maximum repetitions of a request whose response ends before a message that the list names.
const MAX_EMPTY_PAGES: u32 = 2;

/// Maximum rows that are read back to the baseline. More are in one minute only if the clock was
/// wrong at the first start; then the older ones count as past.
const MAX_BASELINE_ROWS: usize = 10_000;
