//! A program that is slower than what is pushed.
//!
//! First the socket is not read: what is on the road waits there. But a session whose messages
//! nobody reads dies, so after a while they are read again, and what was pushed is dropped, into a
//! gap that is told and filled once the program has caught up.

use core::time::Duration;

use groupme_delivery::GapCause;
use tokio::time::Instant;

use super::Gateway;
use crate::{Incoming, Status, backfill::Backfill, wall};

/// What is known of the program's slowness.
#[derive(Debug)]
pub(crate) struct Overflow {
    /// How long nothing is read before events are dropped.
    patience: Duration,
    /// Since when nothing has been read.
    stalled: Option<Instant>,
    /// How many events have been dropped, if events are being dropped.
    dropped: Option<u64>,
    since: groupme_model::Timestamp,
}

impl Overflow {
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            patience,
            stalled: None,
            dropped: None,
            since: groupme_model::Timestamp::EPOCH,
        }
    }

    /// When to begin to drop.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.stalled.map(|since| since + self.patience)
    }

    /// Whether events are being dropped.
    pub(super) fn is_dropping(&self) -> bool {
        self.dropped.is_some()
    }

    /// Counts an event that is dropped; false if none are to be.
    pub(super) fn drop_one(&mut self) -> bool {
        match &mut self.dropped {
            Some(dropped) => {
                *dropped += 1;
                true
            }
            None => false,
        }
    }
}

impl Gateway {
    /// Whether to go on reading.
    pub(super) fn may_read(&mut self, has_room: bool) -> bool {
        let Some(backfill) = &self.backfill else {
            return has_room;
        };
        if self.overflow.dropped.is_some() || has_room || backfill.backlog() < BACKLOG {
            self.overflow.stalled = None;
            return true;
        }
        self.overflow.stalled.get_or_insert_with(Instant::now);
        false
    }

    /// For how many free places there is to wait before going on; 0 if for none.
    pub(super) fn places_to_wait_for(&self, has_room: bool) -> usize {
        if self.overflow.dropped.is_some() {
            self.outgoing.max_capacity() / 2
        } else {
            usize::from(!has_room)
        }
    }

    /// Begins to drop what is pushed.
    pub(super) fn overflow(&mut self) {
        self.overflow.stalled = None;
        self.overflow.dropped = Some(0);
        self.overflow.since = wall::now();
        let now = self.driver.lanes().clock().now();
        tracing::warn!("the program is too slow; events are dropped until it has caught up");
        if let Some(backfill) = &mut self.backfill {
            backfill.handle_loss(now, GapCause::Overflow);
        }
    }

    /// Ceases to drop what is pushed, if the program has taken all that was not.
    pub(super) fn recover_from_overflow(&mut self) {
        if self.outgoing.capacity() < self.outgoing.max_capacity() / 2 {
            return;
        }
        let Some(dropped) = self.overflow.dropped.take() else {
            return;
        };
        let since = self.overflow.since;
        self.tell(Incoming::Status(Status::Overflow { since, dropped }));
        let now = self.driver.lanes().clock().now();
        if let Some(backfill) = self.backfill.as_mut().filter(|_| self.is_own_active) {
            Backfill::handle_live(backfill, now, wall::now());
        }
        // It was just told that there is room.
        self.pass_on(true);
    }
}

/// How many deliveries wait in the feed before the socket is no longer read.
const BACKLOG: usize = 256;
