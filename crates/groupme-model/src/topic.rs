//! Topics: conversations inside a group.

use crate::group::{GroupMessages, GroupMessagesRef, GroupType, GroupTypeRef, MessageDeletionMode};
use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::model;

model! {
    /// Topic of a group, also called a subgroup by GroupMe. Its ids are numbers on the wire.
    ///
    /// Its messages are read like those of a group, with the topic's own id.
    pub struct Topic as TopicRef {
        /// Id of the topic.
        id: required_id(Group),
        /// Group that the topic belongs to.
        parent_id: id(Group),
        /// Name of the topic.
        topic: text,
        /// Description of the topic; may be empty.
        description: text,
        /// Type of the topic: who can write.
        kind: open_enum(GroupType, GroupTypeRef) as "type",
        /// Type of the topic, under the name that requests use.
        group_type: open_enum(GroupType, GroupTypeRef),
        /// URL of the topic's picture.
        avatar_url: text,
        /// User who created the topic.
        creator_user_id: id(User),
        /// Creation time.
        created_at: seconds,
        /// Time of the last change.
        updated_at: seconds,
        /// End of the muting by the current user; 253402300800 stands for "forever".
        muted_until: seconds,
        /// Icon of a like; absent for the default heart.
        like_icon: object(LikeIcon, LikeIconRef),
        /// Number of messages and the last one.
        messages: object(GroupMessages, GroupMessagesRef),
        /// Number of unread messages. Absent in lists.
        unread_count: integer,
        /// Last message that the current user has read. Absent in lists.
        last_read_message_id: id(Message),
        /// Time at which the current user read that message. Absent in lists.
        last_read_at: seconds,
        /// Roles that may delete a message.
        message_deletion_mode: optional_list(MessageDeletionMode),
        /// Period in which a message can be deleted. The unit is undocumented; 2147483647 stands
        /// for "no limit".
        message_deletion_period: integer,
        /// Period in which a message can be edited. The unit is disputed; observed values (15,
        /// 43200) fit minutes.
        message_edit_period: integer,
        /// Whether recaps of unread messages are enabled.
        recap_enabled: flag,
        /// Name of the theme.
        theme_name: text,
        /// Id of the theme.
        theme_id: id(Other),
        /// URL of the theme's picture.
        theme_custom_url: text,
    }
}
