//! The `data` of all pushed events, member for member as seen of GroupMe. A member that is `null`
//! here is sent as `null`; a missing one is not sent.

use serde_json::{Value, json};

use super::{
    Conversation, SimGroupId, SimMessageId, SimUserId,
    message::{Group, Icon, Message, Reaction, User},
    notice::Notice,
    rfc3339::rfc3339,
};

/// Group, and its parent if it is a topic.
pub(super) type GroupAndParent = (SimGroupId, Option<SimGroupId>);

/// Returns `line.create` or `direct_message.create` for a new message.
pub(super) fn created(message: &Message, parent: Option<SimGroupId>) -> Value {
    let alert = match &message.text {
        Some(text) => format!("{}: {text}", message.sender.name),
        None => format!("{} sent an attachment", message.sender.name),
    };
    match message.conversation {
        Conversation::Group(group) => {
            json!({
                "type": "line.create",
                "alert": alert,
                "subject": line(message, (group, parent), &Value::Null),
                "received_at": millis(message.created_at),
            })
        }
        Conversation::Direct(..) => {
            json!({
                "type": "direct_message.create",
                "alert": alert,
                "subject": direct_message(message),
                "received_at": millis(message.created_at),
            })
        }
    }
}

/// Returns `message.update`: the whole message again. There is none for direct messages.
pub(super) fn updated(message: &Message, group: GroupAndParent, now: u64) -> Value {
    // The other events have `null` instead of an empty text.
    let unpinned = Value::from("");
    json!({
        "type": "message.update",
        "alert": "",
        "subject": line(message, group, &unpinned),
        "received_at": millis(now),
    })
}

/// Returns `message.deleted`: the message after its deletion. There is none for direct messages.
pub(super) fn deleted(message: &Message, group: GroupAndParent, now: u64) -> Value {
    json!({
        "type": "message.deleted",
        "alert": "",
        "subject": line(message, group, &Value::Null),
        "received_at": millis(now),
    })
}

/// Returns `favorite`: all reactions to a message after a change.
pub(super) fn favorite(message: &Message, by: SimUserId, now: u64) -> Value {
    json!({
        "type": "favorite",
        "alert": "",
        "subject": reacted(message, by, now),
        "received_at": millis(now),
    })
}

/// Returns `like.create`, for the author: all reactions, and the one that was added.
pub(super) fn like(message: &Message, by: SimUserId, liker: &User, icon: &Icon, now: u64) -> Value {
    let mut subject = reacted(message, by, now);
    let how = match icon {
        Icon::Unicode(code) => format!("reacted {code}"),
        Icon::Pack { .. } => "reacted".to_owned(),
    };
    subject["user_reaction"] = match icon {
        Icon::Unicode(code) => json!({ "code": code, "type": "unicode" }),
        Icon::Pack { pack, index } => {
            json!({ "pack_id": pack, "pack_index": index, "type": "emoji" })
        }
    };
    let shown = message.text.as_deref().unwrap_or("your message");
    json!({
        "type": "like.create",
        "alert": format!("{} {how} to \"{shown}\"", liker.name),
        "subject": subject,
        "received_at": millis(now),
    })
}

/// Returns `membership.create`, for the new member: a shortened group.
pub(super) fn membership(
    id: SimGroupId,
    group: &Group,
    share_url: Option<&str>,
    adder: &User,
    now: u64,
) -> Value {
    json!({
        "type": "membership.create",
        "alert": format!("You've been added to \"{}\" with {}.", group.name, adder.name),
        "subject": {
            "avatar_url": null,
            "created_at": group.created_at,
            "creator_id": group.creator.to_string(),
            "description": "",
            "disable_sharing": false,
            "id": id.to_string(),
            "max_memberships": 5000,
            "name": group.name,
            "phone_number": "+1 5555550100",
            "preview_url": null,
            "share_url": share_url,
            "shared": null,
            "theme_name": null,
            "thread_id": null,
            "type": "private",
            "updated_at": group.updated_at,
        },
        "received_at": millis(now),
    })
}

/// Returns `typing`. `started` is in ms since 1970.
pub(super) fn typing(user: SimUserId, started: u64) -> Value {
    json!({ "type": "typing", "user_id": user.to_string(), "started": started })
}

/// Returns `read_receipt.create`: `reader` has read up to `message`.
pub(super) fn read_receipt(
    message: SimMessageId,
    conversation: Conversation,
    reader: SimUserId,
    now: u64,
) -> Value {
    json!({
        "type": "read_receipt.create",
        "alert": "",
        "subject": {
            "id": message.to_string(),
            "chat_id": conversation.id(),
            "message_id": message.to_string(),
            "user_id": reader.to_string(),
            "read_at": now,
        },
        "received_at": millis(now),
    })
}

/// Returns a notice in a group: a `line.create` that carries an `event`.
pub(super) fn group_notice(
    id: SimMessageId,
    guid: &str,
    (group, parent): GroupAndParent,
    notice: &Notice,
    now: u64,
) -> Value {
    json!({
        "type": "line.create",
        "alert": notice.text,
        "subject": {
            "attachments": [],
            "avatar_url": null,
            "created_at": now,
            "deleted_at": null,
            "deletion_actor": null,
            "event": notice.event,
            "group_id": group.to_string(),
            "id": id.to_string(),
            "location": empty_location(),
            "name": "GroupMe",
            "parent_id": parent.map(|parent| parent.to_string()),
            "picture_url": null,
            "pinned_at": null,
            "pinned_by": null,
            "sender_id": "system",
            "sender_type": "system",
            "source_guid": guid,
            "system": true,
            "text": notice.text,
            "updated_at": null,
            "user_id": "system",
        },
        "received_at": millis(now),
    })
}

