//! The group in a push about a new membership.

use crate::group::{GroupType, GroupTypeRef};
use crate::macros::model;

model! {
    /// A group that the user was added to: less than REST tells of a group, under other names.
    pub struct JoinedGroup as JoinedGroupRef {
        /// The group's id.
        id: key(Group),
        /// What it is called.
        name: text,
        /// What it is about; may be empty.
        description: text,
        /// Who can join and who can write.
        kind: open(GroupType, GroupTypeRef) as "type",
        /// The group's picture.
        avatar_url: text,
        /// A preview of it.
        preview_url: text,
        /// Who made the group.
        creator_id: id(User),
        /// When it was made.
        created_at: seconds,
        /// When it was last changed.
        updated_at: seconds,
        /// How many members it can have.
        max_memberships: integer,
        /// The number to which text messages for the group go.
        phone_number: text,
        /// The link by which others can join.
        share_url: text,
        /// Whether the group can be joined by the link.
        shared: flag,
        /// Whether there can be such a link at all.
        disable_sharing: flag,
        /// The theme.
        theme_name: text,
        /// Not known to be used.
        thread_id: id(Other),
    }
}
