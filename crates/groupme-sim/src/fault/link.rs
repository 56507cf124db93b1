//! One connection, with all that will happen to it.

use bayeux_proto::Instant;

use super::{Fate, FaultPlan, Tamper};
use crate::random::Random;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a connection has two ends")]
pub enum Way {
    /// From the client to the simulator.
    Up,
    /// From the simulator to the client.
    Down,
}

/// One connection, with all that will happen to it.
#[derive(Debug)]
pub struct Link {
    number: u64,
    fate: Fate,
    up: Tamper,
    down: Tamper,
}

impl Link {
    /// One to which nothing happens.
    pub fn sound(number: u64) -> Self {
        Self {
            number,
            fate: Fate::default(),
            up: Tamper::sound(),
            down: Tamper::sound(),
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
    pub fn fate(&self) -> Fate {
        self.fate
    }

    /// A frame sets out.
    pub fn handle_frame(&mut self, now: Instant, way: Way, frame: Vec<u8>) {
        self.way(way).handle_frame(now, frame);
    }

    /// The next frame that has arrived by `now`; `None` if there is none.
    pub fn poll_frame(&mut self, now: Instant, way: Way) -> Option<Vec<u8>> {
        self.way(way).poll_frame(now)
    }

    /// When [`poll_frame`](Self::poll_frame) is to be asked next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ways = [&self.up, &self.down];
        ways.into_iter().filter_map(Tamper::poll_timeout).min()
    }

    /// Takes it apart, for embedders that serve both directions in different places: up and down.
    pub fn into_ways(self) -> (Tamper, Tamper) {
        (self.up, self.down)
    }

    fn way(&mut self, way: Way) -> &mut Tamper {
        match way {
            Way::Up => &mut self.up,
            Way::Down => &mut self.down,
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
            up: Tamper::new(&self.up, random(UP), end),
            down: Tamper::new(&self.down, random(DOWN), end),
        }
    }
}

const UP: u64 = 4;
const DOWN: u64 = 5;