/// Returns a notice in a chat, as `recipient` gets it. It has no `system` member.
pub(super) fn direct_notice(
    id: SimMessageId,
    guid: &str,
    conversation: Conversation,
    recipient: SimUserId,
    notice: &Notice,
    now: u64,
) -> Value {
    json!({
        "type": "direct_message.create",
        "alert": format!("GroupMe: {}", notice.text),
        "subject": {
            "attachments": [],
            "avatar_url": "",
            "chat_id": conversation.id(),
            "created_at": now,
            "event": notice.event,
            "favorited_by": [],
            "id": id.to_string(),
            "location": empty_location(),
            "name": "GroupMe",
            "picture_url": null,
            "recipient_id": recipient.to_string(),
            "sender_id": "system",
            "sender_type": "system",
            "source_guid": guid,
            "text": notice.text,
            "user_id": "system",
        },
        "received_at": millis(now),
    })
}

/// Returns a group message in the form of `line.create`, `message.update` and `message.deleted`.
fn line(message: &Message, (group, parent): GroupAndParent, unpinned: &Value) -> Value {
    let pinned_at = message.pinned.map(|(at, _)| at);
    let pinned_by = message
        .pinned
        .map_or_else(|| unpinned.clone(), |(_, by)| by.to_string().into());
    let mut line = json!({
        "attachments": message.attachments,
        "avatar_url": message.sender.avatar_url,
        "created_at": message.created_at,
        "deleted_at": message.deleted.as_ref().map(|deletion| rfc3339(deletion.at)),
        "deletion_actor": message.deleted.as_ref().map(|deletion| deletion.actor),
        "group_id": group.to_string(),
        "id": message.id.to_string(),
        "location": empty_location(),
        "name": message.sender.name,
        "parent_id": parent.map(|parent| parent.to_string()),
        "picture_url": null,
        "pinned_at": pinned_at,
        "pinned_by": pinned_by,
        "sender_id": message.author.to_string(),
        "sender_type": message.sender.kind,
        "source_guid": message.source_guid,
        "system": false,
        "text": message.text,
        "updated_at": message.updated_at,
        "user_id": message.author.to_string(),
    });
    add_event(&mut line, message);
    line
}

/// Returns a direct message. Unlike a line, it has no `null` members for what did not happen to it.
fn direct_message(message: &Message) -> Value {
    let mut subject = json!({
        "attachments": message.attachments,
        "avatar_url": message.sender.avatar_url,
        "chat_id": message.conversation.id(),
        "created_at": message.created_at,
        "favorited_by": favorited_by(message),
        "id": message.id.to_string(),
        "location": empty_location(),
        "name": message.sender.name,
        "picture_url": null,
        "recipient_id": recipient(message),
        "sender_id": message.author.to_string(),
        "sender_type": message.sender.kind,
        "source_guid": message.source_guid,
        "text": message.text,
        "user_id": message.author.to_string(),
    });
    add_event(&mut subject, message);
    subject
}

/// Returns the subject of `favorite` and `like.create`, in which the message has a `user_id` but no
/// `sender_id`.
fn reacted(message: &Message, by: SimUserId, now: u64) -> Value {
    let mut subject = json!({});
    match message.conversation {
        Conversation::Group(group) => {
            subject["line"] = json!({
                "attachments": message.attachments,
                "avatar_url": message.sender.avatar_url,
                "created_at": message.created_at,
                "favorited_at": now,
                "favorited_by": favorited_by(message),
                "group_id": group.to_string(),
                "id": message.id.to_string(),
                "location": empty_location(),
                "name": message.sender.name,
                "picture_url": null,
                "source_guid": message.source_guid,
                "system": false,
                "text": message.text,
                "user_id": message.author.to_string(),
            });
        }
        Conversation::Direct(..) => {
            subject["direct_message"] = json!({
                "attachments": message.attachments,
                "avatar_url": message.sender.avatar_url,
                "chat_id": message.conversation.id(),
                "created_at": message.created_at,
                "favorited_at": now,
                "favorited_by": favorited_by(message),
                "id": message.id.to_string(),
                "location": empty_location(),
                "name": message.sender.name,
                "picture_url": null,
                "recipient_id": recipient(message),
                "source_guid": message.source_guid,
                "text": message.text,
                "user_id": message.author.to_string(),
            });
        }
    }
    subject["reactions"] = message.reactions.iter().map(reaction).collect();
    subject["user_id"] = by.to_string().into();
    subject
}

/// Returns one kind of reaction as shown with a message.
pub(super) fn reaction(reaction: &Reaction) -> Value {
    let likes = reaction.likes.iter();
    let users: Vec<String> = likes.map(|like| like.by.to_string()).collect();
    match &reaction.icon {
        Icon::Unicode(code) => json!({ "code": code, "type": "unicode", "user_ids": users }),
        Icon::Pack { pack, index } => {
            json!({ "pack_id": pack, "pack_index": index, "type": "emoji", "user_ids": users })
        }
    }
}

/// Returns the ids of the users who reacted, once for each reaction, as GroupMe does.
pub(super) fn favorited_by(message: &Message) -> Vec<String> {
    message.likes().map(|like| like.by.to_string()).collect()
}

pub(super) fn recipient(message: &Message) -> Option<String> {
    match message.conversation {
        Conversation::Direct(low, high) => {
            Some(if message.author == low { high } else { low }.to_string())
        }
        Conversation::Group(_) => None,
    }
}

/// Adds the `event` of a message that announces something.
pub(super) fn add_event(row: &mut Value, message: &Message) {
    if let Some(event) = &message.event {
        row["event"] = event.clone();
    }
}

/// Returns the empty location that GroupMe has sent in every message for a decade.
fn empty_location() -> Value {
    json!({ "lat": "", "lng": "", "name": null })
}

fn millis(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}
