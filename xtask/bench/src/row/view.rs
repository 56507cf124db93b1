//! Views of `groupme-model`: from a frame to typed events that own their frame.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame, Message, Pool};
use groupme_model::{EventRef, Timestamp};

use crate::{
    checksum::{self, Fields},
    corpus::Corpus,
    row::Row,
};

/// Copies a frame, decodes it, reads each envelope, and reads six fields of the typed view of each
/// payload.
pub(crate) struct View {
    frames: Frames,
}

/// Decoder and frame pool, reused for all frames.
pub(crate) struct Frames {
    decoder: Decoder,
    pool: Pool,
}

/// Event together with its frame, as the client passes it to the program.
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
            .each(corpus, |delivery| event_checksum(delivery.event()))
    }
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self {
            decoder: Decoder::new(),
            pool: Pool::new(4),
        }
    }

    /// Reads every frame; `read` returns the checksum of each message with data.
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
                    checksum::envelope(envelope.channel, envelope.successful)
                });
            }
        }
        sum
    }
}

impl Delivery {
    fn new(frame: &Arc<Frame>, message: Message<'_>) -> Self {
        const fn assert_owned<T: Send + 'static>() {}
        const { assert_owned::<Self>() };
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

fn event_checksum(event: Option<EventRef<'_>>) -> u64 {
    let Some(event) = event else { return 0 };
    let kind = event.kind();
    match &event {
        EventRef::Ping(_) => Fields {
            kind,
            ..Fields::default()
        }
        .checksum(),
        EventRef::MembershipCreate(push) => {
            let group = push.group();
            Fields {
                kind,
                id: group.id().as_str(),
                name: group.name().unwrap_or_default(),
                at: seconds(group.created_at()),
                ..Fields::default()
            }
            .checksum()
        }
        EventRef::Typing(typing) => Fields {
            kind,
            user: typing.user_id().as_ref().map_or("", AsRef::as_ref),
            at: typing.started().map_or(0, Timestamp::as_millis),
            ..Fields::default()
        }
        .checksum(),
        // 1 for an event without a message: every event changes the sum.
        _ => event.message().map_or(1, |message| {
            Fields {
                kind,
                id: message.id().as_str(),
                user: message.user_id().as_ref().map_or("", AsRef::as_ref),
                name: message.name().unwrap_or_default(),
                text: message.text().unwrap_or_default(),
                at: seconds(message.created_at()),
            }
            .checksum()
        }),
    }
}

/// Returns a time in seconds since 1970; 0 without a time.
pub(crate) fn seconds(time: Option<Timestamp>) -> i64 {
    time.map_or(0, |time| time.as_millis() / 1000)
}
