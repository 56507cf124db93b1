//! Read receipts, in the three versions of GroupMe's API.

use groupme_model::{MessageId, ReadReceipt};
use serde::Serialize;

use crate::{Call, Conversation, Service, argument::Argument};

/// Marks a direct conversation as read up to its newest message, and sends the other user a
/// receipt.
pub fn mark_read(conversation: impl Into<Conversation>) -> Call<ReadReceipt> {
    Call::post(Service::V3, "conversations/{}/read_receipt")
        .conversation(conversation)
        .idempotent()
        .one(&["read_receipt"])
}

/// Marks a conversation as read up to a message, for your own devices only.
pub fn mark_read_up_to(
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

/// Marks several conversations as read, each up to a message, for your own devices only.
pub fn mark_many_read<C: Into<Conversation>, M: Into<MessageId>>(
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

/// Marks all conversations as read.
pub fn mark_all_read() -> Call<()> {
    Call::post(Service::V4, "conversations/mark_all_read").idempotent()
}

/// Lists your last read message of each group and direct conversation.
pub fn list() -> Call<Vec<ReadReceipt>> {
    Call::get(Service::V4, "read_receipts").list(&["receipts"])
}

/// Marks a direct conversation as read up to a message, as documented (version 2), and sends the
/// other user a receipt. If a newer message is already read, only the time of its receipt changes,
/// and that receipt is returned.
pub fn mark_read_v2(
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
