//! Types of notices and their data.

use crate::diagnostics::Diagnostics;
use crate::json_source::JsonSource;
use crate::macros::union;

use super::{
    BotChange, BotChangeRef, CalendarNotice, CalendarNoticeRef, CalendarStarting,
    CalendarStartingRef, Call, CallRef, GroupChange, GroupChangeRef, MemberRemoved,
    MemberRemovedRef, MembersAdded, MembersAddedRef, MessageDeletedNotice, MessageDeletedNoticeRef,
    MessagePinnedNotice, MessagePinnedNoticeRef, MessageUpdateNotice, MessageUpdateNoticeRef,
    OwnerChange, OwnerChangeRef, PollNotice, PollNoticeRef, PrivacyNotice, PrivacyNoticeRef,
    ProfileChange, ProfileChangeRef, RoleChange, RoleChangeRef, TopicChange, TopicChangeRef,
    UserNotice, UserNoticeRef,
};

union! {
    /// Content of a system event.
    pub enum Notice as NoticeRef {
        /// Users were added.
        "membership.announce.added" => MembersAdded(MembersAdded, MembersAddedRef),
        /// User joined.
        "membership.announce.joined" => MemberJoined(UserNotice, UserNoticeRef),
        /// User joined again.
        "membership.announce.rejoined" => MemberRejoined(UserNotice, UserNoticeRef),
        /// User left.
        "membership.notifications.exited" => MemberExited(MemberRemoved, MemberRemovedRef),
        /// User was removed.
        "membership.notifications.removed" => MemberRemoved(MemberRemoved, MemberRemovedRef),
        /// User was removed for inactivity.
        "membership.notifications.autokicked" => MemberAutokicked(UserNotice, UserNoticeRef),
        /// User changed their name in the group.
        "membership.nickname_changed" => NicknameChanged(ProfileChange, ProfileChangeRef),
        /// User changed their name.
        "membership.name_change" => MemberNameChanged(ProfileChange, ProfileChangeRef),
        /// User changed their picture in the group.
        "membership.avatar_changed" => MemberAvatarChanged(ProfileChange, ProfileChangeRef),
        /// Group has a new picture.
        "group.avatar_change" => GroupAvatarChange(GroupChange, GroupChangeRef),
        /// Group has a new name.
        "group.name_change" => GroupNameChange(GroupChange, GroupChangeRef),
        /// Group has a new description.
        "group.topic_change" => GroupTopicChange(GroupChange, GroupChangeRef),
        /// Group has no description any more.
        "group.topic_removed" => GroupTopicRemoved(GroupChange, GroupChangeRef),
        /// Group has a new theme.
        "group.theme_change" => GroupThemeChange(GroupChange, GroupChangeRef),
        /// Group has a new theme, of the newer kind.
        "group.chat_theme_settings_change" => GroupThemeSettingsChange(GroupChange, GroupChangeRef),
        /// Group has the default theme again.
        "group.chat_theme_settings_removed" => GroupThemeSettingsRemoved(GroupChange, GroupChangeRef),
        /// Group has a new icon of a like.
        "group.like_icon_set" => GroupLikeIconSet(GroupChange, GroupChangeRef),
        /// Group has the default icon of a like again.
        "group.like_icon_removed" => GroupLikeIconRemoved(GroupChange, GroupChangeRef),
        /// Group has a new owner.
        "group.owner_changed" => GroupOwnerChanged(OwnerChange, OwnerChangeRef),
        /// Member has a new role.
        "group.role_change_admin" => GroupRoleChange(RoleChange, RoleChangeRef),
        /// Group has a new type.
        "group.type_change" => GroupTypeChange(GroupChange, GroupChangeRef),
        /// New members now need approval.
        "group.requires_approval_enabled" => GroupApprovalEnabled(GroupChange, GroupChangeRef),
        /// New members no longer need approval.
        "group.requires_approval_disabled" => GroupApprovalDisabled(GroupChange, GroupChangeRef),
        /// Office mode was enabled.
        "group.office_mode_enabled" => GroupOfficeModeEnabled(GroupChange, GroupChangeRef),
        /// Office mode was disabled.
        "group.office_mode_disabled" => GroupOfficeModeDisabled(GroupChange, GroupChangeRef),
        /// Group became visible to its community.
        "group.visibility_set.community" => GroupVisibleToCommunity(GroupChange, GroupChangeRef),
        /// Group became hidden.
        "group.visibility_set.hidden" => GroupHidden(GroupChange, GroupChangeRef),
        /// Group became visible to everyone.
        "group.visibility_set.searchable" => GroupSearchable(GroupChange, GroupChangeRef),
        /// Group was added to a directory.
        "group.added_to_directory" => GroupAddedToDirectory(GroupChange, GroupChangeRef),
        /// Group can now be joined by a URL.
        "group.shared" => GroupShared(GroupChange, GroupChangeRef),
        /// Group can no longer be joined by a URL.
        "group.unshared" => GroupUnshared(GroupChange, GroupChangeRef),
        /// Topic was created.
        "group.subgroup_created" => TopicCreated(TopicChange, TopicChangeRef),
        /// Topic was removed.
        "group.subgroup_removed" => TopicRemoved(TopicChange, TopicChangeRef),
        /// Topic has a new picture.
        "group.subgroup_avatar_change" => TopicAvatarChange(TopicChange, TopicChangeRef),
        /// Topic has a new description.
        "group.subgroup_description_change" => TopicDescriptionChange(TopicChange, TopicChangeRef),
        /// Topic has no description any more.
        "group.subgroup_description_removed" => TopicDescriptionRemoved(TopicChange, TopicChangeRef),
        /// Topic has a new name.
        "group.subgroup_name_change" => TopicNameChange(TopicChange, TopicChangeRef),
        /// Topic has a new type.
        "group.subgroup_type_change" => TopicTypeChange(TopicChange, TopicChangeRef),
        /// Topic has a new icon of a like, or none.
        "group.subgroup_like_icon_change" => TopicLikeIconChange(TopicChange, TopicChangeRef),
        /// Topic has another changed attribute.
        "group.subgroup_attribute_change" => TopicAttributeChange(TopicChange, TopicChangeRef),
        /// Call started.
        "group.call.started" => CallStarted(Call, CallRef),
        /// Call ended.
        "group.call.ended" => CallEnded(Call, CallRef),
        /// Poll was created.
        "poll.created" => PollCreated(PollNotice, PollNoticeRef),
        /// Poll ended.
        "poll.finished" => PollFinished(PollNotice, PollNoticeRef),
        /// Poll is about to end.
        "poll.reminder" => PollReminder(PollNotice, PollNoticeRef),
        /// Calendar event was created.
        "calendar.event.created" => CalendarCreated(CalendarNotice, CalendarNoticeRef),
        /// Calendar event was changed.
        "calendar.event.updated" => CalendarUpdated(CalendarNotice, CalendarNoticeRef),
        /// Calendar event was cancelled.
        "calendar.event.cancelled" => CalendarCancelled(CalendarNotice, CalendarNoticeRef),
        /// Calendar event is about to start.
        "calendar.event.starting" => CalendarStarting(CalendarStarting, CalendarStartingRef),
        /// User is going to a calendar event.
        "calendar.event.user.going" => CalendarGoing(CalendarNotice, CalendarNoticeRef),
        /// User is not going to a calendar event.
        "calendar.event.user.not_going" => CalendarNotGoing(CalendarNotice, CalendarNoticeRef),
        /// User is undecided about a calendar event.
        "calendar.event.user.undecided" => CalendarUndecided(CalendarNotice, CalendarNoticeRef),
        /// Message was deleted.
        "message.deleted" => MessageDeleted(MessageDeletedNotice, MessageDeletedNoticeRef),
        /// Message was edited.
        "message.update" => MessageUpdate(MessageUpdateNotice, MessageUpdateNoticeRef),
        /// Message was pinned.
        "message.pinned" => MessagePinned(MessagePinnedNotice, MessagePinnedNoticeRef),
        /// Message was unpinned.
        "message.unpinned" => MessageUnpinned(MessagePinnedNotice, MessagePinnedNoticeRef),
        /// Bot was added.
        "bot.add" => BotAdded(BotChange, BotChangeRef),
        /// Bot was removed.
        "bot.del" => BotRemoved(BotChange, BotChangeRef),
        /// Bot was renamed.
        "bot.rename" => BotRenamed(BotChange, BotChangeRef),
        /// Copilot assistant announced how it uses messages.
        "copilot.group.privacy_notice" => PrivacyNotice(PrivacyNotice, PrivacyNoticeRef),
    }
}

impl Notice {
    /// Reports diagnostics of the data of a notice.
    fn report_as<'s, S: JsonSource<'s>>(kind: &str, data: S, diagnostics: &mut Diagnostics) {
        Self::report_tag(kind, data, diagnostics);
    }
}
