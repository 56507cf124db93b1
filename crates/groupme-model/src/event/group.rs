//! Group in a push about a new membership.

use crate::group::{GroupType, GroupTypeRef};
use crate::macros::model;

model! {
    /// Group that the current user was added to.
    ///
    /// Has fewer fields than the [`Group`](crate::Group) of REST, under other names.
    pub struct JoinedGroup as JoinedGroupRef {
        /// Id of the group.
        id: required_id(Group),
        /// Name of the group.
        name: text,
        /// Description of the group; may be empty.
        description: text,
        /// Type of the group: who can add members and who can write.
        kind: open_enum(GroupType, GroupTypeRef) as "type",
        /// URL of the group's picture.
        avatar_url: text,
        /// URL of a preview of the group's picture.
        preview_url: text,
        /// User who created the group.
        creator_id: id(User),
        /// Creation time.
        created_at: seconds,
        /// Time of the last change.
        updated_at: seconds,
        /// Maximum number of members.
        max_memberships: integer,
        /// Phone number that receives text messages for the group.
        phone_number: text,
        /// URL by which others can join.
        share_url: text,
        /// Whether the group can be joined by its share URL.
        shared: flag,
        /// Whether sharing is disabled.
        disable_sharing: flag,
        /// Name of the theme.
        theme_name: text,
        /// Undocumented; not known to be set.
        thread_id: id(Other),
    }
}
