//! The lists of a resync: the conversations, and the newest message of each.

use groupme_model::{
    Chat, ConversationId, Group, Timestamp, Topic, UserPair, member::MembershipState,
};

use super::Feed;
use crate::{
    Failure, LossReason, Request, Response,
    context::Context,
    request::{Pending, Purpose, SECOND_LOOK},
};

impl<P> Context<P> {
    pub(crate) fn id_of(&self, chat: &Chat) -> Option<ConversationId> {
        let other = chat.other_user.as_ref()?.id.as_ref();
        other
            .and_then(|other| UserPair::new(&self.user, other).ok())
            .map(|pair| pair.conversation_id())
            .or_else(|| chat.conversation().cloned())
    }

    /// Returns the time of day by the clock, or by the newest known message if that is later: the
    /// clock of this machine may be wrong. `None` before a message is known.
    pub(crate) fn present(&self) -> Option<Timestamp> {
        let newest = Some(self.newest).filter(|newest| *newest != Timestamp::EPOCH)?;
        Some(newest.max(self.clock.unwrap_or(Timestamp::EPOCH)))
    }
}

impl<P> Feed<P> {
    pub(super) fn take_list(&mut self, resync: u64, pending: &Pending, response: Response) {
        let is_current = self
            .cx
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
                let ids = chats.iter().filter_map(|chat| self.cx.id_of(chat));
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
                    self.of(&id).0.parent = Some(group.clone());
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
                self.cx.requests.enqueue(request, Purpose::List(resync));
            }
            return;
        }
        // A response of an earlier resync is still good for its content, but leads to no further
        // pages.
        let Some(resync) = self.cx.resync.as_mut().filter(|_| is_current) else {
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
            self.cx.requests.enqueue(request, Purpose::List(number));
        }
    }

    fn take_memberships(&mut self, is_current: bool, list: Vec<MembershipState>) {
        let Some(resync) = self.cx.resync.as_mut().filter(|_| is_current) else {
            return;
        };
        resync.memberships.get_or_insert_default().extend(list);
    }

    fn take_group(&mut self, is_current: bool, group: &Group) {
        let id = ConversationId::new(group.id.as_str());
        let messages = group.messages.as_ref();
        let newest = messages.and_then(|messages| messages.last_message_id.clone());
        let sent = messages.and_then(|messages| messages.last_message_created_at);
        let (conversation, cx) = self.of(&id);
        conversation.take_listed(cx, is_current, newest, sent);
    }

    fn take_topic(&mut self, is_current: bool, topic: &Topic) {
        let id = ConversationId::new(topic.id.as_str());
        let messages = topic.messages.as_ref();
        let newest = messages.and_then(|messages| messages.last_message_id.clone());
        let sent = messages.and_then(|messages| messages.last_message_created_at);
        let (conversation, cx) = self.of(&id);
        conversation.take_listed(cx, is_current, newest, sent);
    }

    fn take_chat(&mut self, is_current: bool, chat: &Chat) {
        let last = chat.last_message.as_ref();
        let Some(id) = self.cx.id_of(chat) else {
            return;
        };
        let newest = last.map(|last| last.id.clone());
        let sent = last.and_then(|last| last.created_at);
        let (conversation, cx) = self.of(&id);
        conversation.take_listed(cx, is_current, newest, sent);
    }

    /// Returns whether a page of a list has a conversation that no earlier page had. A list ends
    /// with an empty page, or with one that repeats earlier ones.
    fn has_news(&self, ids: &[ConversationId]) -> bool {
        ids.iter().any(|id| {
            let found = self.conversations.get(id);
            found.is_none_or(|found| !found.progress.is_listed_in(self.cx.epoch))
        })
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

/// Maximum entries of a list, more than any account has. Each takes memory for as long as the feed
/// lives.
const MAX_ENTRIES: u32 = 20_000;
