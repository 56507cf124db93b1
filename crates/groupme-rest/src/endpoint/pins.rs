//! Pinned messages, and pinned conversations.

use groupme_model::{ConversationId, MessageId};
use serde::Serialize;

use crate::{Call, Conversation, Service};

use super::messages::{MessagePage, page};

/// Pins a message. One that is pinned already is [`Invalid`](crate::Error::Invalid).
pub fn pin(conversation: &ConversationId, message: &MessageId) -> Call<()> {
    Call::post(
        Service::V3,
        "conversations/{}/messages/{}/pin",
        &[conversation.as_str(), message.as_str()],
    )
    .idempotent()
}

/// Unpins a message.
pub fn unpin(conversation: &ConversationId, message: &MessageId) -> Call<()> {
    Call::post(
        Service::V3,
        "conversations/{}/messages/{}/unpin",
        &[conversation.as_str(), message.as_str()],
    )
    .idempotent()
}

/// Lists the pinned messages of a conversation. One in which nothing was ever pinned may be
/// [`NotFound`](crate::Error::NotFound).
pub fn list(conversation: &Conversation) -> Call<MessagePage> {
    match conversation {
        Conversation::Group(group) => {
            Call::get(Service::V3, "pinned/groups/{}/messages", &[group.as_str()])
        }
        Conversation::User(user) => {
            Call::get(Service::V3, "pinned/direct_messages", &[]).query("other_user_id", user)
        }
    }
    .reading(&[], page)
}

/// Lists the conversations that you pinned.
pub fn conversations() -> Call<Vec<ConversationId>> {
    Call::get(Service::V4, "pinned_conversations", &[]).list(&["pinned_conversation_ids"])
}

/// Pins exactly these conversations.
pub fn pin_conversations(conversations: &[ConversationId]) -> Call<()> {
    Call::put(Service::V4, "pinned_conversations", &[]).body(&PinnedConversations {
        pinned_conversation_ids: conversations,
    })
}

#[derive(Serialize)]
struct PinnedConversations<'c> {
    pinned_conversation_ids: &'c [ConversationId],
}
