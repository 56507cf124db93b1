//! Settings of groups: name, picture, share link, type, owner.

use serde_json::{Value, json};

use super::{
    Conversation, SimGroupId, SimUserId, World, WorldError,
    notice::{Notice, person},
};
use crate::random::{LETTERS, Random};

/// Settings of a group.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "GroupMe has these switches")]
pub(super) struct GroupSettings {
    pub(super) description: String,
    pub(super) image_url: Option<String>,
    pub(super) theme_name: Option<String>,
    pub(super) like_icon: Value,
    pub(super) requires_approval: bool,
    pub(super) show_join_question: bool,
    pub(super) join_question: Value,
    /// `hidden`, `searchable` or `community`.
    pub(super) visibility: String,
    /// `private`, `closed` or `announcement`.
    pub(super) kind: String,
    pub(super) office_mode: bool,
    pub(super) is_shared: bool,
    /// Roles that can delete a message.
    pub(super) deletion_mode: Vec<String>,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self {
            description: String::new(),
            image_url: None,
            theme_name: None,
            like_icon: Value::Null,
            requires_approval: false,
            show_join_question: false,
            join_question: Value::Null,
            visibility: "hidden".to_owned(),
            kind: "private".to_owned(),
            office_mode: false,
            is_shared: true,
            deletion_mode: vec!["admin".to_owned(), "sender".to_owned()],
        }
    }
}

impl World {
    /// Returns the token in the share link of a group. It depends on the seed and the group only.
    pub fn share_token(&self, group: SimGroupId) -> String {
        Random::of(self.seed, SHARED_GROUPS, group.number()).word(LETTERS, 8)
    }

    /// Returns the token in the link by which others can contact a user.
    pub fn contact_token(&self, user: SimUserId) -> String {
        Random::of(self.seed, SHARED_CONTACTS, user.number()).word(LETTERS, 8)
    }

    /// Returns the share link of a group; `None` if the group is not shared.
    pub(crate) fn share_url(&self, group: SimGroupId) -> Option<String> {
        let is_shared = self.groups.get(&group)?.settings.is_shared;
        let token = self.share_token(group);
        is_shared.then(|| format!("https://groupme.com/join_group/{group}/{token}"))
    }

    /// Changes a group as the body of `POST /groups/{id}/update` says. Each change that GroupMe
    /// announces has its notice.
    pub(crate) fn change_group(
        &mut self,
        group: SimGroupId,
        by: SimUserId,
        body: &Value,
    ) -> Result<(), WorldError> {
        self.check_may_change_group(group, by)?;
        let now = self.seconds();
        let entry = self.groups.get_mut(&group);
        let entry = entry.ok_or(WorldError::NoSuchGroup(group))?;
        entry.updated_at = now;
        let before = (entry.name.clone(), entry.settings.clone());
        if let Some(name) = body["name"].as_str() {
            name.clone_into(&mut entry.name);
        }
        entry.settings.apply(body);
        let after = (entry.name.clone(), entry.settings.clone());
        let mut notices = self.changes(group, by, &before, &after)?;
        for (text, kind, mut data) in notices.drain(..) {
            let user = self.user(by)?;
            let text = format!("{} {text}", user.name);
            data["user"] = person(by, user);
            let notice = Notice {
                text,
                event: json!({ "type": kind, "data": data }),
            };
            self.post_notice(Conversation::Group(group), notice);
        }
        Ok(())
    }

    /// Applies the settings of a new group, without notices.
    pub(crate) fn set_up_group(&mut self, group: SimGroupId, body: &Value) {
        if let Some(entry) = self.groups.get_mut(&group) {
            entry.settings.apply(body);
        }
    }

