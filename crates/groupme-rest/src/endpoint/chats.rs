//! Direct conversations, which GroupMe also calls chats.

use groupme_model::Chat;

use crate::{Call, Conversation, Service};

use super::Page;

/// Lists your direct conversations, most recent first.
pub fn list(page: Page) -> Call<Vec<Chat>> {
    Call::get(Service::V3, "chats").page(page).list(&["chats"])
}

/// Returns a direct conversation.
pub fn show(conversation: impl Into<Conversation>) -> Call<Chat> {
    Call::get(Service::V3, "chats/{}")
        .conversation(conversation)
        .one(&[])
}

/// Removes a direct conversation from your list.
pub fn delete(conversation: impl Into<Conversation>) -> Call<()> {
    Call::delete(Service::V3, "chats/{}").conversation(conversation)
}

/// Accepts the first message of a user whose messages need your approval.
pub fn approve(conversation: impl Into<Conversation>) -> Call<()> {
    Call::post(Service::V3, "chats/{}/approve")
        .conversation(conversation)
        .idempotent()
}
