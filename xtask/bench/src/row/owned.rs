//! `serde_json` into owned structs and an internally tagged enum: the usual first program.

use serde::Deserialize;

use crate::{
    checksum::{self, Fields},
    corpus::Corpus,
    row::Row,
};

/// Owns every value; serde chooses the types by `#[serde(tag = "type")]`.
#[derive(Default)]
pub(crate) struct Owned {
    bytes: Vec<u8>,
}

impl Row for Owned {
    fn name(&self) -> &'static str {
        "serde_json.owned"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for frame in corpus.frames() {
            self.bytes.clear();
            self.bytes.extend_from_slice(frame);
            let batch: serde_json::Result<Vec<Envelope>> = serde_json::from_slice(&self.bytes);
            for message in batch.iter().flatten() {
                sum = sum.wrapping_add(match &message.data {
                    Some(push) => push.checksum(),
                    None => checksum::envelope(&message.channel, message.successful),
                });
            }
        }
        sum
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Envelope {
    channel: String,
    id: Option<String>,
    client_id: Option<String>,
    successful: Option<bool>,
    error: Option<String>,
    advice: Option<Advice>,
    data: Option<Push>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Advice {
    interval: Option<i64>,
    timeout: Option<i64>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Push {
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
struct WithSubject<T> {
    subject: Box<T>,
    alert: Option<String>,
    received_at: Option<i64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Message {
    id: String,
    source_guid: Option<String>,
    group_id: Option<String>,
    parent_id: Option<String>,
    chat_id: Option<String>,
    user_id: Option<String>,
    sender_id: Option<String>,
    sender_type: Option<String>,
    recipient_id: Option<String>,
    name: Option<String>,
    avatar_url: Option<String>,
    text: Option<String>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
    deleted_at: Option<i64>,
    deletion_actor: Option<String>,
    system: Option<bool>,
    pinned_at: Option<i64>,
    pinned_by: Option<String>,
    favorited_by: Option<Vec<String>>,
    favorited_at: Option<i64>,
    location: Option<Location>,
    picture_url: Option<String>,
    #[serde(default)]
    attachments: Vec<Attachment>,
    event: Option<SystemEvent>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Location {
    lat: Option<String>,
    lng: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
enum Attachment {
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
struct SystemEvent {
    #[serde(rename = "type")]
    kind: String,
    data: serde_json::Value,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Reaction {
    line: Option<Message>,
    reactions: Option<Vec<ReactionEntry>>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
enum ReactionEntry {
    Unicode {
        code: String,
        user_ids: Vec<String>,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Group {
    id: String,
    name: Option<String>,
    description: Option<String>,
    avatar_url: Option<String>,
    creator_id: Option<String>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
    max_memberships: Option<i64>,
    disable_sharing: Option<bool>,
    phone_number: Option<String>,
    preview_url: Option<String>,
    share_url: Option<String>,
    shared: Option<bool>,
    theme_name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Push {
    fn checksum(&self) -> u64 {
        let (kind, message) = match self {
            Self::LineCreate(push) => ("line.create", &*push.subject),
            Self::DirectMessageCreate(push) => ("direct_message.create", &*push.subject),
            Self::MessageUpdate(push) => ("message.update", &*push.subject),
            Self::MessageDeleted(push) => ("message.deleted", &*push.subject),
            Self::Favorite(push) => match &push.subject.line {
                Some(message) => ("favorite", message),
                None => return 1,
            },
            Self::MembershipCreate(push) => {
                return Fields {
                    kind: "membership.create",
                    id: &push.subject.id,
                    name: text(push.subject.name.as_ref()),
                    at: push.subject.created_at.unwrap_or_default(),
                    ..Fields::default()
                }
                .checksum();
            }
            Self::Typing { user_id, started } => {
                return Fields {
                    kind: "typing",
                    user: user_id,
                    at: *started,
                    ..Fields::default()
                }
                .checksum();
            }
            Self::Ping => {
                return Fields {
                    kind: "ping",
                    ..Fields::default()
                }
                .checksum();
            }
            Self::Unknown => return 1,
        };
        Fields {
            kind,
            id: &message.id,
            user: text(message.user_id.as_ref()),
            name: text(message.name.as_ref()),
            text: text(message.text.as_ref()),
            at: message.created_at.unwrap_or_default(),
        }
        .checksum()
    }
}

fn text(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}
