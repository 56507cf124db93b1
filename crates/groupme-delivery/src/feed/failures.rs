//! Failed requests, and the losses reported for them.

use groupme_model::{ConversationId, MessageId};

use super::Feed;
use crate::{
    Failure, Item, LossKind, LossReason, Lost, Request,
    conversation::{Fetch, Target, Until},
    item::{Mark, Record},
    request::{Pending, Purpose, SECOND_LOOK},
    store::Change,
};

impl<P> Feed<P> {
    pub(super) fn fail(&mut self, pending: &Pending, failure: Failure) {
        match (&pending.request, pending.purpose) {
            (request, Purpose::List(number)) => {
                let Some(resync) = self
                    .resync
                    .as_mut()
                    .filter(|resync| resync.number == number)
                else {
                    if number == SECOND_LOOK && failure == Failure::Unavailable {
                        self.read_again(request.clone());
                    }
                    return;
                };
                resync.open_lists -= 1;
                match request {
                    Request::Topics { group } if failure != Failure::Gone => {
                        let group = ConversationId::new(group.as_str());
                        self.report_lost(&group, LossKind::Messages, None, why(failure));
                    }
                    Request::Topics { .. } => {}
                    // The list may not exist.
                    Request::Memberships if matches!(failure, Failure::Gone | Failure::Refused) => {
                    }
                    _ if failure == Failure::Internal => {
                        resync.unread = Some(LossReason::Internal);
                    }
                    _ if failure == Failure::Unreadable => {
                        resync.unread = resync.unread.or(Some(LossReason::Unreadable));
                    }
                    _ => resync.unread = resync.unread.or(Some(LossReason::Unavailable)),
                }
            }
            (Request::History { conversation, .. }, Purpose::Fetch) => {
                let id = conversation.clone();
                self.fail_fetch(&id, failure);
            }
            (Request::History { conversation, .. }, _) => {
                let id = conversation.clone();
                if failure != Failure::Gone {
                    self.report_lost(&id, LossKind::Changes, None, why(failure));
                }
                self.conversation(&id).comparison.mark_current();
                self.end_comparison(&id);
            }
            // The list of pinned messages may not exist, and is not needed.
            (Request::Pinned { conversation }, _) => {
                let id = conversation.clone();
                if failure == Failure::Internal {
                    self.report_lost(&id, LossKind::Changes, None, why(failure));
                }
                self.end_comparison(&id);
            }
            _ => {}
        }
    }

    /// Continues around a message that cannot be read: from the other side, and if that has reached
    /// the message too, with everything but the message. Returns false where neither helps.
    fn go_around(&mut self, id: &ConversationId, fetch: Fetch) -> bool {
        match fetch {
            Fetch::Idle => false,
            Fetch::Forward { .. } => {
                let Some(cursor) = self.conversation(id).cursor.clone() else {
                    return false;
                };
                self.fetch_backward(id, Until::Around(cursor));
                true
            }
            Fetch::Backward { rows, .. } if rows.is_empty() => false,
            Fetch::Backward { until, rows } => {
                let first = rows.first().map(|row| row.id().clone());
                self.conversation(id).has_lost = true;
                self.report_lost(id, LossKind::Messages, first, LossReason::Unreadable);
                self.take_backward(id, until, rows, false);
                true
            }
        }
    }

    /// Gives up fetching a conversation.
    pub(super) fn fail_fetch(&mut self, id: &ConversationId, failure: Failure) {
        let fetch = core::mem::replace(&mut self.conversation(id).fetch, Fetch::Idle);
        if failure == Failure::Unreadable && self.go_around(id, fetch) {
            return;
        }
        self.give_up(id, why(failure));
        if failure == Failure::Gone {
            self.mark_left(id);
        }
        // Settles only if a list had it since: more may be missing.
        self.settle(id);
    }

