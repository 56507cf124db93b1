//! Owned events of `groupme-model`: from the view, and with `serde_json`.

use groupme_model::{Event, Timestamp};
use serde::Deserialize;

use crate::{
    checksum::{self, Fields},
    corpus::Corpus,
    row::{
        Row,
        view::{Frames, seconds},
    },
};

/// Reads the view, copies it out of the frame, and reads the fields from the copy.
pub(crate) struct IntoOwned {
    frames: Frames,
}

/// `serde_json` into the same owned type.
#[derive(Default)]
pub(crate) struct Serde {
    bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Envelope {
    channel: String,
    successful: Option<bool>,
    data: Option<Event>,
}

impl Default for IntoOwned {
    fn default() -> Self {
        Self {
            frames: Frames::new(),
        }
    }
}

impl Row for IntoOwned {
    fn name(&self) -> &'static str {
        "view.into_owned"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        self.frames.each(corpus, |delivery| {
            let event = delivery.event().map(Event::from);
            event.map_or(0, |event| event_checksum(&event))
        })
    }
}

impl Row for Serde {
    fn name(&self) -> &'static str {
        "serde_json.model"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for frame in corpus.frames() {
            self.bytes.clear();
            self.bytes.extend_from_slice(frame);
            let batch: serde_json::Result<Vec<Envelope>> = serde_json::from_slice(&self.bytes);
            for message in batch.iter().flatten() {
                sum = sum.wrapping_add(match &message.data {
                    Some(push) => event_checksum(push),
                    None => checksum::envelope(&message.channel, message.successful),
                });
            }
        }
        sum
    }
}

fn event_checksum(event: &Event) -> u64 {
    let kind = event.kind();
    let fields = match event {
        Event::Ping(_) => Fields::default(),
        Event::MembershipCreate(push) => Fields {
            id: push.group.id.as_str(),
            name: push.group.name.as_deref().unwrap_or_default(),
            at: seconds(push.group.created_at),
            ..Fields::default()
        },
        Event::Typing(typing) => Fields {
            user: typing.user_id.as_ref().map_or("", AsRef::as_ref),
            at: typing.started.map_or(0, Timestamp::as_millis),
            ..Fields::default()
        },
        _ => match event.message() {
            Some(message) => Fields {
                id: message.id.as_str(),
                user: message.user_id.as_ref().map_or("", AsRef::as_ref),
                name: message.name.as_deref().unwrap_or_default(),
                text: message.text.as_deref().unwrap_or_default(),
                at: seconds(message.created_at),
                ..Fields::default()
            },
            None => return 1,
        },
    };
    Fields { kind, ..fields }.checksum()
}
