//! The pictures, videos and files of a conversation.

use groupme_model::Timestamp;

use crate::{Call, Conversation, Service};

use super::messages::{MessagePage, page};

/// Lists the messages with pictures, videos and files, newest first: those before a time, which the
/// last message of the part before has as its `gallery_ts`.
pub fn list(
    conversation: impl Into<Conversation>,
    before: Option<Timestamp>,
    limit: u32,
) -> Call<MessagePage> {
    Call::get(Service::V3, "conversations/{}/gallery")
        .conversation(conversation)
        .query("acceptFiles", 1)
        .query("limit", limit)
        .query_if("before", before)
        .reading(&[], page)
}
