//! `serde_json` into borrowed structs: a program written by an expert.

use core::fmt;
use std::borrow::Cow;

use serde::{
    Deserialize,
    de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    checksum::{self, Fields},
    corpus::Corpus,
    row::Row,
};

/// Borrows each text without escapes, and chooses the type of a push's subject by the push's
/// `type`, which comes first.
#[derive(Default)]
pub(crate) struct Borrowed {
    bytes: Vec<u8>,
}

impl Row for Borrowed {
    fn name(&self) -> &'static str {
        "serde_json.borrowed"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for frame in corpus.frames() {
            self.bytes.clear();
            self.bytes.extend_from_slice(frame);
            let batch: serde_json::Result<Vec<Envelope<'_>>> = serde_json::from_slice(&self.bytes);
            for message in batch.iter().flatten() {
                sum = sum.wrapping_add(match &message.data {
                    Some(push) => push.checksum(),
                    None => checksum::envelope(&message.channel.0, message.successful),
                });
            }
        }
        sum
    }
}

/// Text, in a newtype because serde borrows into a plain `Cow` but not into an `Option` of one.
#[derive(Default, Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Declares structs that borrow: names of required texts, of optional texts, and other fields.
macro_rules! borrowed {
    ($(
        $(#[$struct_meta:meta])*
        $name:ident {
            required: [$($(#[$required_meta:meta])* $required:ident),*],
            optional: [$($(#[$optional_meta:meta])* $optional:ident),*],
            $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)?
        }
    )*) => {$(
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "parsing them is part of the measured work")]
        $(#[$struct_meta])*
        struct $name<'a> {
            $(#[serde(borrow)] $(#[$required_meta])* $required: Text<'a>,)*
            $(#[serde(borrow)] $(#[$optional_meta])* $optional: Option<Text<'a>>,)*
            $($(#[$field_meta])* $field: $type,)*
        }
    )*};
}

borrowed! {
    #[serde(rename_all = "camelCase")]
    Envelope {
        required: [channel],
        optional: [id, client_id, error],
        successful: Option<bool>,
        advice: Option<Advice>,
        #[serde(borrow)]
        data: Option<Push<'a>>,
    }
    Message {
        required: [id],
        optional: [
            source_guid, group_id, parent_id, chat_id, user_id, sender_id, sender_type,
            recipient_id, name, avatar_url, text, deletion_actor, pinned_by, picture_url
        ],
        created_at: Option<i64>,
        updated_at: Option<i64>,
        deleted_at: Option<i64>,
        system: Option<bool>,
        pinned_at: Option<i64>,
        #[serde(borrow)]
        favorited_by: Option<Vec<Text<'a>>>,
        favorited_at: Option<i64>,
        #[serde(borrow)]
        location: Option<Location<'a>>,
        #[serde(borrow, default)]
        attachments: Vec<Attachment<'a>>,
        #[serde(borrow)]
        event: Option<SystemEvent<'a>>,
    }
    Location { required: [], optional: [lat, lng, name], }
    /// Attachment with the fields of all types, so that nothing is buffered to find out the type.
    Attachment {
        required: [#[serde(rename = "type")] kind],
        optional: [url, preview_url, lat, lng, name, placeholder, reply_id, base_reply_id, user_id, file_id],
        #[serde(borrow)]
        user_ids: Option<Vec<Text<'a>>>,
        loci: Option<Vec<[i64; 2]>>,
        charmap: Option<Vec<[i64; 2]>>,
    }
    SystemEvent {
        required: [#[serde(rename = "type")] kind],
        optional: [],
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    Reaction {
        required: [],
        optional: [user_id],
        #[serde(borrow)]
        line: Option<Message<'a>>,
        #[serde(borrow)]
        reactions: Option<Vec<ReactionEntry<'a>>>,
    }
    ReactionEntry {
        required: [#[serde(rename = "type")] kind],
        optional: [code],
        #[serde(borrow)]
        user_ids: Option<Vec<Text<'a>>>,
    }
    Group {
        required: [id],
        optional: [
            name, description, avatar_url, creator_id, phone_number, preview_url, share_url,
            theme_name, #[serde(rename = "type")] kind
        ],
        created_at: Option<i64>,
        updated_at: Option<i64>,
        max_memberships: Option<i64>,
        disable_sharing: Option<bool>,
        shared: Option<bool>,
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsing them is part of the measured work")]
struct Advice {
    interval: Option<i64>,
    timeout: Option<i64>,
}

struct Push<'a> {
    kind: Cow<'a, str>,
    subject: Subject<'a>,
    alert: Option<Text<'a>>,
    received_at: Option<i64>,
    user_id: Option<Text<'a>>,
    started: Option<i64>,
}

enum Subject<'a> {
    Message(Box<Message<'a>>),
    Reaction(Box<Reaction<'a>>),
    Group(Box<Group<'a>>),
    None,
}

impl<'de: 'a, 'a> Deserialize<'de> for Push<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PushVisitor)
    }
}

struct PushVisitor;

impl<'de> Visitor<'de> for PushVisitor {
    type Value = Push<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a push")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Push<'de>, A::Error> {
        let mut push = Push {
            kind: Cow::Borrowed(""),
            subject: Subject::None,
            alert: None,
            received_at: None,
            user_id: None,
            started: None,
        };
        let mut subject_before_type: Option<&'de RawValue> = None;
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "type" => push.kind = map.next_value::<Text<'_>>()?.0,
                "subject" if push.kind.is_empty() => subject_before_type = Some(map.next_value()?),
                "subject" => {
                    push.subject = match &*push.kind {
                        "line.create"
                        | "direct_message.create"
                        | "message.update"
                        | "message.deleted" => Subject::Message(map.next_value()?),
                        "favorite" => Subject::Reaction(map.next_value()?),
                        "membership.create" => Subject::Group(map.next_value()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            Subject::None
                        }
                    };
                }
                "alert" => push.alert = map.next_value()?,
                "received_at" => push.received_at = map.next_value()?,
                "user_id" => push.user_id = map.next_value()?,
                "started" => push.started = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(subject_before_type) = subject_before_type {
            let text = subject_before_type.get();
            push.subject = match &*push.kind {
                "line.create" | "direct_message.create" | "message.update" | "message.deleted" => {
                    Subject::Message(serde_json::from_str(text).map_err(A::Error::custom)?)
                }
                "favorite" => {
                    Subject::Reaction(serde_json::from_str(text).map_err(A::Error::custom)?)
                }
                "membership.create" => {
                    Subject::Group(serde_json::from_str(text).map_err(A::Error::custom)?)
                }
                _ => Subject::None,
            };
        }
        Ok(push)
    }
}

impl Push<'_> {
    fn checksum(&self) -> u64 {
        let fields = match (&*self.kind, &self.subject) {
            (_, Subject::Message(message)) => message.fields(),
            (_, Subject::Reaction(reaction)) => match &reaction.line {
                Some(message) => message.fields(),
                None => return 1,
            },
            (_, Subject::Group(group)) => Fields {
                id: &group.id.0,
                name: text(group.name.as_ref()),
                at: group.created_at.unwrap_or_default(),
                ..Fields::default()
            },
            ("ping", _) => Fields::default(),
            ("typing", _) => Fields {
                user: text(self.user_id.as_ref()),
                at: self.started.unwrap_or_default(),
                ..Fields::default()
            },
            _ => return 1,
        };
        let kind = &*self.kind;
        Fields { kind, ..fields }.checksum()
    }
}

impl Message<'_> {
    fn fields(&self) -> Fields<'_> {
        Fields {
            id: &self.id.0,
            user: text(self.user_id.as_ref()),
            name: text(self.name.as_ref()),
            text: text(self.text.as_ref()),
            at: self.created_at.unwrap_or_default(),
            ..Fields::default()
        }
    }
}

fn text<'a>(text: Option<&'a Text<'_>>) -> &'a str {
    text.map_or("", |text| &text.0)
}
