//! The lists of a resync: the conversations, and the newest message of each.

use groupme_model::{
    Chat, ConversationId, Group, MessageId, Timestamp, Topic, UserPair, member::MembershipState,
};

use super::Feed;
use crate::{
    Failure, GapCause, LossReason, Request, Response,
    conversation::{Fetch, Target, Until},
    position::is_in_future,
    request::{Pending, Purpose, SECOND_LOOK},
};

impl<P> Feed<P> {
    pub(super) fn take_list(&mut self, resync: u64, pending: &Pending, response: Response) {
        let is_current = self
            .resync
            .as_ref()
            .is_some_and(|current| current.number == resync);
        let (mut next, mut topics) = (None, Vec::new());
        match (response, &pending.request) {
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
            // The response to another request.
            _ => {
                self.fail(pending, Failure::Refused);
                return;
            }
        }
        if resync == SECOND_LOOK {
            for request in topics {
                self.requests.enqueue(request, Purpose::List(resync));
            }
            return;
        }
        // A response of an earlier resync is still good for its content, but leads to no further
        // pages.
        let Some(resync) = self.resync.as_mut().filter(|_| is_current) else {
            return;
        };
        if next.as_ref().is_some_and(is_endless) {
            next = None;
            resync.unread = resync.unread.or(Some(LossReason::Truncated));
        }
        let more: Vec<Request> = topics.into_iter().chain(next).collect();
        resync.open_lists = resync.open_lists + more.len() - 1;
        let number = resync.number;
        for request in more {
            self.requests.enqueue(request, Purpose::List(number));
        }
    }

    fn take_memberships(&mut self, is_current: bool, list: Vec<MembershipState>) {
        let Some(resync) = self.resync.as_mut().filter(|_| is_current) else {
            return;
        };
        resync.memberships.get_or_insert_default().extend(list);
    }

    fn take_group(&mut self, is_current: bool, group: &Group) {
        let id = ConversationId::new(group.id.as_str());
        let messages = group.messages.as_ref();
        let newest = messages.and_then(|messages| messages.last_message_id.clone());
        let sent = messages.and_then(|messages| messages.last_message_created_at);
        self.take_listed(is_current, &id, newest, sent);
    }

    fn take_topic(&mut self, is_current: bool, topic: &Topic) {
        let id = ConversationId::new(topic.id.as_str());
        let messages = topic.messages.as_ref();
        let newest = messages.and_then(|messages| messages.last_message_id.clone());
        let sent = messages.and_then(|messages| messages.last_message_created_at);
        self.take_listed(is_current, &id, newest, sent);
    }

    fn take_chat(&mut self, is_current: bool, chat: &Chat) {
        let last = chat.last_message.as_ref();
        let Some(id) = self.id_of(chat) else { return };
        let newest = last.map(|last| last.id.clone());
        let sent = last.and_then(|last| last.created_at);
        self.take_listed(is_current, &id, newest, sent);
    }

    pub(super) fn id_of(&self, chat: &Chat) -> Option<ConversationId> {
        let other = chat.other_user.as_ref()?.id.as_ref();
        other
            .and_then(|other| UserPair::new(&self.user, other).ok())
            .map(|pair| pair.conversation_id())
            .or_else(|| chat.conversation().cloned())
    }

    /// Returns whether a page of a list has a conversation that no earlier page had. A list ends
    /// with an empty page, or with one that repeats earlier ones.
    fn has_news(&self, ids: &[ConversationId]) -> bool {
        ids.iter().any(|id| {
            let found = self.conversations.get(id);
            found.is_none_or(|conversation| conversation.listed_in != self.epoch)
        })
    }

