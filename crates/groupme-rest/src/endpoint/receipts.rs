//! Read receipts, of which GroupMe has three generations.

use groupme_model::{MessageId, ReadReceipt};
use serde::Serialize;

use crate::{Call, Conversation, Service, argument::Argument};

/// Marks a direct conversation as read, up to its newest message, and tells the other user.
pub fn read(conversation: impl Into<Conversation>) -> Call<ReadReceipt> {
    Call::post(Service::V3, "conversations/{}/read_receipt")
        .conversation(conversation)
        .idempotent()
        .one(&["read_receipt"])
}

/// Marks a conversation as read up to a message, for your own devices.
pub fn read_up_to(
    conversation: impl Into<Conversation>,
    message: impl Into<MessageId>,
) -> Call<ReadReceipt> {
    Call::post(Service::V4, "read_receipts/{}")
        .conversation(conversation)
        .body(&LastRead {
            last_read_message_id: message.into(),
        })
        .idempotent()
        .one(&[])
}

/// Marks several conversations as read up to a message each.
pub fn read_many<C: Into<Conversation>, M: Into<MessageId>>(
    newest: impl IntoIterator<Item = (C, M)>,
) -> Call<Vec<ReadReceipt>> {
    let (ids, receipts): (Vec<_>, Vec<_>) = newest
        .into_iter()
        .map(|(conversation, message)| {
            let receipt = Receipt {
                conversation_id: "",
                last_read_message_id: message.into(),
            };
            (Argument::ConversationId(conversation.into()), receipt)
        })
        .unzip();
    Call::post(Service::V4, "read_receipts")
        .body(&Receipts { receipts })
        .with(|request| {
            let ids = ids.into_iter().enumerate();
            ids.fold(request, |request, (index, id)| {
                request.json_argument(format!("/receipts/{index}/conversation_id"), id)
            })
        })
        .idempotent()
        .list(&["receipts"])
}

/// Marks everything as read.
pub fn read_all() -> Call<()> {
    Call::post(Service::V4, "conversations/mark_all_read").idempotent()
}

/// Lists up to where you have read, groups and direct conversations together.
pub fn list() -> Call<Vec<ReadReceipt>> {
    Call::get(Service::V4, "read_receipts").list(&["receipts"])
}

/// Marks a message of a direct conversation as read, as the documentation has it (version 2).
/// For an older message than the newest that was read, only the time of that one changes: the
/// answer may be about another message.
pub fn read_v2(
    conversation: impl Into<Conversation>,
    message: impl Into<MessageId>,
) -> Call<ReadReceipt> {
    let body = ReceiptV2Body {
        read_receipt: ReceiptV2 {
            message_id: message.into(),
            chat_id: "",
        },
    };
    let id = Argument::ConversationId(conversation.into());
    Call::post(Service::V2, "read_receipts")
        .body(&body)
        .with(|request| request.json_argument("/read_receipt/chat_id", id))
        .idempotent()
        .one(&["read_receipt"])
}

#[derive(Serialize)]
struct LastRead {
    last_read_message_id: MessageId,
}

#[derive(Serialize)]
struct Receipt {
    conversation_id: &'static str,
    last_read_message_id: MessageId,
}

#[derive(Serialize)]
struct Receipts {
    receipts: Vec<Receipt>,
}

#[derive(Serialize)]
struct ReceiptV2 {
    message_id: MessageId,
    chat_id: &'static str,
}

#[derive(Serialize)]
struct ReceiptV2Body {
    read_receipt: ReceiptV2,
}
