//! Reactions to messages, and lists of liked messages.

use groupme_model::{GroupId, LikeIcon, Message, MessageId, Reaction, outgoing::ReactionBody};

use crate::{Call, Conversation, Service};

use super::messages::MESSAGES;

/// Reacts to a message, with the default heart if `icon` is `None`. Returns all reactions to the
/// message; none for the default heart, whose answer has no list.
///
/// GroupMe ignores a second reaction of the same user: use [`unlike`] first, or
/// [`Client::react`](crate::Client::react).
pub fn like(
    conversation: impl Into<Conversation>,
    message: impl Into<MessageId>,
    icon: Option<LikeIcon>,
) -> Call<Vec<Reaction>> {
    let call = Call::post(Service::V3, "messages/{}/{}/like")
        .conversation(conversation)
        .segment(message.into());
    match icon {
        Some(icon) => call.body(&ReactionBody::new(icon)),
        None => call,
    }
    .idempotent()
    .list(&["reactions"])
}

/// Removes your reaction to a message. Returns the remaining reactions.
pub fn unlike(
    conversation: impl Into<Conversation>,
    message: impl Into<MessageId>,
) -> Call<Vec<Reaction>> {
    Call::post(Service::V3, "messages/{}/{}/unlike")
        .conversation(conversation)
        .segment(message.into())
        .idempotent()
        .list(&["reactions"])
}

/// Period of [`popular`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Period {
    /// Last day.
    Day,
    /// Last week.
    Week,
    /// Last month.
    Month,
}

/// Lists the messages of a group with the most reactions in a period.
pub fn popular(group: impl Into<GroupId>, period: Period) -> Call<Vec<Message>> {
    let period = match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
    };
    Call::get(Service::V3, "groups/{}/likes")
        .segment(group.into())
        .query("period", period)
        .list(MESSAGES)
}

/// Lists the messages of a conversation to which you reacted.
pub fn mine(conversation: impl Into<Conversation>) -> Call<Vec<Message>> {
    match conversation.into() {
        Conversation::Group(group) => Call::get(Service::V3, "groups/{}/likes/mine").segment(group),
        direct => Call::get(Service::V4, "likes/direct_messages/mine").other_user(direct),
    }
    .list(MESSAGES)
}

/// Lists your messages in a conversation to which others reacted.
pub fn for_me(conversation: impl Into<Conversation>) -> Call<Vec<Message>> {
    match conversation.into() {
        Conversation::Group(group) => {
            Call::get(Service::V3, "groups/{}/likes/for_me").segment(group)
        }
        direct => Call::get(Service::V4, "likes/direct_messages/for_me").other_user(direct),
    }
    .list(MESSAGES)
}
