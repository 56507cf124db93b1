//! Events made of fetched messages, in the form of pushes.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame, Limits};
use groupme_delivery::Synthesized;
use groupme_model::{Event, UserPair, channel};
use serde::Serialize;

use super::Account;
use crate::Delivery;

impl Account {
    /// Returns an event in a frame, as the gateway would have pushed it; `None` if it is too large
    /// or nested too deeply to be read.
    pub(super) fn deliver_made(&mut self, made: &Synthesized) -> Option<Delivery> {
        let text = serde_json::to_vec(&[Envelope {
            channel: self.channel_of(made),
            data: &made.event,
        }]);
        let mut frame = Frame::from_bytes(&text.ok()?);
        self.decoder.decode(&mut frame).ok()?;
        let mut delivery = Delivery::push(&Arc::new(frame), 0)?;
        delivery.origin = made.origin;
        Some(delivery)
    }

    /// Returns the channel on which the gateway would have pushed the event.
    fn channel_of(&self, made: &Synthesized) -> String {
        let is_new = matches!(
            made.event,
            Event::LineCreate(_) | Event::DirectMessageCreate(_)
        );
        if is_new {
            return format!("/user/{}", self.user);
        }
        match UserPair::try_from(&made.conversation) {
            Ok(pair) => channel::direct_message(&pair),
            Err(_) => format!("/group/{}", made.conversation),
        }
    }
}

/// Returns a decoder for fetched messages, which may be larger and nested deeper than pushed ones.
pub(super) fn decoder() -> Decoder {
    let mut limits = Limits::default();
    (limits.max_frame, limits.max_depth) = (MAX_MESSAGE, Limits::DEEPEST);
    Decoder::with_limits(limits)
}

/// Maximum size of a fetched message, in bytes.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

/// Message of a frame.
#[derive(Serialize)]
struct Envelope<'e> {
    channel: String,
    data: &'e Event,
}
