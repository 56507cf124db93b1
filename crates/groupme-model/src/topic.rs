//! Topics: conversations inside a group.

use crate::group::{GroupMessages, GroupMessagesRef, GroupType, GroupTypeRef, MessageDeleter};
use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::model;

model! {
    /// A topic of a group, which GroupMe also calls a subgroup. Its ids are numbers on the wire.
    ///
    /// Its messages are read like a group's, by the topic's own id.
    pub struct Topic as TopicRef {
        /// The topic's id.
        id: key(Group),
        /// The group that it is of.
        parent_id: id(Group),
        /// What it is called.
        topic: text,
        /// What it is about; may be empty.
        description: text,
        /// Who can write.
        kind: open(GroupType, GroupTypeRef) as "type",
        /// The same, as requests call it.
        group_type: open(GroupType, GroupTypeRef),
        /// The topic's picture.
        avatar_url: text,
        /// Who made the topic.
        creator_user_id: id(User),
        /// When it was made.
        created_at: seconds,
        /// When it was last changed.
        updated_at: seconds,
        /// Until when you do not want to hear of it; 253402300800 is for ever.
        muted_until: seconds,
        /// What a like looks like; absent for the usual heart.
        like_icon: object(LikeIcon, LikeIconRef),
        /// How many messages it has, and the last one.
        messages: object(GroupMessages, GroupMessagesRef),
        /// How many messages you have not read. Absent in lists.
        unread_count: integer,
        /// The last message that you read. Absent in lists.
        last_read_message_id: id(Message),
        /// When you read it. Absent in lists.
        last_read_at: seconds,
        /// Who can delete a message.
        message_deletion_mode: maybe_list(MessageDeleter),
        /// For how long a message can be deleted; 2147483647 is for ever. The unit is not known.
        message_deletion_period: integer,
        /// For how long a message can be edited; the unit is disputed (it fits minutes).
        message_edit_period: integer,
        /// Whether there are summaries of what was missed.
        recap_enabled: flag,
        /// The theme.
        theme_name: text,
        /// The theme's id.
        theme_id: id(Other),
        /// Where the theme's picture is.
        theme_custom_url: text,
    }
}