    /// Reports the missing messages of a conversation as lost.
    pub(super) fn give_up(&mut self, id: &ConversationId, why: LossReason) {
        let conversation = self.conversation(id);
        let buffered = conversation.buffered.messages.iter();
        let buffered = buffered.map(|(message, _)| &message.id).min().cloned();
        let dropped = conversation.buffered.dropped.take();
        let up_to = match core::mem::replace(&mut conversation.target, Target::None) {
            // Buffered messages are not lost; messages before them may be.
            Target::At(message) if why != LossReason::Left => {
                Some(message).max(buffered).max(dropped)
            }
            // The end is unknown, or further messages were sent before the user left.
            _ => None,
        };
        conversation.gap = None;
        conversation.has_lost = true;
        self.report_lost(id, LossKind::Messages, up_to.clone(), why);
        if why == LossReason::Truncated
            && let Some(message) = up_to
        {
            self.skip(id, message);
        }
    }

    /// Moves the cursor past a message that need not be handed out.
    pub(super) fn skip(&mut self, id: &ConversationId, message: MessageId) {
        let conversation = self.conversation(id);
        if conversation.is_ahead(&message) {
            conversation.cursor = Some(message.clone());
            let record = Record {
                mark: Some(Mark {
                    conversation: id.clone(),
                    message: None,
                    steps_back: false,
                    cursor: message,
                }),
                ..Record::default()
            };
            self.out.put(Item::Checkpoint, record);
        }
    }

    /// Gives up what every conversation still misses, as far as that is known, and hands out the
    /// pushes behind it.
    pub(super) fn hand_out_unfinished(&mut self) {
        let unfinished = self.conversations.iter().filter(|(_, conversation)| {
            conversation.gap.is_some() || !conversation.buffered.is_empty()
        });
        let unfinished: Vec<_> = unfinished.map(|(id, _)| id.clone()).collect();
        for id in unfinished {
            let conversation = self.conversation(&id);
            let begins_here = conversation.cursor.is_none() && conversation.past.begins_with_push();
            let buffered = &mut conversation.buffered;
            let has_lost_changes = core::mem::take(&mut buffered.dropped_changes);
            let missing = buffered
                .dropped
                .clone()
                .or_else(|| buffered.first.clone().filter(|_| !begins_here));
            if let Some(message) = missing {
                conversation.extend_target(&message);
            }
            if conversation.has_reached_target() {
                self.close_gap(&id);
            } else {
                self.give_up(&id, LossReason::Ended);
            }
            if has_lost_changes {
                self.report_lost(&id, LossKind::Changes, None, LossReason::Ended);
            }
            self.release(&id);
        }
    }

    pub(super) fn report_lost(
        &mut self,
        id: &ConversationId,
        kind: LossKind,
        up_to: Option<MessageId>,
        reason: LossReason,
    ) {
        let conversation = self.conversation(id);
        let after = conversation.cursor.clone();
        let lost = Lost {
            conversation: Some(id.clone()),
            kind,
            after,
            up_to,
            reason,
        };
        self.out.put(Item::Lost(lost), Record::default());
    }

    /// Marks a conversation as existing again, and saves that before anything of it is handed out,
    /// so that leaving it again is reported again. Returns whether it had been left.
    pub(super) fn mark_rejoined(&mut self, id: &ConversationId) -> bool {
        let conversation = self.conversation(id);
        let was_left = core::mem::take(&mut conversation.is_left);
        if was_left {
            conversation.past.note_absence();
            let mut record = Record::default();
            record.changes.push(Change::Returned {
                conversation: id.clone(),
            });
            self.out.put(Item::Checkpoint, record);
        }
        was_left
    }

    /// Marks a conversation as left. Its delivered messages stay remembered: the user may rejoin.
    pub(super) fn mark_left(&mut self, id: &ConversationId) {
        self.conversation(id).is_left = true;
        self.note_gone(id);
        let mut record = Record::default();
        record.changes.push(Change::Left {
            conversation: id.clone(),
        });
        self.out.put(Item::Checkpoint, record);
    }
}

fn why(failure: Failure) -> LossReason {
    match failure {
        Failure::Unavailable => LossReason::Unavailable,
        Failure::Unreadable => LossReason::Unreadable,
        Failure::Gone => LossReason::Left,
        Failure::Refused => LossReason::Refused,
        Failure::Internal => LossReason::Internal,
    }
}
