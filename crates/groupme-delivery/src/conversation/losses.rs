//! Losses of a conversation, and ways around them.

use groupme_model::MessageId;

use super::{Conversation, Fetch, Target, Until};
use crate::{
    Failure, Item, LossKind, LossReason, Lost,
    context::Context,
    item::{Mark, Record},
};

impl<P> Conversation<P> {
    /// Ends a comparison whose request has failed.
    pub(crate) fn fail_comparison(&mut self, cx: &mut Context<P>, failure: Failure) {
        if failure != Failure::Gone {
            self.report_lost(cx, LossKind::Changes, None, why(failure));
        }
        self.comparison.mark_current();
        self.end_comparison(cx);
    }

    /// Ends a comparison whose request for pinned messages has failed. The list may not exist, and is
    /// not needed.
    pub(crate) fn fail_pinned(&mut self, cx: &mut Context<P>, failure: Failure) {
        if failure == Failure::Internal {
            self.report_lost(cx, LossKind::Changes, None, why(failure));
        }
        self.end_comparison(cx);
    }

    /// Returns whether something waits for missed messages.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.gap.is_open() || !self.buffered.is_empty()
    }

    /// Gives up what is still missing, as far as that is known, and hands out the pushes behind it.
    pub(crate) fn hand_out_unfinished(&mut self, cx: &mut Context<P>) {
        let begins_here = self.cursor.is_none() && self.past.begins_with_push();
        let buffered = &mut self.buffered;
        let has_lost_changes = core::mem::take(&mut buffered.dropped_changes);
        let missing = buffered
            .dropped
            .clone()
            .or_else(|| buffered.first.clone().filter(|_| !begins_here));
        if let Some(message) = missing {
            self.extend_target(&message);
        }
        if self.has_reached_target() {
            self.close_gap(cx);
        } else {
            self.give_up(cx, LossReason::Ended);
        }
        if has_lost_changes {
            self.report_lost(cx, LossKind::Changes, None, LossReason::Ended);
        }
        self.release(cx);
    }

    /// Continues around a message that cannot be read: from the other side, and if that has reached
    /// the message too, with everything but the message. Returns false where neither helps.
    fn go_around(&mut self, cx: &mut Context<P>, fetch: Fetch) -> bool {
        match fetch {
            Fetch::Idle => false,
            Fetch::Forward { .. } => {
                let Some(cursor) = self.cursor.clone() else {
                    return false;
                };
                self.fetch_backward(cx, Until::Around(cursor));
                true
            }
            Fetch::Backward { rows, .. } if rows.is_empty() => false,
            Fetch::Backward { until, rows } => {
                let first = rows.first().map(|row| row.id().clone());
                self.has_lost = true;
                self.report_lost(cx, LossKind::Messages, first, LossReason::Unreadable);
                self.take_backward(cx, until, rows, false);
                true
            }
        }
    }

    /// Gives up fetching.
    pub(crate) fn fail_fetch(&mut self, cx: &mut Context<P>, failure: Failure) {
        let fetch = core::mem::replace(&mut self.fetch, Fetch::Idle);
        if failure == Failure::Unreadable && self.go_around(cx, fetch) {
            return;
        }
        self.give_up(cx, why(failure));
        if failure == Failure::Gone {
            self.mark_left(cx);
        }
        // Settles only if a list had it since: more may be missing.
        self.settle(cx);
    }

    /// Reports the missing messages as lost.
    pub(crate) fn give_up(&mut self, cx: &mut Context<P>, why: LossReason) {
        let buffered = self.buffered.messages.iter();
        let buffered = buffered.map(|(message, _)| &message.id).min().cloned();
        let dropped = self.buffered.dropped.take();
        let up_to = match core::mem::replace(&mut self.target, Target::None) {
            // Buffered messages are not lost; messages before them may be.
            Target::At(message) if why != LossReason::Left => {
                Some(message).max(buffered).max(dropped)
            }
            // The end is unknown, or further messages were sent before the user left.
            _ => None,
        };
        let _ = self.gap.close();
        self.has_lost = true;
        self.report_lost(cx, LossKind::Messages, up_to.clone(), why);
        if why == LossReason::Truncated
            && let Some(message) = up_to
        {
            self.skip(cx, message);
        }
    }

    /// Moves the cursor past a message that need not be handed out.
    pub(crate) fn skip(&mut self, cx: &mut Context<P>, message: MessageId) {
        if self.is_ahead(&message) {
            self.cursor = Some(message.clone());
            let record = Record {
                mark: Some(Mark {
                    conversation: self.id.clone(),
                    message: None,
                    steps_back: false,
                    cursor: message,
                }),
                ..Record::default()
            };
            cx.out.put(Item::Checkpoint, record);
        }
    }

    pub(crate) fn report_lost(
        &mut self,
        cx: &mut Context<P>,
        kind: LossKind,
        up_to: Option<MessageId>,
        reason: LossReason,
    ) {
        let after = self.cursor.clone();
        let lost = Lost {
            conversation: Some(self.id.clone()),
            kind,
            after,
            up_to,
            reason,
        };
        cx.out.put(Item::Lost(lost), Record::default());
    }
}

pub(crate) fn why(failure: Failure) -> LossReason {
    match failure {
        Failure::Unavailable => LossReason::Unavailable,
        Failure::Unreadable => LossReason::Unreadable,
        Failure::Gone => LossReason::Left,
        Failure::Refused => LossReason::Refused,
        Failure::Internal => LossReason::Internal,
    }
}
