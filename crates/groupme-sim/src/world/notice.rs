//! Notices of the system with their events.

use serde_json::{Value, json};

use super::{
    SimGroupId, SimMessageId, SimUserId,
    message::{Deletion, Message, User},
};

/// Notice of the system: text and event.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) text: String,
    /// `{type, data}`
    pub(super) event: Value,
}

impl Notice {
    pub(super) fn pinned(by: &User, by_id: SimUserId, message: SimMessageId, now: u64) -> Self {
        Self {
            text: format!("{} pinned a message.", by.name),
            event: json!({
                "data": {
                    "message_id": message.to_string(),
                    "pinned": true,
                    "pinned_at": now,
                    "pinned_by": by_id.to_string(),
                },
                "type": "message.pinned",
            }),
        }
    }

    pub(super) fn updated(message: &Message, now: u64) -> Self {
        Self {
            text: format!("{} edited a message.", message.sender.name),
            event: json!({
                "type": "message.update",
                "data": {
                    "message_id": message.id.to_string(),
                    "sender_id": message.author.to_string(),
                    "updated_at": now,
                    "message": { "text": message.text, "attachments": message.attachments },
                },
            }),
        }
    }

    pub(super) fn deleted(message: SimMessageId, deletion: &Deletion) -> Self {
        Self {
            text: "A message was deleted.".to_owned(),
            event: json!({
                "type": "message.deleted",
                "data": {
                    "message_id": message.to_string(),
                    // Seconds here, but text in `message.deleted`.
                    "deleted_at": deletion.at.as_secs(),
                    "deletion_actor": deletion.actor,
                },
            }),
        }
    }

    pub(super) fn added(adder: &User, adder_id: SimUserId, user: &User, id: SimUserId) -> Self {
        Self {
            text: format!("{} added {} to the group.", adder.name, user.name),
            event: json!({
                "type": "membership.announce.added",
                "data": { "added_users": [person(id, user)], "adder_user": person(adder_id, adder) },
            }),
        }
    }

    pub(super) fn removed(
        remover: &User,
        remover_id: SimUserId,
        user: &User,
        id: SimUserId,
    ) -> Self {
        Self {
            text: format!("{} removed {} from the group.", remover.name, user.name),
            event: json!({
                "type": "membership.notifications.removed",
                "data": { "remover_user": person(remover_id, remover), "removed_user": person(id, user) },
            }),
        }
    }

    pub(super) fn topic_created(
        user: &User,
        id: SimUserId,
        topic: SimGroupId,
        name: &str,
        avatar_url: Option<&str>,
    ) -> Self {
        Self {
            text: format!("{} created the topic {name}.", user.name),
            event: json!({
                "type": "group.subgroup_created",
                "data": {
                    "user": person(id, user),
                    "subgroup_topic": name,
                    "subgroup_avatar_url": avatar_url,
                    "subgroup_id": topic.number(),
                },
            }),
        }
    }

    pub(super) fn topic_renamed(
        user: &User,
        id: SimUserId,
        name: &str,
        parent: SimGroupId,
    ) -> Self {
        Self {
            text: format!("{} changed the topic's name to {name}.", user.name),
            event: json!({
                "type": "group.subgroup_name_change",
                "data": {
                    "user": person(id, user),
                    "subgroup_topic": name,
                    "parent_id": parent.number(),
                },
            }),
        }
    }

    pub(super) fn topic_removed(user: &User, id: SimUserId, topic: SimGroupId, name: &str) -> Self {
        Self {
            text: format!("{} removed the topic {name}.", user.name),
            event: json!({
                "type": "group.subgroup_removed",
                "data": {
                    "user": person(id, user),
                    "subgroup_topic": name,
                    "subgroup_id": topic.number(),
                },
            }),
        }
    }

    pub(super) fn exited(user: &User, id: SimUserId) -> Self {
        Self {
            text: format!("{} has left the group.", user.name),
            event: json!({
                "type": "membership.notifications.exited",
                "data": { "removed_user": person(id, user) },
            }),
        }
    }
}

/// Returns a person in the data of a notice, where the id is a number.
pub(super) fn person(id: SimUserId, user: &User) -> Value {
    json!({ "id": id.number(), "nickname": user.name })
}