    /// Returns text, type and data of the notice for each difference.
    fn changes(
        &self,
        group: SimGroupId,
        by: SimUserId,
        (name_before, before): &(String, GroupSettings),
        (name, after): &(String, GroupSettings),
    ) -> Result<Vec<(String, String, Value)>, WorldError> {
        self.user(by)?;
        let mut notices = Vec::new();
        let mut add = |text: String, kind: &str, data: Value| {
            notices.push((text, kind.to_owned(), data));
        };
        if name != name_before {
            let text = format!("changed the group's name to {name}");
            add(text, "group.name_change", json!({ "name": name }));
        }
        if after.description != before.description {
            let topic = &after.description;
            let text = format!("changed the topic to: {topic}");
            add(text, "group.topic_change", json!({ "topic": topic }));
        }
        if after.image_url != before.image_url {
            let data = json!({ "avatar_url": after.image_url });
            let text = "changed the group's avatar".to_owned();
            add(text, "group.avatar_change", data);
        }
        if after.theme_name != before.theme_name {
            let data = json!({ "theme_name": after.theme_name });
            let text = "changed the group's theme".to_owned();
            add(text, "group.theme_change", data);
        }
        if after.like_icon != before.like_icon {
            let (verb, kind, data) = match &after.like_icon {
                Value::Null => ("removed", "group.like_icon_removed", json!({})),
                icon => (
                    "changed",
                    "group.like_icon_set",
                    json!({ "like_icon": icon }),
                ),
            };
            add(format!("{verb} the group's like icon"), kind, data);
        }
        if after.requires_approval != before.requires_approval {
            let state = if after.requires_approval {
                "enabled"
            } else {
                "disabled"
            };
            let text = format!("{state} the approval of new members");
            let kind = format!("group.requires_approval_{state}");
            add(text, &kind, json!({}));
        }
        if after.kind != before.kind {
            let kind = &after.kind;
            let data = json!({ "type": kind, "message_edit_period": 15 });
            add(
                format!("changed the group's type to {kind}"),
                "group.type_change",
                data,
            );
        }
        if after.visibility != before.visibility {
            let visibility = &after.visibility;
            let text = format!("set the group's visibility to {visibility}");
            add(
                text,
                &format!("group.visibility_set.{visibility}"),
                json!({}),
            );
        }
        if after.is_shared != before.is_shared {
            let (text, kind, data) = match self.share_url(group) {
                Some(url) => {
                    let data = json!({ "share_url": url, "share_qr_code_url": null });
                    ("enabled sharing for the group", "group.shared", data)
                }
                None => (
                    "disabled sharing for the group",
                    "group.unshared",
                    json!({}),
                ),
            };
            add(text.to_owned(), kind, data);
        }
        Ok(notices)
    }

    /// Removes a group with its topics and messages, as its owner. Nothing is pushed, as far as
    /// known of GroupMe.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::IsATopic`],
    /// [`WorldError::NotAMember`] or [`WorldError::NotTheGroupOwner`].
    pub fn destroy_group(&mut self, group: SimGroupId, by: SimUserId) -> Result<(), WorldError> {
        self.check_owner(group, by)?;
        let topics: Vec<SimGroupId> = self.topics_of(group).collect();
        for id in topics.into_iter().chain([group]) {
            let conversation = Conversation::Group(id);
            self.groups.remove(&id);
            self.topics.remove(&(group, id));
            self.history.clear(conversation);
            self.receipts.retain(|(other, _), _| *other != conversation);
            self.polls
                .retain(|_, poll| poll.conversation != conversation);
            self.calendar.remove_conversation(conversation);
        }
        self.bots.remove_group(group);
        Ok(())
    }

    /// Makes a member the owner of the group, with a notice.
    ///
    /// # Errors
    ///
    /// The errors of [`destroy_group`](Self::destroy_group).
    pub fn change_owner(
        &mut self,
        group: SimGroupId,
        by: SimUserId,
        owner: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_owner(group, by)?;
        self.check_member(group, owner)?;
        if let Some(entry) = self.groups.get_mut(&group) {
            entry.creator = owner;
        }
        let (old, new) = (self.user(by)?, self.user(owner)?);
        let notice = Notice {
            text: format!("{} made {} the owner of the group", old.name, new.name),
            event: json!({
                "type": "group.owner_changed",
                "data": { "old_owner": person(by, old), "new_owner": person(owner, new) },
            }),
        };
        self.post_notice(Conversation::Group(group), notice);
        Ok(())
    }

