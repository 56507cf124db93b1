//! Topics of groups, which GroupMe also calls subgroups.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Conversation, SimGroupId, SimUserId, World, WorldError,
    message::{Group, Topic},
    notice::Notice,
    settings::GroupSettings,
};

impl World {
    /// Adds a topic to a group. It shares the group's members; its messages are those of the
    /// conversation `Conversation::Group(topic)`.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::IsATopic`].
    pub fn add_topic(
        &mut self,
        group: SimGroupId,
        creator: SimUserId,
        name: &str,
    ) -> Result<SimGroupId, WorldError> {
        self.open_topic(
            group,
            creator,
            TopicDraft {
                name: Some(name.to_owned()),
                ..TopicDraft::default()
            },
        )
    }

    pub(crate) fn open_topic(
        &mut self,
        group: SimGroupId,
        creator: SimUserId,
        draft: TopicDraft,
    ) -> Result<SimGroupId, WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, creator)?;
        let (id, now) = (self.new_group_id(), self.seconds());
        let topic = Topic {
            parent: group,
            description: draft.description.unwrap_or_default(),
            avatar_url: draft.avatar_url,
            kind: draft.kind.unwrap_or_else(|| "private".to_owned()),
        };
        let name = draft.name.unwrap_or_default();
        let notice = Notice::topic_created(
            self.user(creator)?,
            creator,
            id,
            &name,
            topic.avatar_url.as_deref(),
        );
        let entry = Group {
            name,
            creator,
            members: Vec::new(),
            former: BTreeMap::new(),
            topic: Some(topic),
            settings: GroupSettings::default(),
            memberships: BTreeMap::new(),
            pending: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        self.groups.insert(id, entry);
        self.topics.insert((group, id));
        self.post_notice(Conversation::Group(group), notice);
        Ok(id)
    }

    /// Renames a topic, with a notice in the topic.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::NotATopic`].
    pub fn rename_topic(
        &mut self,
        topic: SimGroupId,
        by: SimUserId,
        name: &str,
    ) -> Result<(), WorldError> {
        let draft = TopicDraft {
            name: Some(name.to_owned()),
            ..TopicDraft::default()
        };
        self.change_topic(topic, by, draft)
    }

    /// Changes the given properties. Only a new name causes a notice.
    pub(crate) fn change_topic(
        &mut self,
        id: SimGroupId,
        by: SimUserId,
        draft: TopicDraft,
    ) -> Result<(), WorldError> {
        self.check_member(id, by)?;
        let now = self.seconds();
        let entry = self.groups.get_mut(&id);
        let entry = entry.ok_or(WorldError::NoSuchGroup(id))?;
        let topic = entry.topic.as_mut().ok_or(WorldError::NotATopic(id))?;
        entry.updated_at = now;
        if let Some(description) = draft.description {
            topic.description = description;
        }
        if let Some(kind) = draft.kind {
            topic.kind = kind;
        }
        if draft.avatar_url.is_some() {
            topic.avatar_url = draft.avatar_url;
        }
        let parent = topic.parent;
        if let Some(name) = draft.name.filter(|name| *name != entry.name) {
            entry.name.clone_from(&name);
            let notice = Notice::topic_renamed(self.user(by)?, by, &name, parent);
            self.post_notice(Conversation::Group(id), notice);
        }
        Ok(())
    }

    /// Removes a topic with its messages.
    ///
    /// # Errors
    ///
    /// Same errors as [`rename_topic`](Self::rename_topic).
    pub fn remove_topic(&mut self, topic: SimGroupId, by: SimUserId) -> Result<(), WorldError> {
        self.check_member(topic, by)?;
        let parent = self.parent(topic).ok_or(WorldError::NotATopic(topic))?;
        let conversation = Conversation::Group(topic);
        self.topics.remove(&(parent, topic));
        if let Some(gone) = self.groups.remove(&topic) {
            let notice = Notice::topic_removed(self.user(by)?, by, topic, &gone.name);
            self.post_notice(Conversation::Group(parent), notice);
        }
        self.history.clear(conversation);
        self.receipts.retain(|(other, _), _| *other != conversation);
        self.polls
            .retain(|_, poll| poll.conversation != conversation);
        Ok(())
    }

    /// Returns the topics of a group.
    pub fn topics_of(&self, group: SimGroupId) -> impl Iterator<Item = SimGroupId> {
        let all = (group, SimGroupId::new(0))..=(group, SimGroupId::new(u64::MAX));
        self.topics.range(all).map(|(_, topic)| *topic)
    }

    /// Returns the group of a topic; `None` for a group.
    pub(crate) fn parent(&self, group: SimGroupId) -> Option<SimGroupId> {
        self.groups.get(&group)?.parent()
    }

    /// Returns the row of a topic for a member.
    pub(crate) fn topic_row(&self, id: SimGroupId, viewer: SimUserId) -> Option<Value> {
        let mut row = self.topic_core(id)?;
        let group = self.groups.get(&id)?;
        let conversation = Conversation::Group(id);
        let receipt = self.receipt(viewer, conversation);
        if let Some(members) = row.as_object_mut() {
            members.retain(|name, _| name != "type");
        }
        let mut messages = self.messages_summary(conversation);
        messages["last_message_updated_at"] = messages["last_message_created_at"].clone();
        row["messages"] = messages;
        row["creator_user_id"] = group.creator.number().into();
        row["muted_until"] = Value::Null;
        row["unread_count"] = Value::Null;
        row["last_read_message_id"] = receipt.map(|receipt| receipt.message.to_string()).into();
        row["last_read_at"] = receipt.map(|receipt| receipt.at).into();
        Some(row)
    }

    /// Returns a topic in the form of the response to its creation or change. All its ids are
    /// numbers.
    pub(crate) fn topic_core(&self, id: SimGroupId) -> Option<Value> {
        let group = self.groups.get(&id)?;
        let topic = group.topic.as_ref()?;
        Some(json!({
            "id": id.number(),
            "topic": group.name,
            "type": topic.kind,
            "description": topic.description,
            "avatar_url": topic.avatar_url,
            "created_at": group.created_at,
            "updated_at": group.updated_at,
            "parent_id": topic.parent.number(),
            "like_icon": null,
        }))
    }

    pub(super) fn check_not_topic(&self, group: SimGroupId) -> Result<(), WorldError> {
        match self.parent(group) {
            Some(_) => Err(WorldError::IsATopic(group)),
            None => Ok(()),
        }
    }
}

impl Group {
    fn parent(&self) -> Option<SimGroupId> {
        self.topic.as_ref().map(|topic| topic.parent)
    }
}

/// Properties of a topic to add or change.
#[derive(Debug, Default)]
pub(crate) struct TopicDraft {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) kind: Option<String>,
}
