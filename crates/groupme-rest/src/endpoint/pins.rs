//! Pinned messages, and pinned conversations.

use groupme_model::{ConversationId, MessageId};
use serde::Serialize;

use crate::{Call, Conversation, Service, argument::Argument};

use super::messages::MessagePage;

/// Pins a message. If it is already pinned, GroupMe answers
/// [`BadRequest`](crate::Error::BadRequest).
pub fn pin(conversation: impl Into<Conversation>, message: impl Into<MessageId>) -> Call<()> {
    Call::post(Service::V3, "conversations/{}/messages/{}/pin")
        .conversation(conversation)
        .segment(message.into())
        .idempotent()
}

/// Unpins a message.
pub fn unpin(conversation: impl Into<Conversation>, message: impl Into<MessageId>) -> Call<()> {
    Call::post(Service::V3, "conversations/{}/messages/{}/unpin")
        .conversation(conversation)
        .segment(message.into())
        .idempotent()
}

/// Lists the pinned messages of a conversation. GroupMe may answer
/// [`NotFound`](crate::Error::NotFound) if no message was ever pinned.
pub fn list(conversation: impl Into<Conversation>) -> Call<MessagePage> {
    match conversation.into() {
        Conversation::Group(group) => {
            Call::get(Service::V3, "pinned/groups/{}/messages").segment(group)
        }
        direct => Call::get(Service::V3, "pinned/direct_messages").other_user(direct),
    }
    .messages()
}

/// Lists the ids of your pinned conversations.
pub fn conversations() -> Call<Vec<ConversationId>> {
    Call::get(Service::V4, "pinned_conversations").list(&["pinned_conversation_ids"])
}

/// Replaces the list of your pinned conversations.
pub fn pin_conversations<C: Into<Conversation>>(
    conversations: impl IntoIterator<Item = C>,
) -> Call<()> {
    let ids: Vec<_> = conversations
        .into_iter()
        .map(|conversation| Argument::ConversationId(conversation.into()))
        .collect();
    let body = PinnedConversations {
        pinned_conversation_ids: vec![""; ids.len()],
    };
    Call::put(Service::V4, "pinned_conversations")
        .body(&body)
        .with(|request| {
            let ids = ids.into_iter().enumerate();
            ids.fold(request, |request, (index, id)| {
                request.json_argument(format!("/pinned_conversation_ids/{index}"), id)
            })
        })
}

#[derive(Serialize)]
struct PinnedConversations {
    pinned_conversation_ids: Vec<&'static str>,
}
