//! Questions without an answer, and what is lost by that.

use groupme_model::{ConversationId, MessageId};

use super::Feed;
use crate::{
    Failure, Item, LossKind, LossReason, Lost, Request,
    conversation::{Fetch, Target},
    item::{Mark, Record},
    question::{Pending, Purpose},
    store::Change,
};

impl<P> Feed<P> {
    pub(super) fn fail(&mut self, pending: &Pending, failure: Failure) {
        match (&pending.question, pending.purpose) {
            (question, Purpose::List(number)) => {
                let Some(round) = self.round.as_mut().filter(|round| round.number == number) else {
                    return;
                };
                round.open -= 1;
                match question {
                    Request::Topics { group } if failure != Failure::Gone => {
                        let group = ConversationId::new(group.as_str());
                        self.tell_lost(&group, LossKind::Messages, None, why(failure));
                    }
                    Request::Topics { .. } => {}
                    // There may be no such list.
                    Request::Memberships if failure != Failure::Unavailable => {}
                    _ => round.is_partial = true,
                }
            }
            (Request::History { conversation, .. }, Purpose::Fetch) => {
                let id = conversation.clone();
                self.fail_fetch(&id, failure);
            }
            (Request::History { conversation, .. }, _) => {
                let id = conversation.clone();
                if failure != Failure::Gone {
                    self.tell_lost(&id, LossKind::Changes, None, why(failure));
                }
                self.conversation(&id).is_stale = false;
                self.end_comparison(&id);
            }
            // There may be no list of what is pinned, and nobody misses it.
            (Request::Pinned { conversation }, _) => {
                let id = conversation.clone();
                self.end_comparison(&id);
            }
            _ => {}
        }
    }

    /// A question about a conversation was not answered, and will not be.
    pub(super) fn fail_fetch(&mut self, id: &ConversationId, failure: Failure) {
        self.conversation(id).fetch = Fetch::Idle;
        self.lose(id, why(failure));
        if failure == Failure::Gone {
            self.leave(id);
        }
        // Only if it has been listed since: there may be more that is missing.
        self.settle(id);
    }

    /// Gives up what is missing of a conversation.
    pub(super) fn lose(&mut self, id: &ConversationId, why: LossReason) {
        let conversation = self.conversation(id);
        let held = conversation.held.messages.iter();
        let held = held.map(|(message, _)| &message.id).min().cloned();
        let dropped = conversation.held.dropped.take();
        let upto = match core::mem::replace(&mut conversation.target, Target::None) {
            // What is held is not lost, but all before it may be.
            Target::At(message) if why != LossReason::Left => Some(message).max(held).max(dropped),
            // Nobody said how far it goes, or more was said before it was left.
            _ => None,
        };
        conversation.gap = None;
        conversation.has_lost = true;
        self.tell_lost(id, LossKind::Messages, upto.clone(), why);
        if why == LossReason::Truncated
            && let Some(message) = upto
        {
            self.skip(id, message);
        }
    }

    /// Goes on after a message that need not be handed out: it was, or will never be there.
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

    pub(super) fn tell_lost(
        &mut self,
        id: &ConversationId,
        what: LossKind,
        upto: Option<MessageId>,
        why: LossReason,
    ) {
        let conversation = self.conversation(id);
        let after = conversation.cursor.clone();
        let lost = Lost {
            conversation: Some(id.clone()),
            what,
            after,
            upto,
            why,
        };
        self.out.put(Item::Lost(lost), Record::default());
    }

    /// It is there, and that is written down before anything of it is handed out: should it be left
    /// again, that is to be told again. True if it was not there before.
    pub(super) fn come_back(&mut self, id: &ConversationId) -> bool {
        let was_left = core::mem::take(&mut self.conversation(id).is_left);
        if was_left {
            let mut record = Record::default();
            record.changes.push(Change::Returned {
                conversation: id.clone(),
            });
            self.out.put(Item::Checkpoint, record);
        }
        was_left
    }

    /// It is not there any more. What was delivered is remembered: it may be joined again.
    pub(super) fn leave(&mut self, id: &ConversationId) {
        self.conversation(id).is_left = true;
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
        Failure::Gone => LossReason::Left,
        Failure::Refused => LossReason::Refused,
    }
}
