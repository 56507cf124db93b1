//! Read receipts, of which GroupMe has three generations.

use groupme_model::{ConversationId, MessageId, ReadReceipt};
use serde::Serialize;

use crate::{Call, Service};

/// Marks a direct conversation as read, up to its newest message, and tells the other user.
pub fn read(conversation: &ConversationId) -> Call<ReadReceipt> {
    Call::post(
        Service::V3,
        "conversations/{}/read_receipt",
        &[conversation.as_str()],
    )
    .idempotent()
    .one(&["read_receipt"])
}

/// Marks a conversation as read up to a message, for your own devices.
pub fn read_up_to(conversation: &ConversationId, message: &MessageId) -> Call<ReadReceipt> {
    Call::post(Service::V4, "read_receipts/{}", &[conversation.as_str()])
        .body(&LastRead {
            last_read_message_id: message,
        })
        .idempotent()
        .one(&[])
}

/// Marks several conversations as read up to a message each.
pub fn read_many(newest: &[(ConversationId, MessageId)]) -> Call<Vec<ReadReceipt>> {
    let receipts = newest
        .iter()
        .map(|(conversation_id, last_read_message_id)| Receipt {
            conversation_id,
            last_read_message_id,
        })
        .collect();
    Call::post(Service::V4, "read_receipts", &[])
        .body(&Receipts { receipts })
        .idempotent()
        .list(&["receipts"])
}

/// Marks everything as read.
pub fn read_all() -> Call<()> {
    Call::post(Service::V4, "conversations/mark_all_read", &[]).idempotent()
}

/// Lists up to where you have read, groups and direct conversations together.
pub fn list() -> Call<Vec<ReadReceipt>> {
    Call::get(Service::V4, "read_receipts", &[]).list(&["receipts"])
}

/// Marks a message of a direct conversation as read, as the documentation has it (version 2).
/// For an older message than the newest that was read, only the time of that one changes: the
/// answer may be about another message.
pub fn read_v2(conversation: &ConversationId, message: &MessageId) -> Call<ReadReceipt> {
    let body = ReceiptV2Body {
        read_receipt: ReceiptV2 {
            message_id: message,
            chat_id: conversation,
        },
    };
    Call::post(Service::V2, "read_receipts", &[])
        .body(&body)
        .idempotent()
        .one(&["read_receipt"])
}

#[derive(Serialize)]
struct LastRead<'m> {
    last_read_message_id: &'m MessageId,
}

#[derive(Serialize)]
struct Receipt<'r> {
    conversation_id: &'r ConversationId,
    last_read_message_id: &'r MessageId,
}

#[derive(Serialize)]
struct Receipts<'r> {
    receipts: Vec<Receipt<'r>>,
}

#[derive(Serialize)]
struct ReceiptV2<'r> {
    message_id: &'r MessageId,
    chat_id: &'r ConversationId,
}

#[derive(Serialize)]
struct ReceiptV2Body<'r> {
    read_receipt: ReceiptV2<'r>,
}
