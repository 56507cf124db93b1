//! Ours: from a frame to typed events that stand alone, read as views.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame, Message, Pool};
use groupme_model::{EventRef, Timestamp};

use crate::{
    corpus::Corpus,
    facts::{self, Facts},
    row::Row,
};

/// Copies a frame, decodes it, reads each envelope, makes an event of each payload and reads six of
/// its fields.
pub(crate) struct View {
    frames: Frames,
}

/// What a reader of frames keeps.
pub(crate) struct Frames {
    decoder: Decoder,
    pool: Pool,
}

/// An event with the frame that it lies in, as the client hands it to the program.
pub(crate) struct Delivery {
    frame: Arc<Frame>,
    index: usize,
}

impl Default for View {
    fn default() -> Self {
        Self {
            frames: Frames::new(),
        }
    }
}

impl Row for View {
    fn name(&self) -> &'static str {
        "view"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        self.frames
            .each(corpus, |delivery| sum_of(delivery.event()))
    }
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self {
            decoder: Decoder::new(),
            pool: Pool::new(4),
        }
    }

    /// Reads every frame; `read` answers for each message that carries a push.
    pub(crate) fn each(&mut self, corpus: &Corpus, read: impl Fn(Delivery) -> u64) -> u64 {
        let mut sum = 0u64;
        for bytes in corpus.frames() {
            let Ok(frame) = self.pool.receive(&mut self.decoder, &[bytes]) else {
                continue;
            };
            self.pool.recycle(&frame);
            for message in frame.messages() {
                let envelope = message.envelope();
                sum = sum.wrapping_add(if envelope.has_data {
                    read(Delivery::new(&frame, message))
                } else {
                    facts::envelope(envelope.channel, envelope.successful)
                });
            }
        }
        sum
    }
}

impl Delivery {
    fn new(frame: &Arc<Frame>, message: Message<'_>) -> Self {
        const fn stands_alone<T: Send + 'static>() {}
        const { stands_alone::<Self>() };
        Self {
            frame: Arc::clone(frame),
            index: message.index(),
        }
    }

    pub(crate) fn event(&self) -> Option<EventRef<'_>> {
        let data = self.frame.message(self.index)?.data()?;
        Some(EventRef::from_value(data))
    }
}

fn sum_of(event: Option<EventRef<'_>>) -> u64 {
    let Some(event) = event else { return 0 };
    let kind = event.kind();
    match &event {
        EventRef::Ping(_) => Facts {
            kind,
            ..Facts::default()
        }
        .sum(),
        EventRef::MembershipCreate(push) => {
            let group = push.group();
            Facts {
                kind,
                id: group.id().as_str(),
                name: group.name().unwrap_or_default(),
                at: seconds(group.created_at()),
                ..Facts::default()
            }
            .sum()
        }
        EventRef::Typing(typing) => Facts {
            kind,
            user: typing.user_id().as_ref().map_or("", AsRef::as_ref),
            at: typing.started().map_or(0, Timestamp::as_millis),
            ..Facts::default()
        }
        .sum(),
        _ => event.message().map_or(1, |message| {
            Facts {
                kind,
                id: message.id().as_str(),
                user: message.user_id().as_ref().map_or("", AsRef::as_ref),
                name: message.name().unwrap_or_default(),
                text: message.text().unwrap_or_default(),
                at: seconds(message.created_at()),
            }
            .sum()
        }),
    }
}

pub(crate) fn seconds(time: Option<Timestamp>) -> i64 {
    time.map_or(0, |time| time.as_millis() / 1000)
}
