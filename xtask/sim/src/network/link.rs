//! One lane, as the network sees it.

use core::time::Duration;

use bayeux_proto::{Instant, LaneId};

use super::{Arrival, Arrived};

/// What a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Socket,
    Exchange,
}

/// Which way something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each end and each damage is on its own"
)]
pub(super) struct Link {
    pub(super) client: usize,
    pub(super) lane: LaneId,
    pub(super) kind: Kind,
    /// Whether the client holds on to it.
    pub(super) client_end: bool,
    /// Whether the server has it open.
    pub(super) server_end: bool,
    /// Whether the server has ever had it.
    pub(super) begun: bool,
    /// Nothing more can be sent over it; what is on its way still arrives.
    pub(super) sealed: bool,
    /// What is on its way is lost, too.
    pub(super) dead: bool,
    /// The answer is lost on its way.
    pub(super) loses_answer: bool,
    /// When something was last sent over it, either way.
    pub(super) used: Instant,
    up: Instant,
    down: Instant,
}

impl Link {
    pub(super) fn new(now: Instant, client: usize, lane: LaneId, kind: Kind) -> Self {
        Self {
            client,
            lane,
            kind,
            client_end: true,
            server_end: false,
            begun: false,
            sealed: false,
            dead: false,
            loses_answer: false,
            used: now,
            up: now,
            down: now,
        }
    }

    /// A stream keeps its order: nothing overtakes.
    pub(super) fn in_order(&mut self, now: Instant, direction: Direction, at: Instant) -> Instant {
        self.used = now;
        let last = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        *last = at.max(*last + Duration::from_micros(1));
        *last
    }

    /// When the last of what was sent to the server has arrived.
    pub(super) fn last_up(&self) -> Instant {
        self.up
    }

    /// Whether what arrives in this direction finds somebody.
    pub(super) fn passes(&self, direction: Direction) -> bool {
        !self.dead
            && match direction {
                Direction::Up => self.server_end,
                Direction::Down => self.client_end,
            }
    }

    pub(super) fn arrival(&mut self, key: u64, what: Arrived) -> Arrival {
        self.begun |= matches!(what, Arrived::Begin(..));
        Arrival {
            client: self.client,
            lane: self.lane,
            key: LaneId::new(key),
            what,
        }
    }
}
