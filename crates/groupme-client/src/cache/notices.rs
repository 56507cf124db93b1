//! Effects of GroupMe's notices on groups, members and topics.

use groupme_model::{
    Group, GroupId, Member, Topic, UserId,
    system_event::{MessagePinnedNotice, Notice, NoticeUser, TopicChange},
};

use super::State;

impl State {
    /// Changes a group by a notice in it.
    pub(super) fn handle_notice(&mut self, own: &UserId, group: &GroupId, notice: &Notice) {
        match notice {
            Notice::MembersAdded(added) => {
                for user in &added.added_users {
                    self.add_member(group, user);
                }
            }
            Notice::MemberJoined(joined) | Notice::MemberRejoined(joined) => {
                if let Some(user) = &joined.user {
                    self.add_member(group, user);
                }
            }
            Notice::MemberExited(removed) | Notice::MemberRemoved(removed) => {
                self.remove_member(own, group, removed.removed_user.as_ref());
            }
            Notice::MemberAutokicked(removed) => {
                self.remove_member(own, group, removed.user.as_ref());
            }
            Notice::NicknameChanged(change) | Notice::MemberNameChanged(change) => {
                self.change_member(group, change.user.as_ref(), |member| {
                    member.nickname.clone_from(&change.name);
                });
            }
            Notice::MemberAvatarChanged(change) => {
                self.change_member(group, change.user.as_ref(), |member| {
                    member.image_url.clone_from(&change.avatar_url);
                });
            }
            Notice::GroupRoleChange(change) => {
                self.change_member(group, change.member.as_ref(), |member| {
                    member.roles = change.role.clone().map(|role| vec![role]);
                });
            }
            Notice::GroupNameChange(change) => {
                self.change_group(group, |group| group.name.clone_from(&change.name));
            }
            Notice::GroupTopicChange(change) => {
                self.change_group(group, |group| group.description.clone_from(&change.topic));
            }
            Notice::GroupTopicRemoved(_) => {
                self.change_group(group, |group| group.description = None);
            }
            Notice::GroupAvatarChange(change) => {
                self.change_group(group, |group| {
                    group.image_url.clone_from(&change.avatar_url);
                });
            }
            Notice::GroupThemeChange(change) => {
                self.change_group(group, |group| {
                    group.theme_name.clone_from(&change.theme_name);
                });
            }
            Notice::GroupLikeIconSet(change) => {
                self.change_group(group, |group| group.like_icon.clone_from(&change.like_icon));
            }
            Notice::GroupLikeIconRemoved(_) => {
                self.change_group(group, |group| group.like_icon = None);
            }
            Notice::GroupTypeChange(change) => {
                self.change_group(group, |group| group.kind.clone_from(&change.kind));
            }
            Notice::GroupShared(change) => {
                self.change_group(group, |group| group.share_url.clone_from(&change.share_url));
            }
            Notice::GroupUnshared(_) => self.change_group(group, |group| group.share_url = None),
            Notice::GroupOfficeModeEnabled(_) => {
                self.change_group(group, |group| group.office_mode = Some(true));
            }
            Notice::GroupOfficeModeDisabled(_) => {
                self.change_group(group, |group| group.office_mode = Some(false));
            }
            Notice::GroupApprovalEnabled(_) => {
                self.change_group(group, |group| group.requires_approval = Some(true));
            }
            Notice::GroupApprovalDisabled(_) => {
                self.change_group(group, |group| group.requires_approval = Some(false));
            }
            Notice::MessagePinned(pinned) => self.set_pin(pinned, true),
            Notice::MessageUnpinned(pinned) => self.set_pin(pinned, false),
            _ => self.handle_topic_notice(group, notice),
        }
    }

