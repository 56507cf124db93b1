//! Connection with its faults.

use bayeux_proto::Instant;

use super::{ConnectionFaults, FaultPlan, FrameFaultQueue};
use crate::random::Random;

/// Direction of traffic on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a connection has two ends")]
pub enum Direction {
    /// From the client to the simulator.
    ToServer,
    /// From the simulator to the client.
    ToClient,
}

/// Connection with its faults.
#[derive(Debug)]
pub struct Link {
    number: u64,
    faults: ConnectionFaults,
    up: FrameFaultQueue,
    down: FrameFaultQueue,
}

impl Link {
    /// Returns a connection without faults.
    pub fn faultless(number: u64) -> Self {
        Self {
            number,
            faults: ConnectionFaults::default(),
            up: FrameFaultQueue::faultless(),
            down: FrameFaultQueue::faultless(),
        }
    }

    /// Returns the connection's number in the plan, counted from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns whether frames pass unchanged and at once, both ways.
    pub fn is_faultless(&self) -> bool {
        self.up.is_faultless() && self.down.is_faultless()
    }

    /// Returns the faults of the whole connection, which the embedder has to carry out.
    pub fn connection_faults(&self) -> ConnectionFaults {
        self.faults
    }

    /// Puts a frame on its way.
    pub fn handle_frame(&mut self, now: Instant, direction: Direction, frame: Vec<u8>) {
        self.direction(direction).handle_frame(now, frame);
    }

    /// Returns the next frame that has arrived by `now`; `None` if there is none.
    pub fn poll_frame(&mut self, now: Instant, direction: Direction) -> Option<Vec<u8>> {
        self.direction(direction).poll_frame(now)
    }

    /// Returns the time of the next call of [`poll_frame`](Self::poll_frame); `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let directions = [&self.up, &self.down];
        directions
            .into_iter()
            .filter_map(FrameFaultQueue::poll_timeout)
            .min()
    }

    /// Splits the connection into its directions, to the server and to the client.
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
    /// Draws the connection with this number. Its faults stop at `end`.
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
