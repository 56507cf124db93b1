//! A round: asking what there is, to find what was missed.

use groupme_model::{ConversationId, MessageId, Timestamp};

use super::Feed;
use crate::{
    Item, LossKind, LossReason, Lost, Request,
    conversation::{Fetch, Target},
    item::Record,
    question::Purpose,
    store::Change,
};

/// A round of asking what there is. It ends when every conversation is whole.
#[derive(Debug)]
pub(super) struct Round {
    /// The epoch in which it was begun, by which its questions are known.
    pub(super) number: u64,
    /// How many lists have not been read to their end.
    pub(super) open: usize,
    /// Whether a list could not be read.
    pub(super) is_partial: bool,
    /// Whether the account is met for the first time.
    pub(super) is_first: bool,
    /// Where conversations begin that are met for the first time.
    pub(super) baseline: Vec<(ConversationId, MessageId)>,
    /// What the user is in which group; `None` if that could not be read.
    pub(super) memberships: Option<Memberships>,
    /// Up to when the account is whole once the round is over.
    whole_until: Timestamp,
    /// Whether the conversations that were in no list have been looked after.
    are_others_asked: bool,
}

/// What the user is in which group.
#[derive(Debug, Default)]
pub(super) struct Memberships {
    /// The groups that the user is a member of, whether they were listed or not.
    pub(super) member_of: Vec<ConversationId>,
    /// The groups that the user is not a member of any more.
    pub(super) former: Vec<ConversationId>,
}

impl Round {
    /// Whether all lists have been read.
    pub(super) fn is_listed(&self) -> bool {
        self.open == 0
    }
}

impl<P> Feed<P> {
    pub(super) fn begin_round(&mut self, wall: Timestamp) {
        self.drop_round();
        let is_first = self.whole_until.is_none();
        let (page, limit) = (1, self.config.page);
        let mut questions = vec![
            Request::Groups { page, limit },
            Request::Chats { page, limit },
        ];
        // While REST is polled, the round after it is soon enough for groups that were left.
        if self.is_live || is_first {
            questions.push(Request::Memberships);
        }
        self.round = Some(Round {
            number: self.epoch,
            open: questions.len(),
            is_partial: false,
            is_first,
            baseline: Vec::new(),
            memberships: None,
            whole_until: if self.newest == Timestamp::EPOCH {
                wall
            } else {
                self.newest
            },
            are_others_asked: false,
        });
        for question in questions {
            self.questions.want(question, Purpose::List(self.epoch));
        }
    }

    pub(super) fn drop_round(&mut self) {
        self.round = None;
        self.questions
            .retain(|pending| !matches!(pending.purpose, Purpose::List(_)));
    }

    /// Looks whether the round is over.
    pub(super) fn check_round(&mut self) {
        let Some(round) = self.round.as_mut().filter(|round| round.is_listed()) else {
            return;
        };
        if round.whole_until == Timestamp::EPOCH {
            round.whole_until = self.newest;
        }
        if !core::mem::replace(&mut round.are_others_asked, true) {
            self.conclude_lists();
        }
        let epoch = self.epoch;
        let is_busy = self.conversations.values().any(|conversation| {
            !matches!(conversation.fetch, Fetch::Idle)
                || (self.is_live && conversation.whole_in != epoch)
        });
        if is_busy {
            return;
        }
        let Some(round) = self.round.take() else {
            return;
        };
        let mut record = Record::default();
        if !round.is_partial {
            let until = Some(round.whole_until).filter(|until| *until != Timestamp::EPOCH);
            let until = self.whole_until.max(until);
            self.whole_until = until;
            record.whole = until;
        }
        self.out.put(Item::Checkpoint, record);
        if self.is_live {
            self.out.put(Item::CaughtUp, Record::default());
        } else {
            self.await_polling();
        }
    }

