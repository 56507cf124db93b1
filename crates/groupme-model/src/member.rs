//! Members of groups.

use bayeux_wire::Value;

use crate::field::{Kind as _, Seconds};
use crate::group::{JoinQuestion, JoinQuestionRef};
use crate::id::GroupId;
use crate::macros::{model, open_enum};
use crate::timestamp::Timestamp;

model! {
    /// Member of a group: current, former or pending. Also the current user's own membership, for
    /// which GroupMe sends more fields.
    pub struct Member as MemberRef {
        /// Id of the membership, which requests use to remove or change a member. Differs from the
        /// user's id.
        id: id(Membership),
        /// Id of the user.
        user_id: id(User),
        /// Name of the user's account.
        name: text,
        /// Name of the user in the group.
        nickname: text,
        /// URL of the user's picture in the group; may be empty.
        image_url: text,
        /// URL of the user's picture in the group, under another name.
        avatar_url: text,
        /// Roles of the member.
        roles: optional_list(Role),
        /// State of the membership.
        state: open_enum(MemberState, MemberStateRef),
        /// Whether the member has muted the group.
        muted: flag,
        /// End of the muting; 253402300800 stands for "forever".
        muted_until: seconds,
        /// End of each topic's muting, by topic id; see `topic_muted_until`.
        muted_children: raw,
        /// State of each topic's membership, by topic id.
        child_states: raw,
        /// State of each topic's membership, under another name.
        child_state: raw,
        /// Whether notifications are snoozed.
        snoozed: flag,
        /// Whether messages make a sound.
        has_sound_enabled: flag,
        /// Whether recaps of unread messages are enabled.
        recap_enabled: flag,
        /// Whether the member was removed for inactivity.
        autokicked: flag,
        /// Whether the member uses the app rather than text messages.
        app_installed: flag,
        /// Whether the member created the group.
        creator: flag,
        /// Whether the membership awaits approval.
        pending: flag,
        /// Time at which the member joined.
        created_at: seconds,
        /// Time of the last change of the membership.
        updated_at: seconds,
        /// Time of the request to join.
        timestamp: seconds,
        /// Answer to the group's join question.
        reason: object(JoinReason, JoinReasonRef),
        /// Id chosen by the client that added the member, used to find the result.
        guid: text,
        /// Phone number of the member.
        phone_number: text,
        /// Dialling code of the phone number's country.
        country_code: text,
        /// E-mail address of the member.
        email: text,
        /// Short name of the member's directory.
        directory_short_name: text,
        /// Colour of the member's directory.
        directory_color: text,
        /// Team that the member supports.
        sports_chat_team: text,
    }
}

open_enum! {
    /// Role of a member in a group.
    pub enum Role as RoleRef {
        /// Owner of the group.
        Owner = "owner",
        /// Admin, who can change the group.
        Admin = "admin",
        /// Member without special rights.
        User = "user",
    }
}

open_enum! {
    /// State of a membership. GroupMe uses one vocabulary for current members and another for
    /// former ones.
    pub enum MemberState as MemberStateRef {
        /// Current member.
        Active = "active",
        /// Current member who has muted the group.
        Muted = "muted",
        /// User whose request to join awaits approval.
        RequestedPending = "requested_pending",
        /// Former member who was removed.
        Removed = "removed",
        /// Former member who left.
        Exited = "exited",
        /// Former member who left and was removed afterwards.
        ExitedRemoved = "exited_removed",
    }
}

model! {
    /// Answer of a user who wants to join a group.
    pub struct JoinReason as JoinReasonRef {
        /// Type of the object, such as `join_reason/membership_join_reason`.
        kind: text as "type",
        /// Question that was asked.
        question: object(JoinQuestion, JoinQuestionRef),
        /// Answer to the question.
        answer: object(JoinAnswer, JoinAnswerRef),
        /// Way in which the user found the group.
        method: text,
    }
}

model! {
    /// Answer to a group's join question.
    pub struct JoinAnswer as JoinAnswerRef {
        /// Type of the answer, such as `join_reason/answers/text`.
        kind: text as "type",
        /// Text of the answer.
        response: text,
    }
}

model! {
    /// State of a membership, without the member.
    pub struct MembershipState as MembershipStateRef {
        /// Group; only in the list of the current user's memberships.
        group_id: id(Group),
        /// Membership; only after it was approved or denied.
        membership_id: id(Membership),
        /// State of the membership.
        state: open_enum(MemberState, MemberStateRef),
    }
}

impl Member {
    /// Returns `true` if the member is an admin or the owner.
    pub fn is_admin(&self) -> bool {
        let roles = self.roles.as_deref().unwrap_or_default();
        roles.contains(&Role::Admin) || roles.contains(&Role::Owner)
    }

    /// Returns the end of a topic's muting.
    pub fn topic_muted_until(&self, topic: &GroupId) -> Option<Timestamp> {
        self.muted_children
            .as_ref()
            .and_then(|topics| topics.get(topic.as_str()))
            .and_then(Seconds::decode)
    }
}

impl MemberRef<'_> {
    /// Returns `true` if the member is an admin or the owner.
    pub fn is_admin(&self) -> bool {
        let mut roles = self.roles().into_iter().flatten();
        roles.any(|role| matches!(role, RoleRef::Admin | RoleRef::Owner))
    }

    /// Returns the end of a topic's muting.
    pub fn topic_muted_until(&self, topic: &GroupId) -> Option<Timestamp> {
        self.muted_children()
            .and_then(|topics| Value::get(topics, topic.as_str()))
            .and_then(Seconds::view)
    }
}
