//! A program that reads more slowly than events are pushed.
//!
//! At first the socket is not read, and events wait in the network. A session that is not read
//! dies, so after a while its events are read again and dropped, into a gap that is reported, and
//! filled once the program has caught up.

use core::time::Duration;

use groupme_delivery::GapCause;
use tokio::time::Instant;

use super::Gateway;
use crate::{Incoming, Status, backfill::Backfill, unix_time};

/// State of an overflow.
#[derive(Debug)]
pub(crate) struct Overflow {
    /// Time without reading the socket after which events are dropped.
    grace: Duration,
    /// Time since which the socket has not been read.
    stalled_since: Option<Instant>,
    /// Number of dropped events, while events are dropped.
    dropped: Option<u64>,
    since: groupme_model::Timestamp,
}

impl Overflow {
    pub(crate) fn new(grace: Duration) -> Self {
        Self {
            grace,
            stalled_since: None,
            dropped: None,
            since: groupme_model::Timestamp::EPOCH,
        }
    }

    /// Returns the time at which dropping begins.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.stalled_since.map(|since| since + self.grace)
    }

    /// Returns whether events are being dropped.
    pub(super) fn is_dropping(&self) -> bool {
        self.dropped.is_some()
    }

    /// Counts a dropped event. Returns false if none are to be dropped.
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
    /// Returns whether the socket may be read.
    pub(super) fn may_read(&mut self, has_room: bool) -> bool {
        let Some(backfill) = &self.backfill else {
            return has_room;
        };
        if self.overflow.dropped.is_some() || has_room || backfill.backlog() < BACKLOG {
            self.overflow.stalled_since = None;
            return true;
        }
        self.overflow.stalled_since.get_or_insert_with(Instant::now);
        false
    }

    /// Returns the queue capacity to wait for before going on; 0 for none.
    pub(super) fn capacity_to_await(&self, has_room: bool) -> usize {
        if self.overflow.dropped.is_some() {
            self.outgoing.max_capacity() / 2
        } else {
            usize::from(!has_room)
        }
    }

    /// Begins to drop events.
    pub(super) fn overflow(&mut self) {
        self.overflow.stalled_since = None;
        self.overflow.dropped = Some(0);
        self.overflow.since = unix_time::now();
        let now = self.driver.lanes().clock().now();
        tracing::warn!("the program is too slow; events are dropped until it has caught up");
        if let Some(backfill) = &mut self.backfill {
            backfill.handle_loss(now, GapCause::Overflow);
        }
    }

    /// Ends dropping events, once the program has read half of the queue.
    pub(super) fn recover_from_overflow(&mut self) {
        if self.outgoing.capacity() < self.outgoing.max_capacity() / 2 {
            return;
        }
        let Some(dropped) = self.overflow.dropped.take() else {
            return;
        };
        let since = self.overflow.since;
        self.emit(Incoming::Status(Status::Overflow { since, dropped }));
        let now = self.driver.lanes().clock().now();
        if let Some(backfill) = self
            .backfill
            .as_mut()
            .filter(|_| self.is_user_channel_active)
        {
            Backfill::handle_live(backfill, now, unix_time::now());
        }
        // The queue has room, as checked above.
        self.flush(true);
    }
}

/// Number of deliveries waiting in the feed at which the socket is no longer read.
const BACKLOG: usize = 256;