    /// Returns the owner of a group; `None` if there is no such group.
    pub fn owner(&self, group: SimGroupId) -> Option<SimUserId> {
        self.groups.get(&group).map(|entry| entry.creator)
    }

    /// Returns the name of a group or topic.
    pub fn group_name(&self, group: SimGroupId) -> Option<&str> {
        self.groups.get(&group).map(|entry| &*entry.name)
    }

    fn check_owner(&self, group: SimGroupId, user: SimUserId) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, user)?;
        if self.owner(group) == Some(user) {
            Ok(())
        } else {
            Err(WorldError::NotTheGroupOwner { user, group })
        }
    }

    /// Returns the public part of a group.
    pub(crate) fn preview_row(&self, id: SimGroupId) -> Option<Value> {
        let group = self.groups.get(&id).filter(|group| group.topic.is_none())?;
        let settings = &group.settings;
        Some(json!({
            "id": id.to_string(),
            "group_id": id.to_string(),
            "name": group.name,
            "type": settings.kind,
            "description": settings.description,
            "image_url": settings.image_url,
            "creator_user_id": group.creator.to_string(),
            "created_at": group.created_at,
            "updated_at": group.updated_at,
            "members_count": group.members.len(),
            "max_members": 5000,
            "theme_name": settings.theme_name,
            "like_icon": settings.like_icon,
            "requires_approval": settings.requires_approval,
            "show_join_question": settings.show_join_question,
            "join_question": settings.join_question,
            "children_count": self.topics_of(id).count(),
        }))
    }

    /// Returns the rows of the groups with this visibility whose name contains the words.
    pub(crate) fn found_groups(&self, visibility: &str, words: &str) -> Vec<Value> {
        let words = words.to_lowercase();
        let groups = self.groups.iter().filter(|(_, group)| {
            group.topic.is_none()
                && group.settings.visibility == visibility
                && group.name.to_lowercase().contains(&words)
        });
        groups
            .map(|(id, group)| {
                json!({
                    "id": id.to_string(),
                    "name": group.name,
                    "description": group.settings.description,
                    "avatar_url": group.settings.image_url,
                    "directory_id": "",
                    "group_type": group.settings.kind,
                    "max_members": 5000,
                    "members_count": group.members.len(),
                    "children_count": self.topics_of(*id).count(),
                })
            })
            .collect()
    }
}

impl GroupSettings {
    /// Applies the members of a body. A member that is missing changes nothing, and one of another
    /// type neither.
    fn apply(&mut self, body: &Value) {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let choice = |name: &str| body[name].as_bool();
        let known = |value: Option<String>, values: &[&str]| {
            value.filter(|value| values.contains(&&**value))
        };
        if let Some(description) = text("description") {
            self.description = description;
        }
        self.image_url = text("image_url").or_else(|| self.image_url.take());
        self.theme_name = text("theme_name").or_else(|| self.theme_name.take());
        if let Some(icon) = body.get("like_icon") {
            self.like_icon = icon.clone();
        }
        if let Some(question) = body.get("join_question") {
            self.join_question = question.clone();
        }
        self.requires_approval = choice("requires_approval").unwrap_or(self.requires_approval);
        self.show_join_question = choice("show_join_question").unwrap_or(self.show_join_question);
        self.office_mode = choice("office_mode").unwrap_or(self.office_mode);
        self.is_shared = choice("share").unwrap_or(self.is_shared);
        let visibility = known(text("visibility"), &["hidden", "searchable", "community"]);
        self.visibility = visibility.unwrap_or_else(|| core::mem::take(&mut self.visibility));
        let kind = known(text("group_type"), &["private", "closed", "announcement"]);
        self.kind = kind.unwrap_or_else(|| core::mem::take(&mut self.kind));
        if let Some(modes) = body["message_deletion_mode"].as_array() {
            let modes = modes.iter().filter_map(Value::as_str);
            self.deletion_mode = modes.map(str::to_owned).collect();
        }
    }
}

/// Kinds of generators, so that each has a stream of its own.
const SHARED_GROUPS: u64 = 101;
const SHARED_CONTACTS: u64 = 102;
