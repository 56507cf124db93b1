//! Notices about a group and its topics.

use crate::group::{GroupType, GroupTypeRef};
use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::model;
use crate::member::{Role, RoleRef};

use super::{Person, PersonRef};

model! {
    /// A group's settings were changed: of the fields, those that go with the notice's type.
    pub struct GroupChange as GroupChangeRef {
        /// Who changed it.
        user: object(Person, PersonRef),
        /// The new picture.
        avatar_url: text,
        /// The new name.
        name: text,
        /// The new description.
        topic: text,
        /// The new theme.
        theme_name: text,
        /// The new theme's id.
        theme_id: id(Other),
        /// Where the new theme's picture is.
        theme_custom_url: text,
        /// The new picture for liking a message.
        like_icon: object(LikeIcon, LikeIconRef),
        /// The new type.
        kind: open(GroupType, GroupTypeRef) as "type",
        /// For how long a message can be edited; the unit is disputed.
        message_edit_period: integer,
        /// The directory that the group was added to.
        directory_name: text,
        /// The link by which others can join.
        share_url: text,
        /// An image of that link.
        share_qr_code_url: text,
    }
}

model! {
    /// A group has another owner.
    pub struct OwnerChange as OwnerChangeRef {
        /// Who was the owner.
        old_owner: object(Person, PersonRef),
        /// Who is the owner.
        new_owner: object(Person, PersonRef),
    }
}

model! {
    /// A member has another role.
    pub struct RoleChange as RoleChangeRef {
        /// Who changed it.
        user: object(Person, PersonRef),
        /// The new role.
        role: open(Role, RoleRef),
        /// Whose role it is.
        member: object(Person, PersonRef),
    }
}

model! {
    /// A topic was made, removed or changed: of the fields, those that go with the notice's type.
    pub struct TopicChange as TopicChangeRef {
        /// Who did it.
        user: object(Person, PersonRef),
        /// The topic's name.
        subgroup_topic: text,
        /// The topic's picture.
        subgroup_avatar_url: text,
        /// The topic's description.
        subgroup_description: text,
        /// The topic.
        subgroup_id: id(Group),
        /// The group that the topic is of.
        parent_id: id(Group),
        /// The new picture for liking a message; absent if it was removed.
        like_icon: object(LikeIcon, LikeIconRef),
        /// The new type.
        kind: open(GroupType, GroupTypeRef) as "type",
        /// For how long a message can be edited; the unit is disputed.
        message_edit_period: integer,
    }
}

model! {
    /// A call in a group.
    pub struct Call as CallRef {
        /// Who started or ended it; may be `"system"`.
        user: object(Person, PersonRef),
        /// Where the call is, as a URL.
        meeting_id: text,
        /// How long it was, in milliseconds.
        call_duration: integer,
    }
}
