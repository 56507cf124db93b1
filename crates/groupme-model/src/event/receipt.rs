//! Read receipts.

use crate::macros::model;

model! {
    /// Who read what of a conversation, and when.
    pub struct ReadReceipt as ReadReceiptRef {
        /// The same as `message_id`, or empty.
        id: id(Message),
        /// The conversation, as pushes call it.
        chat_id: id(Conversation),
        /// The conversation, as REST calls it.
        conversation_id: id(Conversation),
        /// The newest message that was read.
        message_id: id(Message),
        /// Who read it.
        user_id: id(User),
        /// When.
        read_at: seconds,
    }
}
