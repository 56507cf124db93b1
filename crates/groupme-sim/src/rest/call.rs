//! Dispatch of one request.

use bayeux_proto::Instant;
use serde_json::Value;

use super::{ApiVersion, RestConfig, RestResponse, flood::FloodBan, query::Query};
use crate::world::{Conversation, SimGroupId, SimMessageId, SimUserId, View, World, number};

/// Request of an authenticated user.
pub(super) struct Call<'a> {
    pub(super) world: &'a mut World,
    pub(super) config: &'a RestConfig,
    pub(super) flood: &'a mut FloodBan,
    /// Whether a page of messages comes short.
    pub(super) is_short: bool,
    pub(super) now: Instant,
    pub(super) user: SimUserId,
    pub(super) query: Query<'a>,
    pub(super) body: &'a [u8],
}

/// Response, or a response that ends the handling early.
pub(super) type Outcome = Result<RestResponse, RestResponse>;

impl Call<'_> {
    pub(super) fn dispatch(&mut self, api: ApiVersion, method: &str, path: &[&str]) -> Outcome {
        match api {
            ApiVersion::V2 => self.v2(method, path),
            ApiVersion::V3 => self.v3(method, path),
            ApiVersion::V4 => self.v4(method, path),
        }
    }

    fn v2(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("POST", ["read_receipts"]) => self.mark_read_v2(),
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v3(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["users", "me"]) => self.me(),
            ("GET", ["groups"]) => self.groups(),
            ("GET", ["groups", "former"]) => Ok(self.former_groups()),
            ("GET", ["memberships", "states"]) => Ok(self.membership_states()),
            ("GET", ["groups", group]) => self.group(group),
            ("GET", ["groups", group, "subgroups"]) => self.topics(group),
            ("POST", ["groups", group, "subgroups"]) => self.add_topic(group),
            ("GET", ["groups", group, "subgroups", topic]) => self.topic(group, topic),
            ("PUT", ["groups", group, "subgroups", topic]) => self.change_topic(group, topic),
            ("DELETE", ["groups", group, "subgroups", topic]) => self.remove_topic(group, topic),
            ("GET", ["groups", group, "likes"]) => self.popular(group),
            ("GET", ["groups", group, "likes", "mine"]) => self.liked_in_group(group),
            ("GET", ["groups", group, "likes", "for_me"]) => self.liked_by_others_in_group(group),
            ("GET", ["groups", group, "messages"]) => self.group_messages(group),
            ("POST", ["groups", group, "messages"]) => self.send_to_group(group),
            ("GET", ["direct_messages"]) => self.direct_messages(),
            ("GET", ["direct_messages", message]) => self.direct_message(message),
            ("POST", ["direct_messages"]) => self.send_direct(),
            ("GET", ["poll", conversation]) => self.polls(conversation),
            ("POST", ["poll", conversation]) => self.add_poll(conversation),
            ("GET", ["poll", conversation, poll]) => self.poll(conversation, poll),
            ("POST", ["poll", conversation, poll]) => self.vote_for_all(conversation, poll),
            ("POST", ["poll", conversation, poll, "end"]) => self.end_poll(conversation, poll),
            ("POST", ["poll", conversation, poll, option]) => self.vote(conversation, poll, option),
            ("GET", ["chats"]) => self.chats(),
            ("GET", ["chats", conversation]) => self.chat(conversation),
            ("DELETE", ["chats", conversation]) => self.delete_chat(conversation),
            ("DELETE", ["conversations", conversation, "messages", message]) => {
                self.delete(conversation, message)
            }
            ("POST", ["conversations", conversation, "messages", message, "pin"]) => {
                self.pin(conversation, message)
            }
            ("POST", ["conversations", conversation, "messages", message, "unpin"]) => {
                self.unpin(conversation, message)
            }
            ("POST", ["conversations", conversation, "read_receipt"]) => {
                self.mark_read_v3(conversation)
            }
            ("GET", ["pinned", "groups", group, "messages"]) => self.pinned_in_group(group),
            ("GET", ["pinned", "direct_messages"]) => self.pinned_direct(),
            ("POST", ["messages", conversation, message, "like"]) => {
                self.like(conversation, message)
            }
            ("POST", ["messages", conversation, message, "unlike"]) => {
                self.unlike(conversation, message)
            }
            _ => Err(RestResponse::not_found()),
        }
    }

    fn v4(&mut self, method: &str, path: &[&str]) -> Outcome {
        match (method, path) {
            ("GET", ["groups", group, "messages", message]) => self.group_message(group, message),
            ("PUT", ["groups", group, "messages", message]) => self.edit_in_group(group, message),
            ("PUT", ["direct_messages", peer, "messages", message]) => {
                self.edit_direct(peer, message)
            }
            ("GET", ["likes", "direct_messages", "mine"]) => self.liked_direct(),
            ("GET", ["likes", "direct_messages", "for_me"]) => self.liked_by_others_direct(),
            ("GET", ["read_receipts"]) => Ok(self.receipts()),
            ("POST", ["read_receipts"]) => self.mark_read_v4_batch(),
            ("POST", ["read_receipts", conversation]) => self.mark_read_v4(conversation),
            ("POST", ["conversations", "mark_all_read"]) => Ok(self.mark_all_read()),
            _ => Err(RestResponse::not_found()),
        }
    }

    /// Returns a group of the caller's.
    pub(super) fn group_conversation(&self, text: &str) -> Result<Conversation, RestResponse> {
        let group = number(text).map(|id| Conversation::Group(SimGroupId::new(id)));
        self.own(group)
    }

    /// Returns the chat with another user, who must exist.
    pub(super) fn direct_conversation(&self, text: &str) -> Result<Conversation, RestResponse> {
        let peer = number(text).map(SimUserId::new);
        let peer = peer.filter(|peer| self.world.name(*peer).is_some());
        self.own(peer.map(|peer| Conversation::direct(self.user, peer)))
    }

    /// Returns the chat with the query's `other_user_id`.
    pub(super) fn requested_direct_conversation(&self) -> Result<Conversation, RestResponse> {
        let peer = self.query.text("other_user_id");
        self.direct_conversation(
            &peer.ok_or_else(|| RestResponse::bad("other_user_id is missing"))?,
        )
    }

    /// Returns a conversation of the caller's by its id: a group's, or two users' with the lower
    /// one first.
    pub(super) fn conversation(&self, text: &str) -> Result<Conversation, RestResponse> {
        let Some((low, high)) = text.split_once('+') else {
            return self.group_conversation(text);
        };
        let (low, high) = (number(low), number(high));
        let conversation = low.zip(high).filter(|(low, high)| low < high);
        let conversation =
            conversation.map(|(low, high)| (SimUserId::new(low), SimUserId::new(high)));
        let known = |user| self.world.name(user).is_some();
        let conversation = conversation.filter(|(low, high)| known(*low) && known(*high));
        self.own(conversation.map(|(low, high)| Conversation::direct(low, high)))
    }

    fn own(&self, conversation: Option<Conversation>) -> Result<Conversation, RestResponse> {
        conversation
            .filter(|conversation| self.world.takes_part(self.user, *conversation))
            .ok_or_else(RestResponse::no_conversation)
    }

    /// Returns a message of this conversation.
    pub(super) fn message_in(
        &self,
        conversation: Conversation,
        text: &str,
    ) -> Result<SimMessageId, RestResponse> {
        number(text)
            .map(SimMessageId::new)
            .filter(|id| self.world.conversation_of(*id) == Some(conversation))
            .ok_or_else(RestResponse::not_found)
    }

    /// Parses the body as JSON.
    pub(super) fn json(&self) -> Result<Value, RestResponse> {
        serde_json::from_slice(self.body)
            .map_err(|_| RestResponse::bad("the body is not valid JSON"))
    }

    pub(super) fn view(&self) -> View {
        let files = self.query.text("acceptFiles");
        View {
            viewer: self.user,
            files: files.is_some_and(|files| files == "1" || files == "true"),
        }
    }

    /// Returns page number and page size of the query.
    pub(super) fn page(&self, per_page: usize) -> Result<(usize, usize), RestResponse> {
        let asked = |name, default: usize| {
            let number = self.query.number(name).map_err(not_a_number)?;
            let number = number.map_or(Ok(default), usize::try_from);
            number
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| not_a_number(name))
        };
        Ok((asked("page", 1)?, asked("per_page", per_page)?))
    }
}

pub(super) fn not_a_number(name: &str) -> RestResponse {
    RestResponse::bad(&format!("{name} must be a number"))
}
