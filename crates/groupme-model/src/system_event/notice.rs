//! The table of notices: which type has which data.

use crate::finding::Findings;
use crate::macros::union;
use crate::source::Source;

use super::{
    BotChange, BotChangeRef, ByUser, ByUserRef, CalendarNotice, CalendarNoticeRef,
    CalendarStarting, CalendarStartingRef, Call, CallRef, GroupChange, GroupChangeRef,
    MemberRemoved, MemberRemovedRef, MembersAdded, MembersAddedRef, MessageDeletedNotice,
    MessageDeletedNoticeRef, MessagePinnedNotice, MessagePinnedNoticeRef, MessageUpdateNotice,
    MessageUpdateNoticeRef, OwnerChange, OwnerChangeRef, PollNotice, PollNoticeRef, PrivacyNotice,
    PrivacyNoticeRef, ProfileChange, ProfileChangeRef, RoleChange, RoleChangeRef, TopicChange,
    TopicChangeRef,
};

union! {
    /// What happened in a conversation.
    pub enum Notice as NoticeRef {
        /// Users were added.
        "membership.announce.added" => MembersAdded(MembersAdded, MembersAddedRef),
        /// A user joined.
        "membership.announce.joined" => MemberJoined(ByUser, ByUserRef),
        /// A user came back.
        "membership.announce.rejoined" => MemberRejoined(ByUser, ByUserRef),
        /// A user left.
        "membership.notifications.exited" => MemberExited(MemberRemoved, MemberRemovedRef),
        /// A user was removed.
        "membership.notifications.removed" => MemberRemoved(MemberRemoved, MemberRemovedRef),
        /// A user was removed for being inactive.
        "membership.notifications.autokicked" => MemberAutokicked(ByUser, ByUserRef),
        /// A user has another name in the group.
        "membership.nickname_changed" => NicknameChanged(ProfileChange, ProfileChangeRef),
        /// A user has another name.
        "membership.name_change" => MemberNameChanged(ProfileChange, ProfileChangeRef),
        /// A user has another picture in the group.
        "membership.avatar_changed" => MemberAvatarChanged(ProfileChange, ProfileChangeRef),
        /// The group has another picture.
        "group.avatar_change" => GroupAvatarChange(GroupChange, GroupChangeRef),
        /// The group has another name.
        "group.name_change" => GroupNameChange(GroupChange, GroupChangeRef),
        /// The group has another description.
        "group.topic_change" => GroupTopicChange(GroupChange, GroupChangeRef),
        /// The group has no description any more.
        "group.topic_removed" => GroupTopicRemoved(GroupChange, GroupChangeRef),
        /// The group has another theme.
        "group.theme_change" => GroupThemeChange(GroupChange, GroupChangeRef),
        /// The group has another theme, of the newer sort.
        "group.chat_theme_settings_change" => GroupThemeSettingsChange(GroupChange, GroupChangeRef),
        /// The group has the usual theme again.
        "group.chat_theme_settings_removed" => GroupThemeSettingsRemoved(GroupChange, GroupChangeRef),
        /// The group has another picture for liking.
        "group.like_icon_set" => GroupLikeIconSet(GroupChange, GroupChangeRef),
        /// The group has the usual picture for liking.
        "group.like_icon_removed" => GroupLikeIconRemoved(GroupChange, GroupChangeRef),
        /// The group has another owner.
        "group.owner_changed" => GroupOwnerChanged(OwnerChange, OwnerChangeRef),
        /// A member has another role.
        "group.role_change_admin" => GroupRoleChange(RoleChange, RoleChangeRef),
        /// The group has another type.
        "group.type_change" => GroupTypeChange(GroupChange, GroupChangeRef),
        /// New members need approval.
        "group.requires_approval_enabled" => GroupApprovalEnabled(GroupChange, GroupChangeRef),
        /// New members need no approval.
        "group.requires_approval_disabled" => GroupApprovalDisabled(GroupChange, GroupChangeRef),
        /// Office mode is on.
        "group.office_mode_enabled" => GroupOfficeModeEnabled(GroupChange, GroupChangeRef),
        /// Office mode is off.
        "group.office_mode_disabled" => GroupOfficeModeDisabled(GroupChange, GroupChangeRef),
        /// The group can be found by its community.
        "group.visibility_set.community" => GroupVisibleToCommunity(GroupChange, GroupChangeRef),
        /// The group cannot be found.
        "group.visibility_set.hidden" => GroupHidden(GroupChange, GroupChangeRef),
        /// The group can be found by anyone.
        "group.visibility_set.searchable" => GroupSearchable(GroupChange, GroupChangeRef),
        /// The group is in a directory.
        "group.added_to_directory" => GroupAddedToDirectory(GroupChange, GroupChangeRef),
        /// The group can be joined by a link.
        "group.shared" => GroupShared(GroupChange, GroupChangeRef),
        /// The group can no longer be joined by a link.
        "group.unshared" => GroupUnshared(GroupChange, GroupChangeRef),
        /// A topic was made.
        "group.subgroup_created" => TopicCreated(TopicChange, TopicChangeRef),
        /// A topic was removed.
        "group.subgroup_removed" => TopicRemoved(TopicChange, TopicChangeRef),
        /// A topic has another picture.
        "group.subgroup_avatar_change" => TopicAvatarChange(TopicChange, TopicChangeRef),
        /// A topic has another description.
        "group.subgroup_description_change" => TopicDescriptionChange(TopicChange, TopicChangeRef),
        /// A topic has no description any more.
        "group.subgroup_description_removed" => TopicDescriptionRemoved(TopicChange, TopicChangeRef),
        /// A topic has another name.
        "group.subgroup_name_change" => TopicNameChange(TopicChange, TopicChangeRef),
        /// A topic has another type.
        "group.subgroup_type_change" => TopicTypeChange(TopicChange, TopicChangeRef),
        /// A topic has another picture for liking, or none.
        "group.subgroup_like_icon_change" => TopicLikeIconChange(TopicChange, TopicChangeRef),
        /// Something else of a topic was changed.
        "group.subgroup_attribute_change" => TopicAttributeChange(TopicChange, TopicChangeRef),
        /// A call started.
        "group.call.started" => CallStarted(Call, CallRef),
        /// A call ended.
        "group.call.ended" => CallEnded(Call, CallRef),
        /// A poll was made.
        "poll.created" => PollCreated(PollNotice, PollNoticeRef),
        /// A poll ended.
        "poll.finished" => PollFinished(PollNotice, PollNoticeRef),
        /// A poll is about to end.
        "poll.reminder" => PollReminder(PollNotice, PollNoticeRef),
        /// An event was made.
        "calendar.event.created" => CalendarCreated(CalendarNotice, CalendarNoticeRef),
        /// An event was changed.
        "calendar.event.updated" => CalendarUpdated(CalendarNotice, CalendarNoticeRef),
        /// An event was cancelled.
        "calendar.event.cancelled" => CalendarCancelled(CalendarNotice, CalendarNoticeRef),
        /// An event is about to start.
        "calendar.event.starting" => CalendarStarting(CalendarStarting, CalendarStartingRef),
        /// A user is coming.
        "calendar.event.user.going" => CalendarGoing(CalendarNotice, CalendarNoticeRef),
        /// A user is not coming.
        "calendar.event.user.not_going" => CalendarNotGoing(CalendarNotice, CalendarNoticeRef),
        /// A user does not know yet.
        "calendar.event.user.undecided" => CalendarUndecided(CalendarNotice, CalendarNoticeRef),
        /// A message was deleted.
        "message.deleted" => MessageDeleted(MessageDeletedNotice, MessageDeletedNoticeRef),
        /// A message was edited.
        "message.update" => MessageUpdate(MessageUpdateNotice, MessageUpdateNoticeRef),
        /// A message was pinned.
        "message.pinned" => MessagePinned(MessagePinnedNotice, MessagePinnedNoticeRef),
        /// A message was unpinned.
        "message.unpinned" => MessageUnpinned(MessagePinnedNotice, MessagePinnedNoticeRef),
        /// A bot was added.
        "bot.add" => BotAdded(BotChange, BotChangeRef),
        /// A bot was removed.
        "bot.del" => BotRemoved(BotChange, BotChangeRef),
        /// A bot was renamed.
        "bot.rename" => BotRenamed(BotChange, BotChangeRef),
        /// The assistant told what it does with messages.
        "copilot.group.privacy_notice" => PrivacyNotice(PrivacyNotice, PrivacyNoticeRef),
    }
}

impl Notice {
    /// Reports on the data of a notice, whose type is beside it.
    fn report_as<'s, S: Source<'s>>(kind: &str, data: S, findings: &mut Findings) {
        Self::report_tag(kind, data, findings);
    }
}
