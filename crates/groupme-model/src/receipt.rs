//! Read receipts.

use crate::id::{ConversationId, ConversationIdRef, MessageId, MessageIdRef};
use crate::macros::model;

model! {
    /// Who read what of a conversation, and when.
    ///
    /// GroupMe has three spellings of it: pushes, direct messages and the old way to send one have
    /// `chat_id`; the way that tells the other user has `conversation_id`; lists of what you read
    /// yourself have `last_read_message_id`. See `conversation` and `newest`.
    pub struct ReadReceipt as ReadReceiptRef {
        /// The same as `message_id`, or empty, or absent.
        id: id(Message),
        /// The conversation, in the first spelling.
        chat_id: id(Conversation),
        /// The conversation, in the others; may be a group's id.
        conversation_id: id(Conversation),
        /// The newest message that was read.
        message_id: id(Message),
        /// The newest message that you read.
        last_read_message_id: id(Message),
        /// Who read it.
        user_id: id(User),
        /// When.
        read_at: seconds,
        /// What became of a receipt that you sent, such as `accepted`.
        status: text,
    }
}

impl ReadReceipt {
    /// The conversation, in whatever spelling.
    pub fn conversation(&self) -> Option<&ConversationId> {
        self.chat_id.as_ref().or(self.conversation_id.as_ref())
    }

    /// The newest message that was read, in whatever spelling.
    pub fn newest(&self) -> Option<&MessageId> {
        self.message_id
            .as_ref()
            .or(self.last_read_message_id.as_ref())
    }
}

impl<'f> ReadReceiptRef<'f> {
    /// The conversation, in whatever spelling.
    pub fn conversation(&self) -> Option<ConversationIdRef<'f>> {
        self.chat_id().or(self.conversation_id())
    }

    /// The newest message that was read, in whatever spelling.
    pub fn newest(&self) -> Option<MessageIdRef<'f>> {
        self.message_id().or(self.last_read_message_id())
    }
}