    /// All lists are read: conversations that were met for the first time begin, and those that
    /// were not listed are asked for themselves.
    fn conclude_lists(&mut self) {
        let Some(round) = &mut self.round else { return };
        if round.is_partial && self.is_polling {
            // Nothing is claimed to be whole yet, and the next time is near.
            return;
        }
        let is_partial = round.is_partial;
        let memberships = round.memberships.take();
        let has_memberships = memberships.is_some();
        let Memberships { member_of, former } = memberships.unwrap_or_default();
        if is_partial {
            let lost = Lost {
                conversation: None,
                what: LossKind::Messages,
                after: None,
                upto: None,
                why: LossReason::Unavailable,
            };
            self.out.put(Item::Lost(lost), Record::default());
        }
        let mut record = self.begin_conversations();
        if self.knows_former {
            self.miss_former(former);
        } else if has_memberships {
            self.knows_former = true;
            self.note_former(former, &mut record);
        }
        if self.whole_until.is_none() {
            self.meet(record);
        } else {
            self.ask_unlisted(member_of);
            if !record.is_empty() {
                self.out.put(Item::Checkpoint, record);
            }
        }
        let epoch = self.epoch;
        let ids: Vec<ConversationId> = self.conversations.keys().cloned().collect();
        for id in ids {
            let conversation = self.conversation(&id);
            if conversation.listed_in != epoch {
                conversation.listed_in = epoch;
                if conversation.cursor.is_some() && !conversation.is_left {
                    conversation.target = Target::End;
                }
            }
            self.settle(&id);
        }
    }

    /// Begins the conversations that were met for the first time, at their newest message.
    fn begin_conversations(&mut self) -> Record {
        let mut record = Record::default();
        let round = self.round.as_mut();
        let baseline = round.map(|round| core::mem::take(&mut round.baseline));
        for (conversation, message) in baseline.into_iter().flatten() {
            let found = self.conversation(&conversation);
            if found.cursor.is_none() {
                found.cursor = Some(message.clone());
                found.met_at = Some(message.clone());
                record.changes.push(Change::Cursor {
                    conversation,
                    message,
                });
            }
        }
        record
    }

    /// Takes note of how an account is found that is met for the first time: all at once, so that a
    /// crash leaves either one that was met or one that was not; and even if nothing was ever said,
    /// or nothing could be read: what is said next is no past.
    fn meet(&mut self, mut record: Record) {
        let Some(round) = &self.round else { return };
        // Without a gateway, and where nothing was ever said, nobody told the time yet.
        let until = Some(round.whole_until).filter(|until| *until != Timestamp::EPOCH);
        self.whole_until = until;
        record.changes.extend(until.map(Change::Whole));
        self.out.put(Item::Checkpoint, record);
    }

    /// Takes note of the groups that the user had left before the account was met.
    fn note_former(&mut self, former: Vec<ConversationId>, record: &mut Record) {
        for id in former {
            let conversation = self.conversation(&id);
            if conversation.cursor.is_none() {
                conversation.is_left = true;
                record.changes.push(Change::Left { conversation: id });
            }
        }
        record.changes.push(Change::FormerKnown);
    }

    /// Tells of the groups that were joined and left again since the account was last whole: no
    /// other list names them, and what was said there cannot be had.
    fn miss_former(&mut self, former: Vec<ConversationId>) {
        for id in former {
            let was_listed = self.was_listed(&id);
            let conversation = self.conversation(&id);
            let is_known = conversation.is_left || conversation.cursor.is_some();
            if !was_listed && !is_known {
                conversation.has_lost = true;
                self.tell_lost(&id, LossKind::Messages, None, LossReason::Left);
                self.leave(&id);
            }
        }
    }

    /// Asks for the groups that the user is a member of and that were not listed: they are new, or
    /// were left between the two answers.
    fn ask_unlisted(&mut self, member_of: Vec<ConversationId>) {
        let (epoch, since) = (self.epoch, self.newcomers_since());
        for id in member_of {
            let was_listed = self.was_listed(&id);
            self.come_back(&id);
            let conversation = self.conversation(&id);
            if !was_listed && conversation.cursor.is_none() {
                (conversation.whole_in, conversation.listed_in) = (0, epoch);
                self.fetch_backward(&id, since.clone());
            }
        }
    }

    /// Whether a conversation was listed in this round.
    fn was_listed(&self, id: &ConversationId) -> bool {
        let found = self.conversations.get(id);
        found.is_some_and(|found| found.listed_in == self.epoch)
    }
}
