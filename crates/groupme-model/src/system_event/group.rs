//! Notices about a group and its topics.

use crate::group::{GroupType, GroupTypeRef};
use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::model;
use crate::member::{Role, RoleRef};

use super::{NoticeUser, NoticeUserRef};

model! {
    /// Changed settings of a group. The type of the notice determines which fields are present.
    pub struct GroupChange as GroupChangeRef {
        /// User who made the change.
        user: object(NoticeUser, NoticeUserRef),
        /// URL of the new picture.
        avatar_url: text,
        /// New name.
        name: text,
        /// New description.
        topic: text,
        /// Name of the new theme.
        theme_name: text,
        /// Id of the new theme.
        theme_id: id(Other),
        /// URL of the new theme's picture.
        theme_custom_url: text,
        /// New icon of a like.
        like_icon: object(LikeIcon, LikeIconRef),
        /// New type.
        kind: open_enum(GroupType, GroupTypeRef) as "type",
        /// New period in which a message can be edited. The unit is disputed; observed values fit
        /// minutes.
        message_edit_period: integer,
        /// Name of the directory that the group was added to.
        directory_name: text,
        /// URL by which others can join.
        share_url: text,
        /// URL of a QR code of `share_url`.
        share_qr_code_url: text,
    }
}

model! {
    /// Change of a group's owner.
    pub struct OwnerChange as OwnerChangeRef {
        /// Previous owner.
        old_owner: object(NoticeUser, NoticeUserRef),
        /// New owner.
        new_owner: object(NoticeUser, NoticeUserRef),
    }
}

model! {
    /// Change of a member's role.
    pub struct RoleChange as RoleChangeRef {
        /// User who made the change.
        user: object(NoticeUser, NoticeUserRef),
        /// New role.
        role: open_enum(Role, RoleRef),
        /// Member whose role was changed.
        member: object(NoticeUser, NoticeUserRef),
    }
}

model! {
    /// Topic that was created, removed or changed. The type of the notice determines which fields
    /// are present.
    pub struct TopicChange as TopicChangeRef {
        /// User who made the change.
        user: object(NoticeUser, NoticeUserRef),
        /// Name of the topic.
        subgroup_topic: text,
        /// URL of the topic's picture.
        subgroup_avatar_url: text,
        /// Description of the topic.
        subgroup_description: text,
        /// Id of the topic.
        subgroup_id: id(Group),
        /// Group that the topic belongs to.
        parent_id: id(Group),
        /// New icon of a like; absent if it was removed.
        like_icon: object(LikeIcon, LikeIconRef),
        /// New type.
        kind: open_enum(GroupType, GroupTypeRef) as "type",
        /// New period in which a message can be edited. The unit is disputed; observed values fit
        /// minutes.
        message_edit_period: integer,
    }
}

model! {
    /// Call in a group.
    pub struct Call as CallRef {
        /// User who started or ended the call; may be `"system"`.
        user: object(NoticeUser, NoticeUserRef),
        /// URL of the call.
        meeting_id: text,
        /// Duration of the call, in milliseconds.
        call_duration: integer,
    }
}
