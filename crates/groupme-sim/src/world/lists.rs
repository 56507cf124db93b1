//! REST rows of users, groups and chats.

use serde_json::{Value, json};

use super::{Conversation, SimGroupId, SimUserId, View, World, edits::Windows, message::Entry};

impl World {
    /// Returns the groups of a user, those with the latest message first.
    pub(crate) fn groups_by_activity(&self, user: SimUserId) -> Vec<SimGroupId> {
        self.by_activity(self.groups_of(user))
    }

    /// Returns the groups that a user has left or was removed from, those with the latest message
    /// first.
    pub(crate) fn former_groups_by_activity(&self, user: SimUserId) -> Vec<SimGroupId> {
        self.by_activity(self.former_groups_of(user))
    }

    /// Returns the user's membership states in all groups, in GroupMe's words.
    pub(crate) fn membership_states(&self, user: SimUserId) -> Vec<Value> {
        let groups = self.groups.iter();
        let groups = groups.filter(|(_, group)| group.topic.is_none());
        groups
            .filter_map(|(id, group)| {
                Some(json!({ "group_id": id.to_string(), "state": group.state_of(user)? }))
            })
            .collect()
    }

    fn by_activity(&self, groups: impl Iterator<Item = SimGroupId>) -> Vec<SimGroupId> {
        let mut groups: Vec<SimGroupId> = groups.collect();
        groups.sort_by_key(|group| {
            let newest = self
                .history
                .newest_first(Conversation::Group(*group))
                .next();
            core::cmp::Reverse((newest.map(Entry::id), *group))
        });
        groups
    }

    /// Returns the users with whom the user has exchanged messages, the latest first.
    pub(crate) fn peers_by_activity(&self, user: SimUserId) -> Vec<SimUserId> {
        let mut peers: Vec<_> = self
            .peers_of(user)
            .filter_map(|peer| {
                let newest = self.newest_on_list(Conversation::direct(user, peer), user)?;
                Some((newest.id(), peer))
            })
            .collect();
        peers.sort_unstable();
        peers.into_iter().rev().map(|(_, peer)| peer).collect()
    }

    /// Returns the row of a group for a present or former member. Without `members` the list is
    /// `null` and the count 0.
    pub(crate) fn group_row(
        &self,
        id: SimGroupId,
        viewer: SimUserId,
        members: bool,
    ) -> Option<Value> {
        let group = self.groups.get(&id).filter(|group| {
            let known = group.members.contains(&viewer) || group.former.contains_key(&viewer);
            known && group.topic.is_none()
        })?;
        let conversation = Conversation::Group(id);
        let members = members.then(|| self.member_rows(id));
        let (settings, membership) = (&group.settings, group.memberships.get(&viewer));
        let receipt = self.receipt(viewer, conversation);
        Some(json!({
            "id": id.to_string(),
            "group_id": id.to_string(),
            "name": group.name,
            "phone_number": "+1 5555550100",
            "type": settings.kind,
            "description": settings.description,
            "image_url": settings.image_url,
            "creator_user_id": group.creator.to_string(),
            "created_at": group.created_at,
            "updated_at": group.updated_at,
            "muted_until": membership.and_then(|member| member.muted_until),
            "office_mode": settings.office_mode,
            "share_url": self.share_url(id),
            "share_qr_code_url": null,
            "members_count": members.as_ref().map_or(0, Vec::len),
            "members": members,
            "messages": self.messages_summary(conversation),
            "max_members": 5000,
            "theme_name": settings.theme_name,
            "like_icon": settings.like_icon,
            "requires_approval": settings.requires_approval,
            "show_join_question": settings.show_join_question,
            "join_question": settings.join_question,
            "message_deletion_period": deletion_period(self.windows),
            "message_deletion_mode": settings.deletion_mode,
            "message_edit_period": edit_period(self.windows),
            "children_count": self.topics_of(id).count(),
            "unread_count": null,
            "last_read_message_id": receipt.map(|receipt| receipt.message.to_string()),
            "last_read_at": receipt.map(|receipt| receipt.at),
        }))
    }

    /// Returns the row of a chat for one of its users: `detailed` as shown alone, or else as shown
    /// in a list. `None` without messages, or without any since the user hid the chat.
    pub(crate) fn chat_row(
        &self,
        viewer: SimUserId,
        peer: SimUserId,
        detailed: bool,
    ) -> Option<Value> {
        let conversation = Conversation::direct(viewer, peer);
        let thread = self.history.thread(conversation)?;
        let newest = self.newest_on_list(conversation, viewer)?;
        let other = self.users.get(&peer)?;
        let view = View {
            viewer,
            files: true,
        };
        let mut chat = json!({
            "created_at": thread.began,
            "updated_at": newest.created_at(),
            "last_message": self.row(newest, view),
            "messages_count": thread.count,
            "other_user": {
                "avatar_url": other.avatar_url,
                "id": peer.to_string(),
                "name": other.name,
            },
        });
        if detailed {
            let receipt = self.receipt(viewer, conversation);
            chat["message_deletion_period"] = deletion_period(self.windows).into();
            chat["message_deletion_mode"] = json!(["sender"]);
            chat["requires_approval"] = false.into();
            chat["unread_count"] = Value::Null;
            chat["last_read_message_id"] =
                receipt.map(|receipt| receipt.message.to_string()).into();
            chat["last_read_at"] = receipt.map(|receipt| receipt.at).into();
            chat["message_edit_period"] = edit_period(self.windows).into();
        }
        Some(chat)
    }

    /// Returns the newest message that the lists have.
    pub(super) fn newest_listed(&self, conversation: Conversation) -> Option<&Entry> {
        let now = self.unix_time();
        let is_listed = |entry: &&Entry| entry.id().time().saturating_add(self.list_lag) <= now;
        let mut entries = self.history.newest_first(conversation);
        let newest = entries.next()?;
        // The first message is there with its conversation.
        Some(newest)
            .filter(|newest| self.list_lag.is_zero() || is_listed(newest))
            .or_else(|| entries.find(is_listed))
            .or_else(|| self.history.newest_first(conversation).last())
    }

    /// Returns the number of messages and a preview of the newest.
    pub(super) fn messages_summary(&self, conversation: Conversation) -> Value {
        let newest = self.newest_listed(conversation);
        let (nickname, image, text, attachments) = match newest {
            Some(Entry::Message(message)) => (
                Some(&*message.sender.name),
                message.sender.avatar_url.as_deref(),
                message.text.as_deref(),
                &*message.attachments,
            ),
            Some(Entry::System(system)) => {
                (Some("GroupMe"), None, Some(&*system.notice.text), &[][..])
            }
            None => (None, None, None, &[][..]),
        };
        json!({
            "count": self.count(conversation),
            "last_message_id": newest.map(|entry| entry.id().to_string()),
            "last_message_created_at": newest.map(Entry::created_at),
            "preview": {
                "nickname": nickname,
                "text": text,
                "image_url": image,
                "attachments": attachments,
            },
        })
    }
}

/// Returns the edit window in minutes, the likeliest unit of GroupMe's figures.
fn edit_period(windows: Windows) -> u64 {
    windows.edit.map_or(FOREVER, |window| window.as_secs() / 60)
}

/// Returns the deletion window in minutes.
fn deletion_period(windows: Windows) -> u64 {
    windows
        .deletion
        .map_or(FOREVER, |window| window.as_secs() / 60)
}

/// GroupMe's value for no limit.
const FOREVER: u64 = 2_147_483_647;
