//! Groups, as REST sends them.

use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::{model, open_enum};
use crate::member::{Member, MemberState, MemberStateRef};

mod location;
mod messages;
mod settings;

pub use location::*;
pub use messages::*;
pub use settings::*;

model! {
    /// Group, as listed, read, joined, changed, previewed or found by a search. Each response has
    /// other fields.
    ///
    /// A push about a new membership has a [`JoinedGroup`](crate::JoinedGroup) instead.
    pub struct Group as GroupRef {
        /// Id of the group.
        id: required_id(Group),
        /// Id of the group; same as `id`.
        group_id: id(Group),
        /// Group that this topic belongs to; absent unless this is a topic.
        parent_id: id(Group),
        /// Name of the group.
        name: text,
        /// Description of the group; may be empty.
        description: text,
        /// Type of the group: who can add members and who can write.
        kind: open_enum(GroupType, GroupTypeRef) as "type",
        /// Type of the group, under the name that searches and requests use.
        group_type: open_enum(GroupType, GroupTypeRef),
        /// URL of the group's picture.
        image_url: text,
        /// URL of the group's picture, under the name that searches use.
        avatar_url: text,
        /// URL of a preview of the group's picture.
        preview_url: text,
        /// Phone number that receives text messages for the group.
        phone_number: text,
        /// User who created the group.
        creator_user_id: id(User),
        /// User who created the group, under another name.
        creator_id: id(User),
        /// Creation time.
        created_at: seconds,
        /// Time of the last change.
        updated_at: seconds,
        /// Time at which the group expires.
        expires_at: seconds,
        /// End of the muting by the current user; 253402300800 stands for "forever".
        muted_until: seconds,
        /// Number of muted topics.
        muted_children_count: integer,
        /// Whether office mode, which silences notifications, is on.
        office_mode: flag,
        /// Members of the group; absent if the request left them out.
        members: optional_list(Member),
        /// Number of members; 0 if the request left them out. See `known_members_count`.
        members_count: integer,
        /// Number of members, under another name.
        group_size: integer,
        /// Maximum number of members.
        max_members: integer,
        /// Maximum number of members, under another name.
        max_memberships: integer,
        /// Number of members who receive text messages.
        sms_user_count: integer,
        /// State of the current user's membership.
        membership_state: open_enum(MemberState, MemberStateRef),
        /// Number of messages and the last one.
        messages: object(GroupMessages, GroupMessagesRef),
        /// Number of unread messages. Absent in lists.
        unread_count: integer,
        /// Last message that the current user has read. Absent in lists.
        last_read_message_id: id(Message),
        /// Time at which the current user read that message. Absent in lists.
        last_read_at: seconds,
        /// Number of topics.
        children_count: integer,
        /// Icon of a like; absent for the default heart.
        like_icon: object(LikeIcon, LikeIconRef),
        /// Name of the theme.
        theme_name: text,
        /// Id of the theme.
        theme_id: id(Other),
        /// URL of the theme's picture.
        theme_custom_url: text,
        /// Roles that may delete a message.
        message_deletion_mode: optional_list(MessageDeletionMode),
        /// Period in which a message can be deleted. The unit is undocumented; 2147483647 stands
        /// for "no limit".
        message_deletion_period: integer,
        /// Period in which a message can be edited. The unit is disputed; observed values (15,
        /// 43200) fit minutes.
        message_edit_period: integer,
        /// URL by which others can join.
        share_url: text,
        /// URL of a QR code of `share_url`.
        share_qr_code_url: text,
        /// Whether the group can be joined by its share URL.
        shared: flag,
        /// Whether sharing is disabled.
        disable_sharing: flag,
        /// Whether new members need approval.
        requires_approval: flag,
        /// Whether users who want to join are asked a question.
        show_join_question: flag,
        /// Question for users who want to join.
        join_question: object(JoinQuestion, JoinQuestionRef),
        /// Visibility of the group in searches.
        visibility: open_enum(Visibility, VisibilityRef),
        /// Whether only verified members of the school can join.
        requires_campus_verification: flag,
        /// Whether the group is left out of the list of groups.
        is_hidden: flag,
        /// Directory of the group; may be empty.
        directory_id: id(Directory),
        /// Directories that list the group.
        directories: optional_list(GroupDirectory),
        /// Locations of the group.
        locations: optional_list(GroupLocation),
        /// Categories of the group.
        category_ids: ids(Category),
        /// Category of the group.
        group_category: text,
        /// Category of the group, under the name that searches use.
        category: text,
        /// Sports game that the group is about.
        matchup: raw,
        /// Whether the group may be listed as trending.
        trending_allowed: flag,
        /// Settings of the group's system messages.
        system_message_settings: object(NoticeSettings, NoticeSettingsRef),
        /// Settings of bots in the group.
        bot_settings: object(BotSettings, BotSettingsRef),
        /// Whether recaps of unread messages are enabled.
        recap_enabled: flag,
        /// Whether audio messages are disabled.
        audio_message_disabled: flag,
        /// Number of participants of the current call.
        active_call_participants: integer,
        /// Undocumented; not known to be set.
        chaos: flag,
        /// Undocumented; not known to be set.
        thread_id: id(Other),
    }
}

open_enum! {
    /// Type of a group: who can add members and who can write.
    pub enum GroupType as GroupTypeRef {
        /// Any member can add members and write.
        Private = "private",
        /// Only admins can add members.
        Closed = "closed",
        /// Only admins can add members and write.
        Announcement = "announcement",
    }
}

open_enum! {
    /// Role that may delete a message.
    pub enum MessageDeletionMode as MessageDeletionModeRef {
        /// Admins of the group.
        Admin = "admin",
        /// Author of the message.
        Sender = "sender",
        /// Creator of the conversation.
        Creator = "creator",
    }
}

open_enum! {
    /// Visibility of a group in searches.
    pub enum Visibility as VisibilityRef {
        /// Visible only with the share URL.
        Hidden = "hidden",
        /// Visible to everyone.
        Searchable = "searchable",
        /// Visible to members of the group's community.
        Community = "community",
    }
}

impl Group {
    /// Returns the number of members, or `None` if the response left it out, which GroupMe sends as
    /// 0.
    pub fn known_members_count(&self) -> Option<i64> {
        self.members_count.filter(|count| *count > 0)
    }
}

impl GroupRef<'_> {
    /// Returns the number of members, or `None` if the response left it out, which GroupMe sends as
    /// 0.
    pub fn known_members_count(&self) -> Option<i64> {
        self.members_count().filter(|count| *count > 0)
    }
}
