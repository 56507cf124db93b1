//! Changes that were not pushed, found by comparing REST's messages with what was delivered.

use groupme_model::{HistoryWindow, MessageId, MessageRow, Timestamp};

use super::{Conversation, Touched};
use crate::{
    Item, Request, RowEvent, Rows,
    context::Context,
    item::Record,
    message_state::{Aspect, MessageState},
    request::{Pending, Purpose},
    synthesized::vanished,
};

impl<P> Context<P> {
    /// Returns the time since when a conversation must have had a message for its changes to be
    /// looked for.
    pub(crate) fn oldest_compared(&self) -> Timestamp {
        let window = i64::try_from(self.config.changes_within.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.live_since.as_millis().saturating_sub(window))
    }
}

impl<P> Conversation<P> {
    /// Notes that the conversation's own channel is subscribed, in a new session or again.
    pub(crate) fn watch(&mut self, cx: &mut Context<P>) {
        self.is_watched = true;
        if self.is_active_since(cx.oldest_compared()) {
            self.comparison.mark_due();
        }
        if self.progress.is_synced_in(cx.epoch) {
            self.request_comparison(cx);
        }
    }

    /// Requests the newest messages for comparing, if changes may have been missed.
    pub(crate) fn request_comparison(&mut self, cx: &mut Context<P>) {
        let (limit, oldest) = (cx.config.compare_window, cx.oldest_compared());
        let is_wanted = self.comparison.is_due() || self.is_watched && self.is_active_since(oldest);
        if limit == 0 || !is_wanted || self.cursor.is_none() {
            return;
        }
        if !self.comparison.begin() {
            return;
        }
        let request = Request::History {
            conversation: self.id.clone(),
            window: HistoryWindow::Newest,
            limit,
        };
        cx.requests.enqueue(request, Purpose::Compare);
    }

    /// Ends a comparison, and begins the next if changes may have been missed meanwhile.
    pub(crate) fn end_comparison(&mut self, cx: &mut Context<P>) {
        if self.comparison.end() && self.progress.is_synced_in(cx.epoch) {
            self.request_comparison(cx);
        }
    }

    /// Compares messages with what was delivered. `is_window` says that they are the newest of the
    /// history, and not the pinned ones.
    pub(crate) fn compare(
        &mut self,
        cx: &mut Context<P>,
        pending: &Pending,
        is_window: bool,
        rows: Rows,
    ) {
        if pending.asked_in != cx.epoch {
            // The response may lack what was missed meanwhile.
            self.comparison.mark_due();
            self.end_comparison(cx);
            return;
        }
        // A message without a readable id is there, whichever it is.
        let is_whole = rows.unreadable == 0;
        let mut rows = rows.messages;
        rows.sort_by(MessageRow::chronological);
        let touched = self.comparison.touched().clone();
        if is_window && is_whole {
            self.find_vanished(cx, &rows, &touched);
        }
        // A message between delivered ones, or between the past and a delivered one, is missing, unless
        // messages were reported as lost there.
        let has_lost = is_window && core::mem::take(&mut self.has_lost);
        let first = self.seen.first().filter(|_| !has_lost).cloned();
        let mut known_now = Record::default();
        for row in rows {
            let is_earlier = self.past.is_of_earlier_process(row.id());
            let is_before_baseline = cx.is_before_baseline(row.created_at(), is_earlier);
            if self.is_ahead(row.id()) {
                // Sent since, and pushed.
                continue;
            }
            match self.seen.get(row.id()) {
                Some(known) => self.report_differences(cx, &row, known, &touched),
                None if is_window
                    && !self.seen.is_forgotten(row.id())
                    && !self.past.has(row.id())
                    && !self.past.is_before_pushes(row.id())
                    && !is_before_baseline
                    && (first.as_ref().is_some_and(|first| first < row.id())
                        || !has_lost && self.past.is_known_to_end_before(row.id())) =>
                {
                    self.deliver_row(cx, row);
                }
                // A message of the past: only its later changes are delivered.
                None if is_window && !self.seen.is_forgotten(row.id()) => {
                    let mut state = MessageState::of_row(&row.view());
                    if let Some(pushed) = self.seen.older(row.id()) {
                        // The response may be older than the push of a change.
                        state.deleted |= pushed.deleted;
                        if pushed.edited > state.edited {
                            (state.edited, state.content) = (pushed.edited, pushed.content);
                        }
                        if touched.has(row.id(), Aspect::Pin) {
                            state.pinned = pushed.pinned;
                        }
                        if touched.has(row.id(), Aspect::Reactions) {
                            state.reactions = pushed.reactions;
                        }
                    }
                    self.note_state(row.id(), state, &mut known_now);
                }
                None => {}
            }
        }
        if !known_now.is_empty() {
            cx.out.put(Item::Checkpoint, known_now);
        }
        if is_window && cx.config.pinned {
            // Changes pushed from here on are newer than this response, too.
            let conversation = self.id.clone();
            cx.requests
                .enqueue(Request::Pinned { conversation }, Purpose::Compare);
        } else {
            self.end_comparison(cx);
        }
    }

    fn report_differences(
        &mut self,
        cx: &mut Context<P>,
        row: &MessageRow,
        known: MessageState,
        touched: &Touched,
    ) {
        let now = MessageState::of_row(&row.view());
        let message = row.id();
        let mut state = known;
        if now.deleted && !known.deleted && !touched.has(message, Aspect::Existence) {
            state.deleted = true;
            self.deliver_difference(cx, state, RowEvent::Deleted, row.clone());
            return;
        }
        if now.deleted {
            return;
        }
        let is_edited = now.edited > known.edited && !touched.has(message, Aspect::Content);
        let is_pinned = now.pinned != known.pinned && !touched.has(message, Aspect::Pin);
        if is_edited || is_pinned {
            if is_edited {
                (state.edited, state.content) = (now.edited, 0);
            }
            state.pinned = now.pinned;
            self.deliver_difference(cx, state, RowEvent::Updated, row.clone());
        }
        if now.reactions != known.reactions && !touched.has(message, Aspect::Reactions) {
            state.reactions = now.reactions;
            self.deliver_difference(cx, state, RowEvent::Reacted, row.clone());
        }
    }

    /// Reports messages missing from the rows as deleted: REST often omits messages deleted by an
    /// admin.
    fn find_vanished(&mut self, cx: &mut Context<P>, rows: &[MessageRow], touched: &Touched) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return;
        };
        let gone: Vec<(MessageId, MessageState)> = self
            .seen
            .between(first.id(), last.id())
            .filter(|(message, state)| {
                !state.deleted
                    && !touched.has(message, Aspect::Existence)
                    && !rows.iter().any(|row| row.id() == *message)
            })
            .map(|(message, state)| (message.clone(), *state))
            .collect();
        let is_direct = first.view().group_id().is_none();
        for (message, mut state) in gone {
            state.deleted = true;
            if let Some(row) = vanished(&message, &self.id, is_direct) {
                self.deliver_difference(cx, state, RowEvent::Deleted, row);
            }
        }
    }
}
