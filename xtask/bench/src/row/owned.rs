//! `serde_json` into owned structs and an internally tagged enum: the usual first program.

mod model;

use self::model::{Envelope, Push};
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
