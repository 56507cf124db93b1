//! Faults of single frames.

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::Instant;

use super::Probability;
use crate::random::Random;

/// Probabilities of faults of frames in one direction: text frames of a WebSocket, bodies of HTTP.
/// All default to never.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FrameFaults {
    /// Probability that a frame is lost. A lost HTTP request is never answered.
    pub drop: Probability,
    /// Probability that a frame is delayed, and later frames with it.
    pub delay: Probability,
    /// Maximum delay. Default: 500 ms.
    pub max_delay: Duration,
    /// Probability that a frame is delivered twice.
    pub duplicate: Probability,
    /// Probability that a frame is overtaken by the next one; if none comes within `max_delay`, the
    /// frame is only late.
    pub reorder: Probability,
    /// Probability that a frame loses its end.
    pub truncate: Probability,
    /// Probability that a few bits of a frame are flipped.
    pub corrupt: Probability,
}

impl Default for FrameFaults {
    fn default() -> Self {
        Self {
            drop: Probability::NEVER,
            delay: Probability::NEVER,
            max_delay: Duration::from_millis(500),
            duplicate: Probability::NEVER,
            reorder: Probability::NEVER,
            truncate: Probability::NEVER,
            corrupt: Probability::NEVER,
        }
    }
}

impl FrameFaults {
    /// Returns whether any fault is possible.
    #[cfg(feature = "net")]
    pub(super) fn is_possible(&self) -> bool {
        let probabilities = [
            self.drop,
            self.delay,
            self.duplicate,
            self.reorder,
            self.truncate,
            self.corrupt,
        ];
        probabilities.iter().any(|one| !one.is_never())
    }
}

/// Queue of one direction of one connection, sans-IO: frames go in, and what is left of them comes
/// out when it arrives.
#[derive(Debug)]
pub struct FrameFaultQueue {
    /// Faults with their random source; `None` if no fault is possible.
    active: Option<ActiveFaults>,
    /// Faults stop at this instant.
    end: Option<Instant>,
    /// Frames in flight with their times of arrival, in order of time.
    in_flight: VecDeque<(Instant, Vec<u8>)>,
    /// Frame held back to be overtaken by the next one, and the latest time of its arrival.
    overtaken: Option<(Instant, Vec<u8>)>,
}

#[derive(Debug)]
struct ActiveFaults {
    faults: FrameFaults,
    random: Random,
}

impl FrameFaultQueue {
    pub(super) fn new(faults: &FrameFaults, random: Random, end: Option<Instant>) -> Self {
        let probability = [
            faults.drop,
            faults.delay,
            faults.duplicate,
            faults.reorder,
            faults.truncate,
            faults.corrupt,
        ];
        let any = probability
            .iter()
            .any(|probability| !probability.is_never());
        Self {
            active: any.then(|| ActiveFaults {
                faults: faults.clone(),
                random,
            }),
            end,
            in_flight: VecDeque::new(),
            overtaken: None,
        }
    }

    /// Returns a queue without faults.
    pub(super) fn faultless() -> Self {
        Self {
            active: None,
            end: None,
            in_flight: VecDeque::new(),
            overtaken: None,
        }
    }

    /// Returns whether frames pass unchanged and at once.
    pub fn is_faultless(&self) -> bool {
        self.active.is_none()
    }

    /// Puts a frame into the queue.
    pub fn handle_frame(&mut self, now: Instant, mut frame: Vec<u8>) {
        let over = self.end.is_some_and(|end| end <= now);
        let Some(ActiveFaults { faults, random }) = self.active.as_mut().filter(|_| !over) else {
            self.send(now, frame);
            return;
        };
        let mut hit = |probability: Probability| probability.sample(random);
        let (drop, delayed) = (hit(faults.drop), hit(faults.delay));
        let (duplicate, reorder) = (hit(faults.duplicate), hit(faults.reorder));
        let (truncate, corrupted) = (hit(faults.truncate), hit(faults.corrupt));
        let delay = random.up_to(faults.max_delay);
        let due = if delayed { now + delay } else { now };
        let latest = now + faults.max_delay;
        if drop {
            return;
        }
        if truncate {
            let length = random.below(frame.len() as u64);
            frame.truncate(usize::try_from(length).unwrap_or(0));
        }
        if corrupted {
            corrupt(&mut frame, random);
        }
        if reorder && self.overtaken.is_none() {
            self.overtaken = Some((latest.max(due), frame));
            return;
        }
        if duplicate {
            self.send(due, frame.clone());
        }
        self.send(due, frame);
    }

    /// Returns the next frame that has arrived by `now`; `None` if there is none.
    pub fn poll_frame(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self
            .overtaken
            .as_ref()
            .is_some_and(|(until, _)| *until <= now)
        {
            self.release_overtaken(now);
        }
        let due = self.in_flight.front().is_some_and(|(due, _)| *due <= now);
        let (_, frame) = due.then(|| self.in_flight.pop_front()).flatten()?;
        Some(frame)
    }

    /// Returns the time of the next call of [`poll_frame`](Self::poll_frame); `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let in_flight = self.in_flight.front().map(|(due, _)| *due);
        let overtaken = self.overtaken.as_ref().map(|(until, _)| *until);
        in_flight.into_iter().chain(overtaken).min()
    }

    fn send(&mut self, due: Instant, frame: Vec<u8>) {
        let due = self.after_previous(due);
        self.in_flight.push_back((due, frame));
        // A frame that was held back follows the one that overtook it.
        self.release_overtaken(due);
    }

    fn release_overtaken(&mut self, due: Instant) {
        if let Some((_, frame)) = self.overtaken.take() {
            let due = self.after_previous(due);
            self.in_flight.push_back((due, frame));
        }
    }

    /// Returns `due`, or the arrival of the last frame if that is later, which keeps the order.
    fn after_previous(&self, due: Instant) -> Instant {
        self.in_flight
            .back()
            .map_or(due, |(before, _)| due.max(*before))
    }
}

/// Flips up to four bits of a frame; the result may be anything.
fn corrupt(frame: &mut [u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let place = random.below(frame.len() as u64);
        // Flipping the highest bit makes the text invalid UTF-8.
        let flip = 1_u8 << random.below(8);
        if let Some(byte) = usize::try_from(place)
            .ok()
            .and_then(|place| frame.get_mut(place))
        {
            *byte ^= flip;
        }
    }
}
