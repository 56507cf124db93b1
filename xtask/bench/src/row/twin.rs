//! Ours, owned: from the view, and by `serde_json` into the same type.

use groupme_model::{Event, Timestamp};
use serde::Deserialize;

use crate::{
    corpus::Corpus,
    facts::{self, Facts},
    row::{
        Row,
        view::{Frames, seconds},
    },
};

/// As the view, which is then copied out of the frame; the fields are read from the copy.
pub(crate) struct IntoOwned {
    frames: Frames,
}

/// `serde_json` into the type that the view turns into.
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
            event.map_or(0, |event| sum_of(&event))
        })
    }
}

impl Row for Serde {
    fn name(&self) -> &'static str {
        "serde_json.twin"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for frame in corpus.frames() {
            self.bytes.clear();
            self.bytes.extend_from_slice(frame);
            let batch: serde_json::Result<Vec<Envelope>> = serde_json::from_slice(&self.bytes);
            for message in batch.iter().flatten() {
                sum = sum.wrapping_add(match &message.data {
                    Some(push) => sum_of(push),
                    None => facts::envelope(&message.channel, message.successful),
                });
            }
        }
        sum
    }
}

fn sum_of(event: &Event) -> u64 {
    let kind = event.kind();
    let facts = match event {
        Event::Ping(_) => Facts::default(),
        Event::MembershipCreate(push) => Facts {
            id: push.group.id.as_str(),
            name: push.group.name.as_deref().unwrap_or_default(),
            at: seconds(push.group.created_at),
            ..Facts::default()
        },
        Event::Typing(typing) => Facts {
            user: typing.user_id.as_ref().map_or("", AsRef::as_ref),
            at: typing.started.map_or(0, Timestamp::as_millis),
            ..Facts::default()
        },
        _ => match event.message() {
            Some(message) => Facts {
                id: message.id.as_str(),
                user: message.user_id.as_ref().map_or("", AsRef::as_ref),
                name: message.name.as_deref().unwrap_or_default(),
                text: message.text.as_deref().unwrap_or_default(),
                at: seconds(message.created_at),
                ..Facts::default()
            },
            None => return 1,
        },
    };
    Facts { kind, ..facts }.sum()
}
