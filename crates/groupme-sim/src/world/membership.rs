//! Memberships: nicknames, roles, mutes, bans and returns.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Conversation, SimGroupId, SimUserId, World, WorldError,
    message::{Departure, Group, Sender},
    notice::{Notice, person},
};

/// Details of a present or former member. A member without an entry has the default.
#[derive(Clone, Debug, Default)]
pub(super) struct Membership {
    /// Name in the group; `None` for the user's own.
    pub(super) nickname: Option<String>,
    pub(super) is_admin: bool,
    /// End of the mute, in seconds since 1970.
    pub(super) muted_until: Option<u64>,
    pub(super) muted_topics: BTreeMap<SimGroupId, u64>,
}

impl World {
    /// Returns GroupMe's id of a membership, which is not that of the user.
    pub(crate) fn membership_id(group: SimGroupId, user: SimUserId) -> String {
        format!("{group}{user}")
    }

    /// Returns the present, former or future member with this membership id.
    pub(crate) fn user_of_membership(&self, group: SimGroupId, id: &str) -> Option<SimUserId> {
        let entry = self.groups.get(&group)?;
        let pending = entry.pending.iter().map(|request| request.user);
        let known = entry.members.iter().chain(entry.former.keys()).copied();
        known
            .chain(pending)
            .find(|user| Self::membership_id(group, *user) == id)
    }

    /// Returns whether the user created the group or is one of its admins.
    pub(crate) fn is_admin(&self, group: SimGroupId, user: SimUserId) -> bool {
        self.groups.get(&group).is_some_and(|entry| {
            let membership = entry.memberships.get(&user);
            entry.members.contains(&user)
                && (entry.creator == user || membership.is_some_and(|member| member.is_admin))
        })
    }

    pub(super) fn check_admin(&self, group: SimGroupId, user: SimUserId) -> Result<(), WorldError> {
        self.check_member(group, user)?;
        if self.is_admin(group, user) {
            Ok(())
        } else {
            Err(WorldError::NotAnAdmin { user, group })
        }
    }

