//! Owned types of a push, as a program would declare them for `serde`. The naive client of
//! `cargo xtask bench peers` uses them, too.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct Envelope {
    pub(crate) channel: String,
    pub(crate) id: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) successful: Option<bool>,
    pub(crate) error: Option<String>,
    pub(crate) advice: Option<Advice>,
    pub(crate) data: Option<Push>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct Advice {
    pub(crate) interval: Option<i64>,
    pub(crate) timeout: Option<i64>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Push {
    #[serde(rename = "line.create")]
    LineCreate(WithSubject<Message>),
    #[serde(rename = "direct_message.create")]
    DirectMessageCreate(WithSubject<Message>),
    #[serde(rename = "message.update")]
    MessageUpdate(WithSubject<Message>),
    #[serde(rename = "message.deleted")]
    MessageDeleted(WithSubject<Message>),
    #[serde(rename = "favorite")]
    Favorite(WithSubject<Reaction>),
    #[serde(rename = "membership.create")]
    MembershipCreate(WithSubject<Group>),
    #[serde(rename = "typing")]
    Typing { user_id: String, started: i64 },
    #[serde(rename = "ping")]
    Ping,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct WithSubject<T> {
    pub(crate) subject: Box<T>,
    pub(crate) alert: Option<String>,
    pub(crate) received_at: Option<i64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) source_guid: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) parent_id: Option<String>,
    pub(crate) chat_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) sender_id: Option<String>,
    pub(crate) sender_type: Option<String>,
    pub(crate) recipient_id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) created_at: Option<i64>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) deleted_at: Option<i64>,
    pub(crate) deletion_actor: Option<String>,
    pub(crate) system: Option<bool>,
    pub(crate) pinned_at: Option<i64>,
    pub(crate) pinned_by: Option<String>,
    pub(crate) favorited_by: Option<Vec<String>>,
    pub(crate) favorited_at: Option<i64>,
    pub(crate) location: Option<Location>,
    pub(crate) picture_url: Option<String>,
    #[serde(default)]
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) event: Option<SystemEvent>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct Location {
    pub(crate) lat: Option<String>,
    pub(crate) lng: Option<String>,
    pub(crate) name: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) enum Attachment {
    Image {
        url: String,
    },
    Video {
        url: String,
        preview_url: Option<String>,
    },
    File {
        file_id: String,
    },
    Location {
        lat: String,
        lng: String,
        name: Option<String>,
    },
    Mentions {
        user_ids: Vec<String>,
        loci: Vec<[i64; 2]>,
    },
    Emoji {
        placeholder: String,
        charmap: Vec<[i64; 2]>,
    },
    Reply {
        reply_id: String,
        base_reply_id: Option<String>,
        user_id: Option<String>,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct SystemEvent {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) data: serde_json::Value,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct Reaction {
    pub(crate) line: Option<Message>,
    pub(crate) reactions: Option<Vec<ReactionEntry>>,
    pub(crate) user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) enum ReactionEntry {
    Unicode {
        code: String,
        user_ids: Vec<String>,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) creator_id: Option<String>,
    pub(crate) created_at: Option<i64>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) max_memberships: Option<i64>,
    pub(crate) disable_sharing: Option<bool>,
    pub(crate) phone_number: Option<String>,
    pub(crate) preview_url: Option<String>,
    pub(crate) share_url: Option<String>,
    pub(crate) shared: Option<bool>,
    pub(crate) theme_name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}
