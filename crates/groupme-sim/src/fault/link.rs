//! One connection, with all that will happen to it.

use bayeux_proto::Instant;

use super::{ConnectionFaults, FaultPlan, FrameFaultQueue};
use crate::random::Random;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a connection has two ends")]
pub enum Direction {
    /// From the client to the simulator.
    ToServer,
    /// From the simulator to the client.
    ToClient,
}

/// One connection, with all that will happen to it.
#[derive(Debug)]
pub struct Link {
    number: u64,
    faults: ConnectionFaults,
    up: FrameFaultQueue,
    down: FrameFaultQueue,
}

impl Link {
    /// One to which nothing happens.
    pub fn faultless(number: u64) -> Self {
        Self {
            number,
            faults: ConnectionFaults::default(),
            up: FrameFaultQueue::faultless(),
            down: FrameFaultQueue::faultless(),
        }
    }

    /// Which of the plan's connections it is, the first being 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether nothing happens to any frame.
    pub fn is_faultless(&self) -> bool {
        self.up.is_faultless() && self.down.is_faultless()
    }

    /// What becomes of it as a whole. It is the embedder who makes that true.
    pub fn connection_faults(&self) -> ConnectionFaults {
        self.faults
    }

    /// A frame sets out.
    pub fn handle_frame(&mut self, now: Instant, direction: Direction, frame: Vec<u8>) {
        self.direction(direction).handle_frame(now, frame);
    }

    /// The next frame that has arrived by `now`; `None` if there is none.
    pub fn poll_frame(&mut self, now: Instant, direction: Direction) -> Option<Vec<u8>> {
        self.direction(direction).poll_frame(now)
    }

    /// When [`poll_frame`](Self::poll_frame) is to be asked next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let directions = [&self.up, &self.down];
        directions
            .into_iter()
            .filter_map(FrameFaultQueue::poll_timeout)
            .min()
    }

    /// Takes it apart, for embedders that serve both directions in different places: up and down.
    pub fn into_directions(self) -> (FrameFaultQueue, FrameFaultQueue) {
        (self.up, self.down)
    }

    fn direction(&mut self, direction: Direction) -> &mut FrameFaultQueue {
        match direction {
            Direction::ToServer => &mut self.up,
            Direction::ToClient => &mut self.down,
        }
    }
}

impl FaultPlan {
    /// The connection of this number, to which nothing happens from `end` on.
    pub(super) fn link(&self, number: u64, end: Option<Instant>) -> Link {
        if self.only_link.is_some_and(|only| only != number) {
            return Link::faultless(number);
        }
        let random = |stream| Random::of(self.seed, stream, number);
        Link {
            number,
            faults: self.connection_faults(number),
            up: FrameFaultQueue::new(&self.to_server, random(TO_SERVER), end),
            down: FrameFaultQueue::new(&self.to_client, random(TO_CLIENT), end),
        }
    }
}

const TO_SERVER: u64 = 4;
const TO_CLIENT: u64 = 5;
