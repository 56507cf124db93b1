//! Direct conversations.

use groupme_model::{Chat, ConversationId};

use crate::{Call, Service};

use super::Page;

/// Lists your direct conversations, the most recent first.
pub fn list(page: Page) -> Call<Vec<Chat>> {
    Call::get(Service::V3, "chats", &[])
        .numbered(page)
        .list(&["chats"])
}

/// Reads one direct conversation.
pub fn show(conversation: &ConversationId) -> Call<Chat> {
    Call::get(Service::V3, "chats/{}", &[conversation.as_str()]).one(&[])
}

/// Takes a direct conversation off your list.
pub fn delete(conversation: &ConversationId) -> Call<()> {
    Call::delete(Service::V3, "chats/{}", &[conversation.as_str()])
}

/// Lets somebody write to you who asked to.
pub fn approve(conversation: &ConversationId) -> Call<()> {
    Call::post(Service::V3, "chats/{}/approve", &[conversation.as_str()]).idempotent()
}
