//! Direct conversations.

use groupme_model::Chat;

use crate::{Call, Conversation, Service};

use super::Page;

/// Lists your direct conversations, the most recent first.
pub fn list(page: Page) -> Call<Vec<Chat>> {
    Call::get(Service::V3, "chats")
        .numbered(page)
        .list(&["chats"])
}

/// Reads one direct conversation.
pub fn show(conversation: impl Into<Conversation>) -> Call<Chat> {
    Call::get(Service::V3, "chats/{}")
        .conversation(conversation)
        .one(&[])
}

/// Takes a direct conversation off your list.
pub fn delete(conversation: impl Into<Conversation>) -> Call<()> {
    Call::delete(Service::V3, "chats/{}").conversation(conversation)
}

/// Lets somebody write to you who asked to.
pub fn approve(conversation: impl Into<Conversation>) -> Call<()> {
    Call::post(Service::V3, "chats/{}/approve")
        .conversation(conversation)
        .idempotent()
}
