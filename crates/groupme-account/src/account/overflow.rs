//! A program that takes deliveries more slowly than events are pushed.
//!
//! At first the lanes are not read, and events wait in the network. A session that is not read
//! dies, so after a while its events are read again and dropped, into a gap that is reported, and
//! filled once the program has caught up.

use core::time::Duration;

use bayeux_proto::Instant;
use groupme_delivery::GapCause;
use groupme_model::Timestamp;

use super::Account;
use crate::{Incoming, Status};

/// State of an overflow.
#[derive(Debug)]
pub(super) struct Overflow {
    /// Number of waiting deliveries at which the lanes are no longer read.
    max_waiting: usize,
    /// Time without reading after which events are dropped.
    grace: Duration,
    state: State,
}

#[derive(Debug)]
enum State {
    Idle,
    /// The lanes are not read; until when, if events can be fetched later.
    Stalled(Option<Instant>),
    /// Events are dropped.
    Dropping {
        since: Timestamp,
        dropped: u64,
    },
}

impl Overflow {
    pub(super) fn new(max_waiting: usize, grace: Duration) -> Self {
        Self {
            max_waiting: max_waiting.max(1),
            grace,
            state: State::Idle,
        }
    }

    pub(super) fn max_waiting(&self) -> usize {
        self.max_waiting
    }

    pub(super) fn is_active(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// Returns whether the lanes may not be read.
    pub(super) fn is_stalled(&self) -> bool {
        matches!(self.state, State::Stalled(_))
    }

    /// Returns whether events are being dropped.
    pub(super) fn is_dropping(&self) -> bool {
        matches!(self.state, State::Dropping { .. })
    }

    /// Returns the time at which dropping begins.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Stalled(until) => until,
            _ => None,
        }
    }

    /// Counts a dropped event. Returns false if none are to be dropped.
    pub(super) fn drop_one(&mut self) -> bool {
        match &mut self.state {
            State::Dropping { dropped, .. } => {
                *dropped += 1;
                true
            }
            _ => false,
        }
    }
}

impl Account {
    /// Stops reading while too much waits for the program, until it has taken half of that: a
    /// reader that is stopped and started for every event costs more than the events.
    pub(super) fn note_waiting(&mut self) {
        let is_full = self.waiting() >= self.overflow.max_waiting;
        match self.overflow.state {
            State::Idle if is_full => {
                let has_feed = self.feed.is_some();
                let until = has_feed.then(|| self.latest.now + self.overflow.grace);
                self.overflow.state = State::Stalled(until);
            }
            State::Stalled(_) if self.waiting() <= self.overflow.max_waiting / 2 => {
                self.overflow.state = State::Idle;
            }
            _ => {}
        }
    }

    /// Reads again after the grace: into a gap if the program has taken nothing meanwhile.
    pub(super) fn end_stall(&mut self) {
        if self.waiting() < self.overflow.max_waiting {
            self.overflow.state = State::Idle;
        } else {
            self.begin_dropping();
        }
    }

    fn begin_dropping(&mut self) {
        self.overflow.state = State::Dropping {
            since: self.latest.unix_time,
            dropped: 0,
        };
        if let Some(feed) = &mut self.feed {
            feed.handle_loss(self.latest.now, GapCause::Overflow);
        }
    }

    /// Ends dropping once the program has taken half of what may wait.
    pub(super) fn end_dropping(&mut self) {
        let State::Dropping { since, dropped } = self.overflow.state else {
            return;
        };
        if self.waiting() > self.overflow.max_waiting / 2 {
            return;
        }
        self.overflow.state = State::Idle;
        self.emit(Status::Overflow { since, dropped });
        if self.is_live() {
            self.go_live();
        }
    }

    /// Removes the waiting statuses that `next` makes obsolete. A program that takes nothing would
    /// otherwise let the statuses of a connection that comes and goes pile up.
    pub(super) fn supersede(&mut self, next: &mut Status) {
        self.ready.retain(|(_, waiting)| match waiting {
            Incoming::Status(waiting) => !is_superseded(waiting, next),
            _ => true,
        });
    }

    /// Reports dropped events before the end of the account.
    pub(super) fn end_overflow(&mut self) {
        let state = core::mem::replace(&mut self.overflow.state, State::Idle);
        if let State::Dropping { since, dropped } = state {
            self.emit(Status::Overflow { since, dropped });
        }
    }
}

/// Returns whether a status that the program has not taken is obsolete with the next. The gap of an
/// earlier connection becomes part of the next one.
fn is_superseded(waiting: &Status, next: &mut Status) -> bool {
    match (waiting, next) {
        (
            Status::Connecting
            | Status::Connected { .. }
            | Status::Moved { .. }
            | Status::Subscribed { .. }
            | Status::Refused { .. }
            | Status::Following { .. }
            | Status::Disconnected { .. },
            Status::Disconnected { .. },
        )
        | (Status::Following { .. }, Status::Following { .. })
        | (Status::Moved { .. }, Status::Moved { .. }) => true,
        (
            Status::Subscribed { channel } | Status::Refused { channel, .. },
            Status::Subscribed { channel: next } | Status::Refused { channel: next, .. },
        ) => channel == next,
        (Status::ConnectionGap { since, .. }, Status::ConnectionGap { since: next, .. }) => {
            *next = (*next).min(*since);
            true
        }
        _ => false,
    }
}
