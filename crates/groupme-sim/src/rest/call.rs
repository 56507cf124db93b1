//! Request of an authenticated user, and the parts that most endpoints read.

use bayeux_proto::Instant;
use serde_json::Value;

use super::{RestConfig, RestResponse, flood::FloodBan, query::Query};
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
    /// Host and port of the simulator, for the URLs in responses.
    pub(super) host: Option<&'a str>,
    pub(super) media_type: Option<&'a str>,
}

/// Response, or a response that ends the handling early.
pub(super) type Outcome = Result<RestResponse, RestResponse>;

impl Call<'_> {
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

    /// Returns a user by id.
    pub(super) fn user_with_id(&self, text: &str) -> Result<SimUserId, RestResponse> {
        let user = number(text).map(SimUserId::new);
        user.filter(|user| self.world.name(*user).is_some())
            .ok_or_else(RestResponse::not_found)
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
