//! Delays before refused channels are subscribed again.

use core::time::Duration;

use bayeux_proto::{Backoff, Instant};

/// Time at which refused channels are subscribed again; later with each refusal in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Resubscription {
    refusals: u32,
    at: Option<Instant>,
}

impl Resubscription {
    /// Notes a refusal, which postpones the next attempt.
    pub(super) fn refused(&mut self, now: Instant) {
        self.refusals = self.refusals.saturating_add(1);
        self.at = Some(now + DELAYS.ceiling(self.refusals));
    }

    /// Notes a confirmation.
    pub(super) fn confirmed(&mut self) {
        *self = Self::default();
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.at
    }

    /// Returns whether the next attempt is due, once.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        self.at.take_if(|at| *at <= now).is_some()
    }
}

const DELAYS: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(5));
