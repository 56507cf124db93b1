//! Entries of the conversation in lists, with its newest message.

use groupme_model::{MessageId, Timestamp};

use super::{Conversation, Fetch, Target, Until};
use crate::{GapCause, context::Context, position::is_in_future};

impl<P> Conversation<P> {
    /// Takes the entry of a list with the newest message. `is_current` says that the list is of the
    /// resync in progress.
    pub(crate) fn take_listed(
        &mut self,
        cx: &mut Context<P>,
        is_current: bool,
        newest: Option<MessageId>,
        sent: Option<Timestamp>,
    ) {
        let newest = newest.filter(|newest| !newest.is_empty());
        let (newest, is_unknown) = match newest {
            Some(newest) if !newest.is_position(sent) => (None, true),
            newest => (newest, false),
        };
        if let Some(sent) = sent {
            cx.newest = cx.newest.max(sent);
        }
        self.forget_future_position(cx);
        let epoch = cx.epoch;
        let is_first = cx.synced_until.is_none();
        let may_begin =
            cx.first_session.is_unbroken() || cx.baseline.is_none() || self.past.begins_with_push();
        if is_first && is_current && may_begin && cx.config.history == 0 && newest.is_some() {
            self.begin_with_buffered(cx);
        }
        let was_left = self.mark_rejoined(cx);
        self.note_found(cx);
        self.note_sent(sent);
        let since = cx.missed_since();
        let is_recent = sent.is_some_and(|sent| {
            cx.newest.as_millis().saturating_sub(sent.as_millis()) <= RECENT_MILLIS
        });
        if is_current {
            self.progress.list(epoch);
        }
        let Some(newest) = newest else {
            // A conversation without messages, or with a newest one that cannot be compared, or one
            // that has had messages and is listed without: its history is read to the end.
            if self.cursor.is_some() {
                self.target = Target::End;
            } else if is_unknown
                && is_current
                && !is_first
                && matches!(self.fetch, Fetch::Idle)
                && sent.is_none_or(|sent| sent >= since)
            {
                self.fetch_backward(cx, Until::Time(since));
                return;
            }
            self.settle_listed(cx, is_current);
            return;
        };
        if self.cursor.is_some() {
            if is_first
                && is_current
                && cx.first_session.is_unbroken()
                && self.began_with_snapshot()
            {
                self.mark_unconfirmed(cx, newest);
                self.settle(cx);
                return;
            }
            if self.is_ahead(&newest) {
                if !is_current {
                    // Missed in this session: what is pushed from here on waits for it.
                    self.progress.unsync();
                }
                self.extend_target(&newest);
                if was_left {
                    self.fetch_rejoined(cx);
                }
            } else if is_current && self.cursor.as_ref() > Some(&newest) {
                // The list lags behind what was delivered, or the newest message is gone.
                self.target = Target::End;
            } else if !is_current && self.progress.is_synced_in(epoch) && is_recent {
                // A push may have come after messages that a list did not have yet.
                self.comparison.mark_due();
                self.request_comparison(cx);
            }
            self.settle_listed(cx, is_current);
            return;
        }
        if !matches!(self.fetch, Fetch::Idle) {
            // The fetch in progress may have been requested before this message was sent.
            self.extend_target(&newest);
            return;
        }
        if !is_current {
            return;
        }
        if is_first {
            self.begin_listed(cx, newest, sent);
        } else if sent.is_none_or(|sent| sent >= since) {
            self.extend_target(&newest);
            self.fetch_backward(cx, Until::Time(since));
        } else {
            self.begin_at(cx, newest);
            self.settle(cx);
        }
    }

    /// Handles the end of all lists: settles, or fetches what a conversation that none of them had may
    /// have missed.
    pub(crate) fn conclude_lists(&mut self, cx: &mut Context<P>) {
        let epoch = cx.epoch;
        if !self.progress.is_listed_in(epoch) {
            self.progress.list(epoch);
            if self.forget_future_position(cx) {
                self.fetch_backward(cx, Until::Time(cx.missed_since()));
                return;
            }
            let buffered = &self.buffered;
            if self.cursor.is_some() && !self.is_left {
                self.target = Target::End;
            } else if self.cursor.is_none()
                && (!cx.is_live || buffered.begun_in != epoch)
                && let Some(first) = buffered.first.clone()
            {
                // It was pushed before all pushes were known to flow: of a conversation that has
                // begun since the list was read, earlier ones may be missing.
                self.extend_target(&first);
            }
        }
        self.settle(cx);
    }

    /// Forgets a position in the future, which would hide all messages until then: the file that has
    /// it is damaged. What was sent since the last sync is fetched instead, and may come twice.
    /// Returns whether a position was forgotten.
    pub(crate) fn forget_future_position(&mut self, cx: &mut Context<P>) -> bool {
        let Some(now) = cx.present() else {
            return false;
        };
        let cursor = self.cursor.as_ref();
        let is_damaged = cursor.is_some_and(|cursor| is_in_future(cursor, now));
        if is_damaged {
            self.cursor = None;
            self.past.forget_loaded();
            self.gap.set_cause(GapCause::Position);
        }
        is_damaged
    }

    /// Settles the listed conversation. Without a current resync, only fetches what is missing.
    fn settle_listed(&mut self, cx: &mut Context<P>, is_current: bool) {
        if is_current {
            self.settle(cx);
        } else {
            self.fetch_forward(cx);
        }
    }
}

/// Age at which the newest message of a conversation is too old to have come after a gap, by the
/// newest of the account, in milliseconds.
const RECENT_MILLIS: i64 = 60_000;
