//! Direct conversations.

use crate::group::MessageDeleter;
use crate::id::{ConversationId, ConversationIdRef};
use crate::macros::model;
use crate::message::{Message, MessageRef};

model! {
    /// A direct conversation. It has no id of its own: it is found by the other user's.
    pub struct Chat as ChatRef {
        /// Whom it is with.
        other_user: object(OtherUser, OtherUserRef),
        /// The last message.
        last_message: object(Message, MessageRef),
        /// How many messages there are.
        messages_count: integer,
        /// When it began.
        created_at: seconds,
        /// When it was last changed.
        updated_at: seconds,
        /// How many messages you have not read. Absent in lists.
        unread_count: integer,
        /// The last message that you read. Absent in lists.
        last_read_message_id: id(Message),
        /// When you read it. Absent in lists.
        last_read_at: seconds,
        /// Until when you do not want to hear of it; 253402300800 is for ever.
        muted_until: seconds,
        /// Whether you have yet to approve it.
        requires_approval: flag,
        /// Whether it is left out of the list of conversations.
        is_hidden: flag,
        /// Who can delete a message.
        message_deletion_mode: maybe_list(MessageDeleter),
        /// For how long a message can be deleted; 2147483647 is for ever. The unit is not known.
        message_deletion_period: integer,
        /// For how long a message can be edited; the unit is disputed (it fits minutes).
        message_edit_period: integer,
        /// The theme's id.
        theme_id: id(Other),
        /// Where the theme's picture is.
        theme_custom_url: text,
    }
}

model! {
    /// The user that a direct conversation is with.
    pub struct OtherUser as OtherUserRef {
        /// The user.
        id: id(User),
        /// The user's name.
        name: text,
        /// The user's picture; may be empty.
        avatar_url: text,
    }
}

impl Chat {
    /// The conversation's id (`a+b`), which its last message tells.
    pub fn conversation(&self) -> Option<&ConversationId> {
        self.last_message.as_ref()?.direct_conversation()
    }
}

impl<'f> ChatRef<'f> {
    /// The conversation's id (`a+b`), which its last message tells.
    pub fn conversation(&self) -> Option<ConversationIdRef<'f>> {
        self.last_message()?.direct_conversation()
    }
}