    /// Changes a direct message by a notice: there is no other event of its edit or deletion.
    pub(super) fn handle_direct_notice(&mut self, notice: &Notice) {
        match notice {
            Notice::MessageUpdate(update) => {
                let (Some(id), Some(content)) = (&update.message_id, &update.message) else {
                    return;
                };
                self.recent.change(id, |message| {
                    message.text.clone_from(&content.text);
                    message.attachments.clone_from(&content.attachments);
                    message.updated_at = update.updated_at.or(message.updated_at);
                });
            }
            Notice::MessageDeleted(deletion) => {
                if let Some(id) = &deletion.message_id {
                    self.recent.change(id, |message| {
                        message.deleted_at = deletion.deleted_at.or(message.deleted_at);
                        message.deletion_actor.clone_from(&deletion.deletion_actor);
                        message.text = None;
                        message.attachments = Vec::new();
                    });
                }
            }
            Notice::MessagePinned(pinned) => self.set_pin(pinned, true),
            Notice::MessageUnpinned(pinned) => self.set_pin(pinned, false),
            _ => {}
        }
    }

    fn set_pin(&mut self, pinned: &MessagePinnedNotice, is_pinned: bool) {
        if let Some(message) = &pinned.message_id {
            self.recent.change(message, |message| {
                message.pinned_at = pinned.pinned_at.filter(|_| is_pinned);
                message.pinned_by = pinned.pinned_by.clone().filter(|_| is_pinned);
            });
        }
    }

    fn handle_topic_notice(&mut self, group: &GroupId, notice: &Notice) {
        match notice {
            Notice::TopicCreated(change) => {
                if let Some(id) = &change.subgroup_id {
                    let mut topic = Topic::default();
                    topic.id = id.clone();
                    topic.parent_id = change.parent_id.clone().or_else(|| Some(group.clone()));
                    topic.topic.clone_from(&change.subgroup_topic);
                    topic.avatar_url.clone_from(&change.subgroup_avatar_url);
                    self.topics.put(topic);
                }
            }
            Notice::TopicRemoved(change) => {
                if let Some(id) = &change.subgroup_id {
                    self.topics.remove(id);
                    self.recent.remove(&id.as_str().into());
                }
            }
            Notice::TopicNameChange(change) => {
                self.change_topic(change, |topic| {
                    topic.topic.clone_from(&change.subgroup_topic);
                });
            }
            Notice::TopicDescriptionChange(change) => {
                let description = &change.subgroup_description;
                self.change_topic(change, |topic| topic.description.clone_from(description));
            }
            Notice::TopicDescriptionRemoved(change) => {
                self.change_topic(change, |topic| topic.description = None);
            }
            Notice::TopicAvatarChange(change) => {
                let url = &change.subgroup_avatar_url;
                self.change_topic(change, |topic| topic.avatar_url.clone_from(url));
            }
            Notice::TopicTypeChange(change) => {
                self.change_topic(change, |topic| topic.kind.clone_from(&change.kind));
            }
            Notice::TopicLikeIconChange(change) => {
                self.change_topic(change, |topic| {
                    topic.like_icon.clone_from(&change.like_icon);
                });
            }
            _ => {}
        }
    }

    fn change_group(&mut self, group: &GroupId, change: impl FnOnce(&mut Group)) {
        self.groups.change(group, change);
    }

    fn change_topic(&mut self, about: &TopicChange, change: impl FnOnce(&mut Topic)) {
        if let Some(topic) = &about.subgroup_id {
            self.topics.change(topic, change);
        }
    }

    fn add_member(&mut self, group: &GroupId, user: &NoticeUser) {
        let Some(id) = &user.id else {
            return;
        };
        // A notice that comes again, as after a restart, knows less than what is there.
        self.groups.add_member(group, id, || {
            let mut member = Member::default();
            member.user_id = Some(id.clone());
            member.nickname.clone_from(&user.nickname);
            member
        });
    }

    fn remove_member(&mut self, own: &UserId, group: &GroupId, user: Option<&NoticeUser>) {
        let Some(user) = user.and_then(|user| user.id.as_ref()) else {
            return;
        };
        if user == own {
            self.forget(&group.as_str().into());
        } else {
            self.groups.remove_member(group, user);
        }
    }

    fn change_member(
        &mut self,
        group: &GroupId,
        user: Option<&NoticeUser>,
        change: impl FnOnce(&mut Member),
    ) {
        if let Some(user) = user.and_then(|user| user.id.as_ref()) {
            self.groups.change_member(group, user, change);
        }
    }
}
