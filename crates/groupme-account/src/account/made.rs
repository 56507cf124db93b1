//! Events made of fetched messages, in the form of pushes.

use std::sync::Arc;

use groupme_delivery::Synthesized;

use super::Account;
use crate::Delivery;

impl Account {
    /// Returns an event in a frame, as the gateway would have pushed it; `None` if it is too large
    /// or nested too deeply to be read.
    pub(super) fn deliver_made(&self, made: &Synthesized) -> Option<Delivery> {
        let frame = made.frame(&self.user).ok()?;
        let mut delivery = Delivery::push(&Arc::new(frame), 0)?;
        delivery.origin = made.origin;
        Some(delivery)
    }
}