    /// Takes a listed conversation and its newest message.
    fn take_listed(
        &mut self,
        is_current: bool,
        id: &ConversationId,
        newest: Option<MessageId>,
        sent: Option<Timestamp>,
    ) {
        let newest = newest.filter(|newest| !newest.is_empty());
        let (newest, is_unknown) = match newest {
            Some(newest) if !newest.is_position(sent) => (None, true),
            newest => (newest, false),
        };
        if let Some(sent) = sent {
            self.newest = self.newest.max(sent);
        }
        self.forget_future_position(id);
        let epoch = self.epoch;
        let is_first = self.synced_until.is_none();
        let may_begin = self.first_session.is_unbroken()
            || self.baseline.is_none()
            || self.conversation(id).past.begins_with_push();
        if is_first && is_current && may_begin && self.config.history == 0 && newest.is_some() {
            self.begin_with_buffered(id);
        }
        let was_left = self.mark_rejoined(id);
        self.note_found(id);
        self.conversation(id).note_sent(sent);
        let since = self.missed_since();
        let is_recent = sent.is_some_and(|sent| {
            self.newest.as_millis().saturating_sub(sent.as_millis()) <= RECENT_MILLIS
        });
        let conversation = self.conversation(id);
        if is_current {
            conversation.listed_in = epoch;
        }
        let Some(newest) = newest else {
            // A conversation without messages, or with a newest one that cannot be compared, or one
            // that has had messages and is listed without: its history is read to the end.
            if conversation.cursor.is_some() {
                conversation.target = Target::End;
            } else if is_unknown
                && is_current
                && !is_first
                && matches!(conversation.fetch, Fetch::Idle)
                && sent.is_none_or(|sent| sent >= since)
            {
                self.fetch_backward(id, Until::Time(since));
                return;
            }
            self.settle_listed(is_current, id);
            return;
        };
        if conversation.cursor.is_some() {
            if is_first
                && is_current
                && self.first_session.is_unbroken()
                && self.began_with_snapshot(id)
            {
                self.mark_unconfirmed(id, newest);
                self.settle(id);
                return;
            }
            let conversation = self.conversation(id);
            if conversation.is_ahead(&newest) {
                if !is_current && conversation.synced_in == epoch {
                    // Missed in this session: what is pushed from here on waits for it.
                    conversation.synced_in = 0;
                }
                conversation.extend_target(&newest);
                if was_left {
                    self.fetch_rejoined(id);
                }
            } else if is_current && conversation.cursor.as_ref() > Some(&newest) {
                // The list lags behind what was delivered, or the newest message is gone.
                conversation.target = Target::End;
            } else if !is_current && conversation.synced_in == epoch && is_recent {
                // A push may have come after messages that a list did not have yet.
                conversation.comparison.mark_due();
                self.request_comparison(id);
            }
            self.settle_listed(is_current, id);
            return;
        }
        if !matches!(conversation.fetch, Fetch::Idle) {
            // The fetch in progress may have been requested before this message was sent.
            conversation.extend_target(&newest);
            return;
        }
        if !is_current {
            return;
        }
        if is_first {
            self.begin_listed(id, newest, sent);
        } else if sent.is_none_or(|sent| sent >= since) {
            conversation.extend_target(&newest);
            self.fetch_backward(id, Until::Time(since));
        } else {
            self.begin_at(id, newest);
            self.settle(id);
        }
    }

    /// Returns the time of day by the clock, or by the newest known message if that is later: the
    /// clock of this machine may be wrong. `None` before a message is known.
    pub(super) fn present(&self) -> Option<Timestamp> {
        let newest = Some(self.newest).filter(|newest| *newest != Timestamp::EPOCH)?;
        Some(newest.max(self.clock.unwrap_or(Timestamp::EPOCH)))
    }

    /// Forgets a position in the future, which would hide all messages until then: the file that has
    /// it is damaged. What was sent since the last sync is fetched instead, and may come twice.
    /// Returns whether a position was forgotten.
    pub(super) fn forget_future_position(&mut self, id: &ConversationId) -> bool {
        let Some(now) = self.present() else {
            return false;
        };
        let conversation = self.conversation(id);
        let cursor = conversation.cursor.as_ref();
        let is_damaged = cursor.is_some_and(|cursor| is_in_future(cursor, now));
        if is_damaged {
            conversation.cursor = None;
            conversation.past.forget_loaded();
            conversation.gap_cause = Some(GapCause::Position);
        }
        is_damaged
    }

    /// Settles a listed conversation. Without a current resync, only fetches what is missing.
    fn settle_listed(&mut self, is_current: bool, id: &ConversationId) {
        if is_current {
            self.settle(id);
        } else {
            self.fetch_forward(id);
        }
    }
}

/// Returns whether a list had so many new entries that the next page is not requested.
fn is_endless(next: &Request) -> bool {
    match next {
        Request::Groups { page, limit } | Request::Chats { page, limit } => {
            page.saturating_mul(*limit) > MAX_ENTRIES
        }
        _ => false,
    }
}

/// Age at which the newest message of a conversation is too old to have come after a gap, by the
/// newest of the account, in milliseconds.
const RECENT_MILLIS: i64 = 60_000;

/// Maximum entries of a list, more than any account has. Each takes memory for as long as the feed
/// lives.
const MAX_ENTRIES: u32 = 20_000;
