//! Changes that were not pushed, found by comparing REST's messages with what was delivered.

use groupme_model::{ConversationId, HistoryWindow, MessageId, MessageRow, Timestamp};

use super::Feed;
use crate::{
    Item, Request, RowEvent, Rows,
    conversation::Touched,
    item::Record,
    message_state::{Aspect, MessageState},
    request::{Pending, Purpose},
    synthesized::vanished,
};

impl<P> Feed<P> {
    /// Requests the newest messages of a conversation for comparing, if changes may have been
    /// missed.
    pub(super) fn request_comparison(&mut self, id: &ConversationId) {
        let (limit, oldest) = (self.config.compare_window, self.oldest_compared());
        let conversation = self.conversation(id);
        let is_wanted = conversation.comparison.is_due()
            || conversation.is_watched && conversation.is_active_since(oldest);
        if limit == 0 || !is_wanted || conversation.cursor.is_none() {
            return;
        }
        if !conversation.comparison.begin() {
            return;
        }
        let request = Request::History {
            conversation: id.clone(),
            window: HistoryWindow::Newest,
            limit,
        };
        self.requests.enqueue(request, Purpose::Compare);
    }

    /// Returns the time since when a conversation must have had a message for its changes to be
    /// looked for.
    pub(super) fn oldest_compared(&self) -> Timestamp {
        let window = i64::try_from(self.config.changes_within.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.live_since.as_millis().saturating_sub(window))
    }

    /// Ends a comparison, and begins the next if changes may have been missed meanwhile.
    pub(super) fn end_comparison(&mut self, id: &ConversationId) {
        let epoch = self.epoch;
        let conversation = self.conversation(id);
        if conversation.comparison.end() && conversation.synced_in == epoch {
            self.request_comparison(id);
        }
    }

    pub(super) fn compare(&mut self, pending: &Pending, rows: Rows) {
        let (id, is_window) = match &pending.request {
            Request::History { conversation, .. } => (conversation, true),
            Request::Pinned { conversation } => (conversation, false),
            _ => return,
        };
        if pending.asked_in != self.epoch {
            // The response may lack what was missed meanwhile.
            self.conversation(id).comparison.mark_due();
            self.end_comparison(id);
            return;
        }
        // A message without a readable id is there, whichever it is.
        let is_whole = rows.unreadable == 0;
        let mut rows = rows.messages;
        rows.sort_by(MessageRow::chronological);
        let touched = self.conversation(id).comparison.touched().clone();
        if is_window && is_whole {
            self.find_vanished(id, &rows, &touched);
        }
        // A message between delivered ones, or between the past and a delivered one, is missing, unless
        // messages were reported as lost there.
        let conversation = self.conversation(id);
        let has_lost = is_window && core::mem::take(&mut conversation.has_lost);
        let first = conversation.seen.first().filter(|_| !has_lost).cloned();
        let mut known_now = Record::default();
        for row in rows {
            let is_before_baseline = self.is_before_baseline(id, &row);
            let conversation = self.conversation(id);
            if conversation.is_ahead(row.id()) {
                // Sent since, and pushed.
                continue;
            }
            match conversation.seen.get(row.id()) {
                Some(known) => self.report_differences(id, &row, known, &touched),
                None if is_window
                    && !conversation.seen.is_forgotten(row.id())
                    && !conversation.past.has(row.id())
                    && !conversation.past.is_before_pushes(row.id())
                    && !is_before_baseline
                    && (first.as_ref().is_some_and(|first| first < row.id())
                        || !has_lost && conversation.past.is_known_to_end_before(row.id())) =>
                {
                    self.deliver_row(id, row);
                }
                // A message of the past: only its later changes are delivered.
                None if is_window && !conversation.seen.is_forgotten(row.id()) => {
                    let mut state = MessageState::of_row(&row.view());
                    if let Some(pushed) = conversation.seen.older(row.id()) {
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
                    conversation.note_state(id, row.id(), state, &mut known_now);
                }
                None => {}
            }
        }
        if !known_now.is_empty() {
            self.out.put(Item::Checkpoint, known_now);
        }
        if is_window && self.config.pinned {
            // Changes pushed from here on are newer than this response, too.
            let conversation = id.clone();
            self.requests
                .enqueue(Request::Pinned { conversation }, Purpose::Compare);
        } else {
            self.end_comparison(id);
        }
    }

    fn report_differences(
        &mut self,
        id: &ConversationId,
        row: &MessageRow,
        known: MessageState,
        touched: &Touched,
    ) {
        let now = MessageState::of_row(&row.view());
        let message = row.id();
        let mut state = known;
        if now.deleted && !known.deleted && !touched.has(message, Aspect::Existence) {
            state.deleted = true;
            self.deliver_difference(id, state, RowEvent::Deleted, row.clone());
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
            self.deliver_difference(id, state, RowEvent::Updated, row.clone());
        }
        if now.reactions != known.reactions && !touched.has(message, Aspect::Reactions) {
            state.reactions = now.reactions;
            self.deliver_difference(id, state, RowEvent::Reacted, row.clone());
        }
    }

    /// Reports messages missing from the rows as deleted: REST often omits messages deleted by an
    /// admin.
    fn find_vanished(&mut self, id: &ConversationId, rows: &[MessageRow], touched: &Touched) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return;
        };
        let conversation = self.conversation(id);
        let gone: Vec<(MessageId, MessageState)> = conversation
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
            if let Some(row) = vanished(&message, id, is_direct) {
                self.deliver_difference(id, state, RowEvent::Deleted, row);
            }
        }
    }
}
