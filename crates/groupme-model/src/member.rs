//! Members of groups.

use bayeux_wire::Value;

use crate::field::{Kind as _, Seconds};
use crate::group::{JoinQuestion, JoinQuestionRef};
use crate::id::GroupId;
use crate::json::Json;
use crate::macros::{model, open_enum};
use crate::timestamp::Timestamp;

model! {
    /// A member of a group: present, former, or waiting to be let in. Also your own membership, of
    /// which GroupMe tells more.
    pub struct Member as MemberRef {
        /// The id of the membership, by which a member is removed or changed. Not the user's.
        id: id(Membership),
        /// The user.
        user_id: id(User),
        /// The user's own name.
        name: text,
        /// The user's name in the group.
        nickname: text,
        /// The user's picture in the group; may be empty.
        image_url: text,
        /// The same, by another name.
        avatar_url: text,
        /// What the member may do.
        roles: maybe_list(Role),
        /// What the membership is now.
        state: open(MemberState, MemberStateRef),
        /// Whether the member does not want to hear of the group.
        muted: flag,
        /// Until when; 253402300800 is for ever.
        muted_until: seconds,
        /// By topic, until when it is muted; see `topic_muted_until`.
        muted_children: raw,
        /// By topic, what the membership of it is.
        child_states: raw,
        /// The same, by another name.
        child_state: raw,
        /// Whether the member does not hear of the group for now.
        snoozed: flag,
        /// Whether messages make a sound.
        has_sound_enabled: flag,
        /// Whether there are summaries of what was missed.
        recap_enabled: flag,
        /// Whether the member was removed for being inactive.
        autokicked: flag,
        /// Whether the member uses the app rather than text messages.
        app_installed: flag,
        /// Whether the member made the group.
        creator: flag,
        /// Whether the member is yet to be let in.
        pending: flag,
        /// When the member came.
        created_at: seconds,
        /// When the membership was last changed.
        updated_at: seconds,
        /// When the member asked to be let in.
        timestamp: seconds,
        /// What the member answered to the group's question.
        reason: object(JoinReason, JoinReasonRef),
        /// The id that whoever added the member gave, to find the result by.
        guid: text,
        /// The member's telephone number.
        phone_number: text,
        /// Its country's dialling code.
        country_code: text,
        /// The member's address for mail.
        email: text,
        /// What the member's directory is called for short.
        directory_short_name: text,
        /// The directory's colour.
        directory_color: text,
        /// The team that the member is for.
        sports_chat_team: text,
    }
}

open_enum! {
    /// What a member may do.
    pub enum Role as RoleRef {
        /// The group is theirs.
        Owner = "owner",
        /// They can change the group.
        Admin = "admin",
        /// Nothing in particular.
        User = "user",
    }
}

open_enum! {
    /// What a membership is. GroupMe has one set of words for members and another for former ones.
    pub enum MemberState as MemberStateRef {
        /// A member.
        Active = "active",
        /// A member who does not want to hear of the group.
        Muted = "muted",
        /// Waiting to be let in.
        RequestedPending = "requested_pending",
        /// Was removed.
        Removed = "removed",
        /// Left.
        Exited = "exited",
        /// Left, and was removed after that.
        ExitedRemoved = "exited_removed",
    }
}

model! {
    /// What somebody who wants to join a group answered.
    pub struct JoinReason as JoinReasonRef {
        /// What it is, such as `join_reason/membership_join_reason`.
        kind: text as "type",
        /// What was asked.
        question: object(JoinQuestion, JoinQuestionRef),
        /// What was answered.
        answer: object(JoinAnswer, JoinAnswerRef),
        /// How the group was found.
        method: text,
    }
}

model! {
    /// The answer to a group's question.
    pub struct JoinAnswer as JoinAnswerRef {
        /// What sort of answer it is, such as `join_reason/answers/text`.
        kind: text as "type",
        /// The answer.
        response: text,
    }
}

model! {
    /// What a membership is, without the member.
    pub struct MembershipState as MembershipStateRef {
        /// The group, in the list of your own.
        group_id: id(Group),
        /// The membership, after it was approved or denied.
        membership_id: id(Membership),
        /// What it is.
        state: open(MemberState, MemberStateRef),
    }
}

impl Member {
    /// Whether the member may change the group.
    pub fn is_admin(&self) -> bool {
        let roles = self.roles.as_deref().unwrap_or_default();
        roles.contains(&Role::Admin) || roles.contains(&Role::Owner)
    }

    /// Until when a topic is muted.
    pub fn topic_muted_until(&self, topic: &GroupId) -> Option<Timestamp> {
        self.muted_children
            .as_ref()
            .and_then(|topics| topics.get(topic.as_str()))
            .and_then(Json::as_time_in_seconds)
    }
}

impl MemberRef<'_> {
    /// Whether the member may change the group.
    pub fn is_admin(&self) -> bool {
        let mut roles = self.roles().into_iter().flatten();
        roles.any(|role| matches!(role, RoleRef::Admin | RoleRef::Owner))
    }

    /// Until when a topic is muted.
    pub fn topic_muted_until(&self, topic: &GroupId) -> Option<Timestamp> {
        self.muted_children()
            .and_then(|topics| Value::get(topics, topic.as_str()))
            .and_then(Seconds::show)
    }
}
