//! One connection, with all that will happen to it.

use bayeux_proto::Instant;

use super::{ConnectionFaults, FaultPlan, FrameFaultQueue};
use crate::random::Random;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a connection has two ends")]
pub enum Direction {
    /// From the client to the simulator.
    Up,
    /// From the simulator to the client.
    Down,
}

/// One connection, with all that will happen to it.
#[derive(Debug)]
pub struct Link {
    number: u64,
    fate: ConnectionFaults,
    up: FrameFaultQueue,
    down: FrameFaultQueue,
}

impl Link {
    /// One to which nothing happens.
    pub fn sound(number: u64) -> Self {
        Self {
            number,
            fate: ConnectionFaults::default(),
            up: FrameFaultQueue::sound(),
            down: FrameFaultQueue::sound(),
        }
    }

    /// Which of the plan's connections it is, the first being 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether nothing happens to any frame.
    pub fn is_sound(&self) -> bool {
        self.up.is_sound() && self.down.is_sound()
    }

    /// What becomes of it as a whole. It is the embedder who makes that true.
    pub fn fate(&self) -> ConnectionFaults {
        self.fate
    }

    /// A frame sets out.
    pub fn handle_frame(&mut self, now: Instant, way: Direction, frame: Vec<u8>) {
        self.way(way).handle_frame(now, frame);
    }

    /// The next frame that has arrived by `now`; `None` if there is none.
    pub fn poll_frame(&mut self, now: Instant, way: Direction) -> Option<Vec<u8>> {
        self.way(way).poll_frame(now)
    }

    /// When [`poll_frame`](Self::poll_frame) is to be asked next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ways = [&self.up, &self.down];
        ways.into_iter()
            .filter_map(FrameFaultQueue::poll_timeout)
            .min()
    }

    /// Takes it apart, for embedders that serve both directions in different places: up and down.
    pub fn into_ways(self) -> (FrameFaultQueue, FrameFaultQueue) {
        (self.up, self.down)
    }

    fn way(&mut self, way: Direction) -> &mut FrameFaultQueue {
        match way {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }
}

impl FaultPlan {
    /// The connection of this number, to which nothing happens from `end` on.
    pub(super) fn link(&self, number: u64, end: Option<Instant>) -> Link {
        if self.only_link.is_some_and(|only| only != number) {
            return Link::sound(number);
        }
        let random = |stream| Random::of(self.seed, stream, number);
        Link {
            number,
            fate: self.fate(number),
            up: FrameFaultQueue::new(&self.up, random(UP), end),
            down: FrameFaultQueue::new(&self.down, random(DOWN), end),
        }
    }
}

const UP: u64 = 4;
const DOWN: u64 = 5;
