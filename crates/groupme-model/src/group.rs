//! Groups, as REST tells of them.

use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::{model, open_enum};
use crate::member::{Member, MemberState, MemberStateRef};

mod messages;
mod place;
mod settings;

pub use messages::*;
pub use place::*;
pub use settings::*;

model! {
    /// A group: as listed, read, joined, changed, previewed or found by a search, each of which
    /// tells another part of it.
    ///
    /// A push about a new membership has a [`JoinedGroup`](crate::JoinedGroup) instead.
    pub struct Group as GroupRef {
        /// The group's id.
        id: key(Group),
        /// The same.
        group_id: id(Group),
        /// The group of which this is a topic.
        parent_id: id(Group),
        /// What it is called.
        name: text,
        /// What it is about; may be empty.
        description: text,
        /// Who can join and who can write.
        kind: open(GroupType, GroupTypeRef) as "type",
        /// The same, as searches and requests call it.
        group_type: open(GroupType, GroupTypeRef),
        /// The group's picture.
        image_url: text,
        /// The same, as searches call it.
        avatar_url: text,
        /// A preview of it.
        preview_url: text,
        /// The number to which text messages for the group go.
        phone_number: text,
        /// Who made the group.
        creator_user_id: id(User),
        /// The same, by another name.
        creator_id: id(User),
        /// When it was made.
        created_at: seconds,
        /// When it was last changed.
        updated_at: seconds,
        /// When it ends of itself.
        expires_at: seconds,
        /// Until when you do not want to hear of it; 253402300800 is for ever.
        muted_until: seconds,
        /// How many of its topics are muted.
        muted_children_count: integer,
        /// Whether it disturbs nobody.
        office_mode: flag,
        /// Its members; absent when they were left out of the answer.
        members: maybe_list(Member),
        /// How many members it has. 0 where they were left out of the answer; see
        /// `known_members_count`.
        members_count: integer,
        /// The same, by another name.
        group_size: integer,
        /// How many members it can have.
        max_members: integer,
        /// The same, by another name.
        max_memberships: integer,
        /// How many of its members get text messages.
        sms_user_count: integer,
        /// What your membership is.
        membership_state: open(MemberState, MemberStateRef),
        /// How many messages it has, and the last one.
        messages: object(GroupMessages, GroupMessagesRef),
        /// How many messages you have not read. Absent in lists.
        unread_count: integer,
        /// The last message that you read. Absent in lists.
        last_read_message_id: id(Message),
        /// When you read it. Absent in lists.
        last_read_at: seconds,
        /// How many topics it has.
        children_count: integer,
        /// What a like looks like; absent for the usual heart.
        like_icon: object(LikeIcon, LikeIconRef),
        /// The theme.
        theme_name: text,
        /// The theme's id.
        theme_id: id(Other),
        /// Where the theme's picture is.
        theme_custom_url: text,
        /// Who can delete a message.
        message_deletion_mode: maybe_list(MessageDeleter),
        /// For how long a message can be deleted; 2147483647 is for ever. The unit is not known.
        message_deletion_period: integer,
        /// For how long a message can be edited; the unit is disputed (it fits minutes).
        message_edit_period: integer,
        /// The link by which others can join.
        share_url: text,
        /// An image of that link.
        share_qr_code_url: text,
        /// Whether the group can be joined by the link.
        shared: flag,
        /// Whether there can be such a link at all.
        disable_sharing: flag,
        /// Whether new members need approval.
        requires_approval: flag,
        /// Whether those who want to join are asked something.
        show_join_question: flag,
        /// What they are asked.
        join_question: object(JoinQuestion, JoinQuestionRef),
        /// Who can find the group.
        visibility: open(Visibility, VisibilityRef),
        /// Whether only members of the school can join.
        requires_campus_verification: flag,
        /// Whether it is left out of the list of groups.
        is_hidden: flag,
        /// The directory of which it is; may be empty.
        directory_id: id(Directory),
        /// The directories that it is in.
        directories: maybe_list(GroupDirectory),
        /// The places that it is about.
        locations: maybe_list(GroupLocation),
        /// The categories that it is in.
        category_ids: ids(Category),
        /// What sort of group it is.
        group_category: text,
        /// The same, as searches call it.
        category: text,
        /// The game that the group is about.
        matchup: raw,
        /// Whether it may be shown among those that many join.
        trending_allowed: flag,
        /// Which notices the group wants to see.
        system_message_settings: object(NoticeSettings, NoticeSettingsRef),
        /// What bots may do.
        bot_settings: object(BotSettings, BotSettingsRef),
        /// Whether there are summaries of what was missed.
        recap_enabled: flag,
        /// Whether sounds cannot be sent.
        audio_message_disabled: flag,
        /// How many are in the group's call.
        active_call_participants: integer,
        /// Not known to be used.
        chaos: flag,
        /// Not known to be used.
        thread_id: id(Other),
    }
}

open_enum! {
    /// Who can join a group and who can write in it.
    pub enum GroupType as GroupTypeRef {
        /// Members can add others.
        Private = "private",
        /// Admins add members.
        Closed = "closed",
        /// Admins add members, and only they can write.
        Announcement = "announcement",
    }
}

open_enum! {
    /// Who can delete a message.
    pub enum MessageDeleter as MessageDeleterRef {
        /// Admins.
        Admin = "admin",
        /// Who wrote it.
        Sender = "sender",
        /// Who made the conversation.
        Creator = "creator",
    }
}

open_enum! {
    /// Who can find a group.
    pub enum Visibility as VisibilityRef {
        /// Those who have its link.
        Hidden = "hidden",
        /// Everyone.
        Searchable = "searchable",
        /// Those of its community.
        Community = "community",
    }
}

impl Group {
    /// How many members it has, if the answer tells: GroupMe writes 0 where it left them out.
    pub fn known_members_count(&self) -> Option<i64> {
        self.members_count.filter(|count| *count > 0)
    }
}

impl GroupRef<'_> {
    /// How many members it has, if the answer tells: GroupMe writes 0 where it left them out.
    pub fn known_members_count(&self) -> Option<i64> {
        self.members_count().filter(|count| *count > 0)
    }
}
