//! A round: asking what there is, to find what was missed.

use core::time::Duration;

use groupme_model::{Chat, ConversationId, Group, MessageId, Timestamp, Topic, UserPair};

use super::Feed;
use crate::{
    Answer, Failure, Item, Lost, Missing, Question, Why,
    conversation::{Fetch, Target, Until},
    item::Record,
    question::{Pending, Purpose},
    store::Change,
};

/// A round of asking what there is. It ends when every conversation is whole.
#[derive(Debug)]
pub(super) struct Round {
    /// The epoch in which it was begun, by which its questions are known.
    number: u64,
    /// How many lists have not been read to their end.
    open: usize,
    /// Whether a list could not be read.
    is_partial: bool,
    /// Whether the account is met for the first time.
    is_first: bool,
    /// Where conversations begin that are met for the first time.
    baseline: Vec<(ConversationId, MessageId)>,
    /// Up to when the account is whole once the round is over.
    whole_until: Timestamp,
    /// Whether the conversations that were in no list have been looked after.
    are_others_asked: bool,
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
        self.round = Some(Round {
            number: self.epoch,
            open: 2,
            is_partial: false,
            is_first: self.whole_until.is_none(),
            baseline: Vec::new(),
            whole_until: if self.newest == Timestamp::EPOCH {
                wall
            } else {
                self.newest
            },
            are_others_asked: false,
        });
        let (page, limit) = (1, self.config.page);
        for question in [
            Question::Groups { page, limit },
            Question::Chats { page, limit },
        ] {
            self.questions.want(question, Purpose::List(self.epoch));
        }
    }

    pub(super) fn drop_round(&mut self) {
        self.round = None;
        self.questions
            .retain(|pending| !matches!(pending.purpose, Purpose::List(_)));
    }

    pub(super) fn take_list(&mut self, round: u64, pending: &Pending, answer: Answer) {
        let is_current = self
            .round
            .as_ref()
            .is_some_and(|current| current.number == round);
        let (mut next, mut topics) = (None, Vec::new());
        match (answer, &pending.question) {
            (Answer::Groups(groups), &Question::Groups { page, limit }) => {
                let ids = groups
                    .iter()
                    .map(|group| ConversationId::new(group.id.as_str()));
                if self.has_news(&ids.collect::<Vec<_>>()) {
                    next = Some(Question::Groups {
                        page: page + 1,
                        limit,
                    });
                }
                for group in &groups {
                    if group.children_count.is_some_and(|count| count > 0) {
                        topics.push(Question::Topics {
                            group: group.id.clone(),
                        });
                    }
                    self.take_group(is_current, group);
                }
            }
            (Answer::Chats(chats), &Question::Chats { page, limit }) => {
                let ids = chats.iter().filter_map(|chat| self.id_of(chat));
                if self.has_news(&ids.collect::<Vec<_>>()) {
                    next = Some(Question::Chats {
                        page: page + 1,
                        limit,
                    });
                }
                for chat in &chats {
                    self.take_chat(is_current, chat);
                }
            }
            (Answer::Topics(list), Question::Topics { .. }) => {
                for topic in &list {
                    self.take_topic(is_current, topic);
                }
            }
            // The answer to another question.
            _ => {
                self.fail(pending, Failure::Refused);
                return;
            }
        }
        // Of a round that is over, an answer is still good for what it tells, but no more is asked.
        let Some(round) = self.round.as_mut().filter(|_| is_current) else {
            return;
        };
        let more: Vec<Question> = topics.into_iter().chain(next).collect();
        round.open = round.open + more.len() - 1;
        let number = round.number;
        for question in more {
            self.questions.want(question, Purpose::List(number));
        }
    }

    fn take_group(&mut self, is_current: bool, group: &Group) {
        let id = ConversationId::new(group.id.as_str());
        let messages = group.messages.as_ref();
        let newest = messages.and_then(|messages| messages.last_message_id.clone());
        let sent = messages.and_then(|messages| messages.last_message_created_at);
        self.take_listed(is_current, id, newest, sent);
    }

    fn take_topic(&mut self, is_current: bool, topic: &Topic) {
        let id = ConversationId::new(topic.id.as_str());
        let messages = topic.messages.as_ref();
        let newest = messages.and_then(|messages| messages.last_message_id.clone());
        let sent = messages.and_then(|messages| messages.last_message_created_at);
        self.take_listed(is_current, id, newest, sent);
    }

    fn take_chat(&mut self, is_current: bool, chat: &Chat) {
        let last = chat.last_message.as_ref();
        let Some(id) = self.id_of(chat) else { return };
        let newest = last.map(|last| last.id.clone());
        let sent = last.and_then(|last| last.created_at);
        self.take_listed(is_current, id, newest, sent);
    }

    fn id_of(&self, chat: &Chat) -> Option<ConversationId> {
        let other = chat.other_user.as_ref()?.id.as_ref();
        other
            .and_then(|other| UserPair::new(&self.you, other).ok())
            .map(|pair| pair.conversation_id())
            .or_else(|| chat.conversation().cloned())
    }

    /// Whether a page of a list has something that was not in an earlier one. A list ends with an
    /// empty page; one that has the same again and again ends, too.
    fn has_news(&self, ids: &[ConversationId]) -> bool {
        ids.iter().any(|id| {
            let found = self.conversations.get(id);
            found.is_none_or(|conversation| conversation.listed_in != self.epoch)
        })
    }

    /// A conversation exists, and this is its newest message.
    fn take_listed(
        &mut self,
        is_current: bool,
        id: ConversationId,
        newest: Option<MessageId>,
        sent: Option<Timestamp>,
    ) {
        let newest = newest.filter(|newest| !newest.is_empty());
        if let Some(sent) = sent {
            self.newest = self.newest.max(sent);
        }
        let epoch = self.epoch;
        let is_first = self.round.as_ref().is_some_and(|round| round.is_first);
        let history = usize::try_from(self.config.history).unwrap_or(usize::MAX);
        let until = self.newcomers_since();
        if is_first && is_current && history == 0 && newest.is_some() {
            self.begin_with_held(&id);
        }
        let conversation = self.conversation(&id);
        conversation.is_left = false;
        if is_current {
            conversation.listed_in = epoch;
        }
        let Some(newest) = newest else {
            // Nothing was said in it yet.
            self.settle_listed(is_current, &id);
            return;
        };
        if conversation.cursor.is_some() {
            if conversation.is_ahead(&newest) {
                conversation.aim(&newest);
            }
            self.settle_listed(is_current, &id);
            return;
        }
        if !matches!(conversation.fetch, Fetch::Idle) {
            // What is under way may have been asked for before this was said.
            conversation.aim(&newest);
            return;
        }
        if !is_current {
            return;
        }
        let missed = match &until {
            Until::Time(since) => sent.is_none_or(|sent| sent >= *since),
            _ => false,
        };
        if is_first && history > 0 {
            self.fetch_backward(&id, Until::Count(history));
        } else if !is_first && missed {
            conversation.aim(&newest);
            self.fetch_backward(&id, until);
        } else if let Some(round) = &mut self.round {
            round.baseline.push((id, newest));
        }
    }

    /// A conversation without a past begins with the first of it that was pushed. What was said after
    /// that, and not pushed because of a loss, is then missing and no past.
    fn begin_with_held(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        let held = &conversation.held.messages;
        if conversation.cursor.is_some() || !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        let first = (0..held.len()).min_by(|a, b| held[*a].0.id.cmp(&held[*b].0.id));
        let Some(first) = first else { return };
        let (message, push) = conversation.held.messages.remove(first);
        self.held -= 1;
        self.deliver_push(message, push);
    }

    /// Settles one that was listed. Without a round, an answer says only what is to be fetched.
    fn settle_listed(&mut self, is_current: bool, id: &ConversationId) {
        if is_current {
            self.settle(id);
        } else {
            self.fetch_forward(id);
        }
    }

    /// How far back a conversation is fetched that is met for the first time: what it said before
    /// the account was last whole was not missed.
    pub(super) fn newcomers_since(&self) -> Until {
        let since = self.whole_until.map_or(0, Timestamp::as_millis);
        let slack = i64::try_from(SLACK.as_millis()).unwrap_or(0);
        Until::Time(Timestamp::from_millis(since.saturating_sub(slack)))
    }

    pub(super) fn fail(&mut self, pending: &Pending, failure: Failure) {
        match (&pending.question, pending.purpose) {
            (question, Purpose::List(number)) => {
                let Some(round) = self.round.as_mut().filter(|round| round.number == number) else {
                    return;
                };
                round.open -= 1;
                match question {
                    Question::Topics { group } if failure != Failure::Gone => {
                        let group = ConversationId::new(group.as_str());
                        self.tell_lost(&group, Missing::Messages, None, why(failure));
                    }
                    Question::Topics { .. } => {}
                    _ => round.is_partial = true,
                }
            }
            (Question::History { conversation, .. }, Purpose::Fetch) => {
                let id = conversation.clone();
                self.fail_fetch(&id, failure);
            }
            (Question::History { conversation, .. }, _) => {
                let id = conversation.clone();
                self.conversation(&id).touched = None;
                if failure != Failure::Gone {
                    self.tell_lost(&id, Missing::Changes, None, why(failure));
                }
            }
            // There may be no list of what is pinned, and nobody misses it.
            _ => {}
        }
    }

    /// Looks whether the round is over.
    pub(super) fn check_round(&mut self) {
        let Some(round) = self.round.as_mut().filter(|round| round.is_listed()) else {
            return;
        };
        if !core::mem::replace(&mut round.are_others_asked, true) {
            self.ask_others();
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
            let until = self.whole_until.max(Some(round.whole_until));
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
    fn ask_others(&mut self) {
        let Some(round) = &mut self.round else { return };
        let baseline = core::mem::take(&mut round.baseline);
        if round.is_partial && self.is_polling {
            // Nothing is claimed to be whole yet, and the next time is near.
            return;
        }
        if round.is_partial {
            let lost = Lost {
                conversation: None,
                what: Missing::Messages,
                after: None,
                upto: None,
                why: Why::Unavailable,
            };
            self.out.put(Item::Lost(lost), Record::default());
        }
        let mut record = Record::default();
        for (conversation, message) in baseline {
            let found = self.conversation(&conversation);
            if found.cursor.is_none() {
                found.cursor = Some(message.clone());
                record.changes.push(Change::Cursor {
                    conversation,
                    message,
                });
            }
        }
        let round = self.round.as_ref();
        let until = round.filter(|round| !round.is_partial || !record.changes.is_empty());
        let until = until.map(|round| round.whole_until);
        // All at once, so that a crash leaves either an account that was met or one that was not; and
        // even if nothing was ever said: what is said next is no past.
        record.changes.extend(
            until
                .filter(|_| self.whole_until.is_none())
                .map(Change::Whole),
        );
        self.whole_until = self.whole_until.or(until);
        if !record.changes.is_empty() {
            self.out.put(Item::Checkpoint, record);
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

    /// Sees to it that REST is polled, if it is to be, while nothing is pushed.
    pub(super) fn await_polling(&mut self) {
        let Some(polling) = self.config.polling else {
            return;
        };
        let since = *self.silent_since.get_or_insert(self.now);
        if self.next_poll.is_none() && self.round.is_none() {
            let rest = self.now + polling.every;
            let first = since + polling.after;
            self.next_poll = Some(if self.is_polling { rest } else { first });
        }
    }

    pub(super) fn poll_round(&mut self) {
        if self.is_live {
            return;
        }
        if !core::mem::replace(&mut self.is_polling, true) {
            self.out.put(Item::Polling(true), Record::default());
        }
        // What was listed the last time is to be listed again.
        self.epoch += 1;
        self.begin_round(self.newest);
    }
}

pub(super) fn why(failure: Failure) -> Why {
    match failure {
        Failure::Unavailable => Why::Unavailable,
        Failure::Gone => Why::Left,
        Failure::Refused => Why::Refused,
    }
}

/// How much earlier than the account was last whole it is looked for what was missed. Clocks differ,
/// and messages of several conversations are not delivered in the order in which they were sent.
const SLACK: Duration = Duration::from_mins(10);
