//! The lists of a round: what conversations there are, and how far each goes.

use core::time::Duration;

use groupme_model::{
    Chat, ConversationId, Group, MessageId, Timestamp, Topic, UserPair,
    member::{MemberState, MembershipState},
};

use super::Feed;
use crate::{
    Failure, Request, Response,
    conversation::{Fetch, Until},
    question::{Pending, Purpose},
};

impl<P> Feed<P> {
    pub(super) fn take_list(&mut self, round: u64, pending: &Pending, answer: Response) {
        let is_current = self
            .round
            .as_ref()
            .is_some_and(|current| current.number == round);
        let (mut next, mut topics) = (None, Vec::new());
        match (answer, &pending.question) {
            (Response::Groups(groups), &Request::Groups { page, limit }) => {
                let ids = groups
                    .iter()
                    .map(|group| ConversationId::new(group.id.as_str()));
                if self.has_news(&ids.collect::<Vec<_>>()) {
                    next = Some(Request::Groups {
                        page: page + 1,
                        limit,
                    });
                }
                for group in &groups {
                    if group.children_count.is_some_and(|count| count > 0) {
                        topics.push(Request::Topics {
                            group: group.id.clone(),
                        });
                    }
                    self.take_group(is_current, group);
                }
            }
            (Response::Chats(chats), &Request::Chats { page, limit }) => {
                let ids = chats.iter().filter_map(|chat| self.id_of(chat));
                if self.has_news(&ids.collect::<Vec<_>>()) {
                    next = Some(Request::Chats {
                        page: page + 1,
                        limit,
                    });
                }
                for chat in &chats {
                    self.take_chat(is_current, chat);
                }
            }
            (Response::Memberships(list), Request::Memberships) => {
                self.take_memberships(is_current, list);
            }
            (Response::Topics(list), Request::Topics { group }) => {
                let group = ConversationId::new(group.as_str());
                for topic in &list {
                    let id = ConversationId::new(topic.id.as_str());
                    self.conversation(&id).parent = Some(group.clone());
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
        let more: Vec<Request> = topics.into_iter().chain(next).collect();
        round.open = round.open + more.len() - 1;
        let number = round.number;
        for question in more {
            self.questions.want(question, Purpose::List(number));
        }
    }

    fn take_memberships(&mut self, is_current: bool, list: Vec<MembershipState>) {
        let Some(round) = self.round.as_mut().filter(|_| is_current) else {
            return;
        };
        let memberships = round.memberships.get_or_insert_default();
        for membership in list {
            let Some(group) = membership.group_id else {
                continue;
            };
            let id = ConversationId::new(group.as_str());
            match membership.state {
                Some(MemberState::Active | MemberState::Muted) => memberships.member_of.push(id),
                Some(MemberState::Exited | MemberState::Removed | MemberState::ExitedRemoved) => {
                    memberships.former.push(id);
                }
                // Waits to be let in, or is something that nobody knows yet.
                _ => {}
            }
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
        let was_left = self.come_back(&id);
        let conversation = self.conversation(&id);
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
                if was_left {
                    self.fetch_back(&id);
                }
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
}

/// How much earlier than the account was last whole it is looked for what was missed. Clocks differ,
/// and messages of several conversations are not delivered in the order in which they were sent.
const SLACK: Duration = Duration::from_mins(10);
