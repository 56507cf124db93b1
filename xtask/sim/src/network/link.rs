//! A lane, as the network sees it.

use core::time::Duration;

use bayeux_proto::{Instant, LaneId};

use super::{Arrival, Arrived};

/// The direction of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To the server.
    Up,
    /// To the client.
    Down,
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each end and each damage is independent of the others"
)]
pub(super) struct Link {
    pub(super) client: usize,
    pub(super) lane: LaneId,
    /// Whether it is a websocket and not an exchange.
    pub(super) is_socket: bool,
    /// Whether the client has it open.
    pub(super) client_end: bool,
    /// Whether the server has it open.
    pub(super) server_end: bool,
    /// Whether the server has ever had it open.
    pub(super) has_begun: bool,
    /// Nothing more can be sent; packets under way still arrive.
    pub(super) is_sealed: bool,
    /// Packets under way are lost, too.
    pub(super) is_dead: bool,
    /// The response is lost on its way.
    pub(super) loses_response: bool,
    /// When a packet was last sent in either direction.
    pub(super) used: Instant,
    up: Instant,
    down: Instant,
}

impl Link {
    pub(super) fn new(now: Instant, client: usize, lane: LaneId, is_socket: bool) -> Self {
        Self {
            client,
            lane,
            is_socket,
            client_end: true,
            server_end: false,
            has_begun: false,
            is_sealed: false,
            is_dead: false,
            loses_response: false,
            used: now,
            up: now,
            down: now,
        }
    }

    /// Delays a packet so that it overtakes no other one in its direction.
    pub(super) fn in_order(&mut self, now: Instant, direction: Direction, at: Instant) -> Instant {
        self.used = now;
        let last = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        *last = at.max(*last + Duration::from_micros(1));
        *last
    }

    /// Returns when the last packet to the server arrives.
    pub(super) fn last_up(&self) -> Instant {
        self.up
    }

    /// Returns whether somebody receives a packet that arrives in this direction.
    pub(super) fn passes(&self, direction: Direction) -> bool {
        let is_open = match direction {
            Direction::Up => self.server_end,
            Direction::Down => self.client_end,
        };
        is_open && !self.is_dead
    }

    pub(super) fn arrival(&mut self, key: u64, what: Arrived) -> Arrival {
        self.has_begun |= matches!(what, Arrived::Begin(..));
        Arrival {
            client: self.client,
            lane: self.lane,
            key: LaneId::new(key),
            what,
        }
    }
}
