//! Reactions to messages, and lists of the messages that have some.

use groupme_model::{
    ConversationId, GroupId, LikeIcon, Message, MessageId, Reaction, UserId, outgoing::ReactionBody,
};

use crate::{Call, Service};

use super::messages::MESSAGES;

/// Reacts to a message, with the usual heart if there is no icon. The answer is all the reactions
/// that it has then; a plain heart is answered with none.
///
/// GroupMe ignores a second reaction of the same user: take back the first one, or use
/// [`Client::react`](crate::Client::react).
pub fn like(
    conversation: &ConversationId,
    message: &MessageId,
    icon: Option<LikeIcon>,
) -> Call<Vec<Reaction>> {
    let call = Call::post(
        Service::V3,
        "messages/{}/{}/like",
        &[conversation.as_str(), message.as_str()],
    );
    match icon {
        Some(icon) => call.body(&ReactionBody::new(icon)),
        None => call,
    }
    .idempotent()
    .list(&["reactions"])
}

/// Takes back your reaction to a message. The answer is all the reactions that it has then.
pub fn unlike(conversation: &ConversationId, message: &MessageId) -> Call<Vec<Reaction>> {
    Call::post(
        Service::V3,
        "messages/{}/{}/unlike",
        &[conversation.as_str(), message.as_str()],
    )
    .idempotent()
    .list(&["reactions"])
}

/// Of how long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

/// Lists the messages of a group that have the most reactions.
pub fn popular(group: &GroupId, period: Period) -> Call<Vec<Message>> {
    let period = match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
    };
    Call::get(Service::V3, "groups/{}/likes", &[group.as_str()])
        .query("period", period)
        .list(MESSAGES)
}

/// Lists the messages of a group that you reacted to.
pub fn mine(group: &GroupId) -> Call<Vec<Message>> {
    Call::get(Service::V3, "groups/{}/likes/mine", &[group.as_str()]).list(MESSAGES)
}

/// Lists your messages in a group that others reacted to.
pub fn for_me(group: &GroupId) -> Call<Vec<Message>> {
    Call::get(Service::V3, "groups/{}/likes/for_me", &[group.as_str()]).list(MESSAGES)
}

/// Lists the messages between you and another user that you reacted to.
pub fn mine_with(user: &UserId) -> Call<Vec<Message>> {
    Call::get(Service::V4, "likes/direct_messages/mine", &[])
        .query("other_user_id", user)
        .list(MESSAGES)
}

/// Lists your messages to another user that they reacted to.
pub fn for_me_with(user: &UserId) -> Call<Vec<Message>> {
    Call::get(Service::V4, "likes/direct_messages/for_me", &[])
        .query("other_user_id", user)
        .list(MESSAGES)
}
