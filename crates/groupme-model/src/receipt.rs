//! Read receipts.

use crate::id::{ConversationId, ConversationIdRef, MessageId, MessageIdRef};
use crate::macros::model;

model! {
    /// Read receipt: the last message that a user has read in a conversation.
    ///
    /// GroupMe has three forms of it. Pushes, direct messages and the `v2` request have `chat_id`;
    /// the `v3` request, which notifies the other user, has `conversation_id`; the current user's
    /// own list has `last_read_message_id`. See `conversation` and `last_read`.
    pub struct ReadReceipt as ReadReceiptRef {
        /// Same as `message_id`, or empty, or absent.
        id: id(Message),
        /// Direct conversation, in the first form.
        chat_id: id(Conversation),
        /// Conversation, in the other forms; may be a group's id.
        conversation_id: id(Conversation),
        /// Last message that was read.
        message_id: id(Message),
        /// Last message that the current user has read.
        last_read_message_id: id(Message),
        /// User who read the message.
        user_id: id(User),
        /// Time of the reading.
        read_at: seconds,
        /// Status of a receipt that was sent, such as `accepted`.
        status: text,
    }
}

impl ReadReceipt {
    /// Returns the conversation, in any of the forms.
    pub fn conversation(&self) -> Option<&ConversationId> {
        self.chat_id.as_ref().or(self.conversation_id.as_ref())
    }

    /// Returns the last message that was read, in any of the forms.
    pub fn last_read(&self) -> Option<&MessageId> {
        self.message_id
            .as_ref()
            .or(self.last_read_message_id.as_ref())
    }
}

impl<'f> ReadReceiptRef<'f> {
    /// Returns the conversation, in any of the forms.
    pub fn conversation(&self) -> Option<ConversationIdRef<'f>> {
        self.chat_id().or(self.conversation_id())
    }

    /// Returns the last message that was read, in any of the forms.
    pub fn last_read(&self) -> Option<MessageIdRef<'f>> {
        self.message_id().or(self.last_read_message_id())
    }
}