    /// Checks that the user may change the group: every member of a private group, the admins of
    /// the others.
    pub(crate) fn check_may_change_group(
        &self,
        group: SimGroupId,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, user)?;
        match &*self.group(group)?.settings.kind {
            "private" => Ok(()),
            _ => self.check_admin(group, user),
        }
    }

    /// Returns the author of a message as the members of its conversation see them.
    pub(super) fn sender(
        &self,
        conversation: Conversation,
        author: SimUserId,
    ) -> Result<Sender, WorldError> {
        let user = self.user(author)?;
        let name = match conversation {
            Conversation::Group(group) => self.nickname(group, author),
            Conversation::Direct(..) => None,
        };
        Ok(Sender {
            name: name.unwrap_or_else(|| user.name.clone()),
            avatar_url: user.avatar_url.clone(),
            kind: "user",
        })
    }

    fn nickname(&self, group: SimGroupId, user: SimUserId) -> Option<String> {
        let group = self.parent(group).unwrap_or(group);
        let entry = self.groups.get(&group)?;
        entry.memberships.get(&user)?.nickname.clone()
    }

    /// Changes the member's name in a group, with a notice.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::IsATopic`].
    pub fn set_nickname(
        &mut self,
        group: SimGroupId,
        user: SimUserId,
        nickname: &str,
    ) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, user)?;
        let before = self.sender(Conversation::Group(group), user)?.name;
        self.membership(group, user)?.nickname = Some(nickname.to_owned());
        let notice = Notice {
            text: format!("{before} changed name to {nickname}"),
            event: json!({
                "type": "membership.nickname_changed",
                "data": {
                    "user": { "id": user.number(), "nickname": before },
                    "name": nickname,
                },
            }),
        };
        self.post_notice(Conversation::Group(group), notice);
        Ok(())
    }

    /// Makes a member an admin of the group, or a plain member again, with a notice.
    ///
    /// # Errors
    ///
    /// The errors of [`set_nickname`](Self::set_nickname), and [`WorldError::NotAnAdmin`] about the
    /// one who changes the role.
    pub fn set_admin(
        &mut self,
        group: SimGroupId,
        by: SimUserId,
        user: SimUserId,
        is_admin: bool,
    ) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_admin(group, by)?;
        self.check_member(group, user)?;
        self.membership(group, user)?.is_admin = is_admin;
        let (changer, member) = (self.user(by)?, self.user(user)?);
        let role = if is_admin { "admin" } else { "user" };
        let notice = Notice {
            text: format!(
                "{} changed the role of {} to {role}.",
                changer.name, member.name
            ),
            event: json!({
                "type": "group.role_change_admin",
                "data": {
                    "user": person(by, changer),
                    "role": role,
                    "member": person(user, member),
                },
            }),
        };
        self.post_notice(Conversation::Group(group), notice);
        Ok(())
    }

    /// Mutes the group, or one of its topics, for the member until a time in seconds since 1970;
    /// `None` ends the mute. With `topics`, the mute of the group is that of all topics.
    pub(crate) fn mute(
        &mut self,
        group: SimGroupId,
        user: SimUserId,
        topic: Option<SimGroupId>,
        topics: bool,
        until: Option<u64>,
    ) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, user)?;
        let all: Vec<SimGroupId> = match topic {
            Some(topic) => vec![topic],
            None if topics => self.topics_of(group).collect(),
            None => Vec::new(),
        };
        let membership = self.membership(group, user)?;
        if topic.is_none() {
            membership.muted_until = until;
        }
        for topic in all {
            match until {
                Some(until) => membership.muted_topics.insert(topic, until),
                None => membership.muted_topics.remove(&topic),
            };
        }
        Ok(())
    }

    /// Removes a member for good: a banned user cannot join by the share link.
    ///
    /// # Errors
    ///
    /// The errors of [`remove_member`](Self::remove_member), and [`WorldError::NotAnAdmin`].
    pub fn ban(
        &mut self,
        group: SimGroupId,
        by: SimUserId,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_admin(group, by)?;
        self.remove_member(group, by, user)?;
        if let Some(entry) = self.groups.get_mut(&group) {
            entry.former.insert(user, Departure::Banned);
        }
        Ok(())
    }

    /// Returns a user to a group that they have left, with a notice.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::IsATopic`] or
    /// [`WorldError::CannotReturn`].
    pub fn rejoin(&mut self, group: SimGroupId, user: SimUserId) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.user(user)?;
        let entry = self.groups.get_mut(&group);
        let entry = entry.ok_or(WorldError::NoSuchGroup(group))?;
        if !matches!(entry.former.get(&user), Some(Departure::Exited)) {
            return Err(WorldError::CannotReturn { user, group });
        }
        self.enter(group, user, "membership.announce.rejoined", "rejoined")
    }

    /// Adds a member who comes by themselves.
    pub(super) fn enter(
        &mut self,
        group: SimGroupId,
        user: SimUserId,
        event: &str,
        verb: &str,
    ) -> Result<(), WorldError> {
        let now = self.seconds();
        let entry = self.groups.get_mut(&group);
        let entry = entry.ok_or(WorldError::NoSuchGroup(group))?;
        entry.members.push(user);
        entry.former.remove(&user);
        entry.updated_at = now;
        let member = self.user(user)?;
        let notice = Notice {
            text: format!("{} has {verb} the group", member.name),
            event: json!({ "type": event, "data": { "user": person(user, member) } }),
        };
        self.post_notice(Conversation::Group(group), notice);
        Ok(())
    }

    pub(super) fn membership(
        &mut self,
        group: SimGroupId,
        user: SimUserId,
    ) -> Result<&mut Membership, WorldError> {
        let entry = self.groups.get_mut(&group);
        let entry = entry.ok_or(WorldError::NoSuchGroup(group))?;
        Ok(entry.memberships.entry(user).or_default())
    }

    /// Returns the rows of the members, as shown with their group.
    pub(super) fn member_rows(&self, id: SimGroupId) -> Vec<Value> {
        let members = self.members(id).iter();
        members
            .filter_map(|member| self.member_row(id, *member))
            .collect()
    }

    /// Returns the row of a present or former member.
    pub(crate) fn member_row(&self, id: SimGroupId, member: SimUserId) -> Option<Value> {
        let (group, user) = (self.groups.get(&id)?, self.users.get(&member)?);
        let membership = group.memberships.get(&member).cloned().unwrap_or_default();
        let roles: &[&str] = if member == group.creator {
            &["admin", "owner"]
        } else if membership.is_admin {
            &["admin", "user"]
        } else {
            &["user"]
        };
        Some(json!({
            "user_id": member.to_string(),
            "nickname": membership.nickname.as_ref().unwrap_or(&user.name),
            "image_url": user.avatar_url,
            "id": Self::membership_id(id, member),
            "muted": membership.muted_until.is_some(),
            "autokicked": false,
            "roles": roles,
            "name": user.name,
        }))
    }

    /// Returns the members, present or former, with the state of each.
    pub(crate) fn member_states(&self, id: SimGroupId, active: bool) -> Vec<Value> {
        let Some(group) = self.groups.get(&id) else {
            return Vec::new();
        };
        let users: Vec<(SimUserId, &str)> = if active {
            let members = group.members.iter();
            members.map(|member| (*member, "active")).collect()
        } else {
            let former = group.former.iter();
            former.map(|(user, how)| (*user, how.state())).collect()
        };
        let rows = users.into_iter().filter_map(|(user, state)| {
            let row = self.member_row(id, user)?;
            Some(json!({
                "id": row["id"],
                "user_id": row["user_id"],
                "name": row["name"],
                "nickname": row["nickname"],
                "image_url": row["image_url"],
                "state": state,
                "roles": row["roles"],
            }))
        });
        rows.collect()
    }

    /// Returns the membership of a user in the form of the responses to mutes.
    pub(crate) fn mute_row(&self, id: SimGroupId, user: SimUserId) -> Option<Value> {
        let (group, person) = (self.groups.get(&id)?, self.users.get(&user)?);
        let membership = group.memberships.get(&user).cloned().unwrap_or_default();
        let topics = membership.muted_topics.iter();
        let topics: serde_json::Map<String, Value> = topics
            .map(|(topic, until)| (topic.to_string(), (*until).into()))
            .collect();
        let is_muted = membership.muted_until.is_some();
        Some(json!({
            "id": Self::membership_id(id, user),
            "user_id": user.to_string(),
            "nickname": membership.nickname.as_ref().unwrap_or(&person.name),
            "avatar_url": person.avatar_url,
            "state": if is_muted { "muted" } else { "active" },
            "creator": group.creator == user,
            "created_at": group.created_at,
            "updated_at": group.updated_at,
            "muted": is_muted,
            "muted_until": membership.muted_until,
            "muted_children": topics,
            "has_sound_enabled": true,
            "pending": false,
            "autokicked": false,
        }))
    }
}

impl Group {
    /// Returns the word for the state of a user's membership; `None` for a stranger.
    pub(super) fn state_of(&self, user: SimUserId) -> Option<&'static str> {
        if self.members.contains(&user) {
            return Some("active");
        }
        let departure = self.former.get(&user);
        departure.map(|departure| departure.state())
    }
}
