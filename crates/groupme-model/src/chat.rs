//! Direct conversations.

use crate::group::MessageDeletionMode;
use crate::id::{ConversationId, ConversationIdRef};
use crate::macros::model;
use crate::message::{Message, MessageRef};

model! {
    /// Direct conversation. GroupMe sends no id for it: the id of the other user identifies it.
    pub struct Chat as ChatRef {
        /// The other user.
        other_user: object(OtherUser, OtherUserRef),
        /// Last message.
        last_message: object(Message, MessageRef),
        /// Number of messages.
        messages_count: integer,
        /// Creation time.
        created_at: seconds,
        /// Time of the last change.
        updated_at: seconds,
        /// Number of unread messages. Absent in lists.
        unread_count: integer,
        /// Last message that the current user has read. Absent in lists.
        last_read_message_id: id(Message),
        /// Time at which the current user read that message. Absent in lists.
        last_read_at: seconds,
        /// End of the muting; 253402300800 stands for "forever".
        muted_until: seconds,
        /// Whether the current user has yet to approve the conversation.
        requires_approval: flag,
        /// Whether the conversation is left out of the list of conversations.
        is_hidden: flag,
        /// Roles that may delete a message.
        message_deletion_mode: optional_list(MessageDeletionMode),
        /// Period in which a message can be deleted. The unit is undocumented; 2147483647 stands
        /// for "no limit".
        message_deletion_period: integer,
        /// Period in which a message can be edited. The unit is disputed; observed values fit
        /// minutes.
        message_edit_period: integer,
        /// Id of the theme.
        theme_id: id(Other),
        /// URL of the theme's picture.
        theme_custom_url: text,
    }
}

model! {
    /// The other user of a direct conversation.
    pub struct OtherUser as OtherUserRef {
        /// Id of the user.
        id: id(User),
        /// Name of the user.
        name: text,
        /// URL of the user's picture; may be empty.
        avatar_url: text,
    }
}

impl Chat {
    /// Returns the conversation id (`a+b`), which only the last message carries.
    pub fn conversation(&self) -> Option<&ConversationId> {
        self.last_message.as_ref()?.direct_conversation()
    }
}

impl<'f> ChatRef<'f> {
    /// Returns the conversation id (`a+b`), which only the last message carries.
    pub fn conversation(&self) -> Option<ConversationIdRef<'f>> {
        self.last_message()?.direct_conversation()
    }
}
