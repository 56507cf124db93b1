//! Messages with pictures, videos or files.

use groupme_model::Timestamp;

use crate::{Call, Conversation, Service};

use super::messages::MessagePage;

/// Lists at most `limit` messages with pictures, videos or files, newest first. For the next page,
/// `before` is the `gallery_ts` of the last message.
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
        .messages()
}
