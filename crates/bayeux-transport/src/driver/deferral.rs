//! Deferred delivery, for servers that repeat what was not acknowledged.

use std::sync::Arc;

use bayeux_proto::{Action, LaneId};
use bayeux_wire::Frame;

use super::DriverEvent;

/// Events that wait for the connect reply behind them, which completes their batch.
///
/// If the lane ends before that reply, the server repeats the events in the same session and in the
/// same order, and the earlier copies are dropped. A session that is over repeats nothing, so the
/// longest copy is delivered.
#[derive(Debug)]
pub(super) struct Deferral {
    /// Events of the batch that open lanes have received, and the longest part of it that a lane that ended
    /// had received.
    parts: Vec<Part>,
    /// Lane of the ordinary exchange; its events belong to no batch that is acknowledged.
    ordinary: Option<LaneId>,
    /// Maximum size of the frames of a part, in bytes.
    max_bytes: usize,
}

/// Part of the batch that one lane has brought.
#[derive(Debug)]
struct Part {
    lane: LaneId,
    /// Whether the lane ended before the reply.
    is_orphan: bool,
    events: Vec<DriverEvent>,
    /// Size of the frames that the events keep.
    bytes: usize,
}

impl Deferral {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            parts: Vec::new(),
            ordinary: None,
            max_bytes,
        }
    }

    /// Records an action of the session.
    pub(super) fn performed(&mut self, action: Action) {
        match action {
            Action::Exchange(lane, kind) if !kind.is_held() => self.ordinary = Some(lane),
            Action::Close(lane) => self.closed(lane),
            _ => {}
        }
    }

    /// Records the end of a lane.
    pub(super) fn closed(&mut self, lane: LaneId) {
        for part in &mut self.parts {
            part.is_orphan |= part.lane == lane;
        }
        let orphans = self.parts.iter().filter(|part| part.is_orphan);
        let longest = orphans.max_by_key(|part| part.events.len());
        let longest = longest.map(|part| part.lane);
        self.parts
            .retain(|part| !part.is_orphan || Some(part.lane) == longest);
    }

    /// Returns whether no event waits.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.events.is_empty())
    }

    /// Returns whether an event of this lane is part of a batch.
    pub(super) fn applies_to(&self, lane: LaneId) -> bool {
        self.ordinary != Some(lane)
    }

    /// Keeps an event. Returns the events to deliver now if there are too many to keep.
    pub(super) fn push(&mut self, lane: LaneId, event: DriverEvent) -> Vec<DriverEvent> {
        let known = self.parts.iter().position(|part| part.lane == lane);
        if known.is_none() {
            self.parts.push(Part {
                lane,
                is_orphan: false,
                events: Vec::new(),
                bytes: 0,
            });
        }
        let part = match known {
            Some(index) => self.parts.get_mut(index),
            None => self.parts.last_mut(),
        };
        let Some(part) = part else {
            return vec![event];
        };
        part.push(event);
        if part.events.len() > MAX_WAITING || part.bytes > self.max_bytes {
            tracing::debug!("too many events without a connect reply are delivered now");
            return self.release_all();
        }
        Vec::new()
    }

    /// Returns the events of a complete batch. Those that the server has repeated are dropped.
    pub(super) fn release_batch(&mut self) -> Vec<DriverEvent> {
        let parts = core::mem::take(&mut self.parts).into_iter();
        let complete = parts.filter(|part| !part.is_orphan);
        complete.flat_map(|part| part.events).collect()
    }

    /// Returns each event once, at the end of a session: those of the open lanes, or of one that
    /// ended if it had brought more of the batch.
    pub(super) fn release_all(&mut self) -> Vec<DriverEvent> {
        let orphan = self.parts.iter().position(|part| part.is_orphan);
        let orphan = orphan.map(|index| self.parts.remove(index).events);
        let live = self.release_batch();
        match orphan {
            Some(orphan) if orphan.len() > live.len() => orphan,
            _ => live,
        }
    }
}

impl Part {
    fn push(&mut self, event: DriverEvent) {
        let frame = frame_of(&event);
        let last = self.events.last().and_then(frame_of);
        let is_counted = last
            .zip(frame)
            .is_some_and(|(last, frame)| Arc::ptr_eq(last, frame));
        if !is_counted {
            let size = frame.map_or(0, |frame| frame.len());
            self.bytes = self.bytes.saturating_add(size);
        }
        self.events.push(event);
    }
}

/// Returns the frame that an event keeps.
fn frame_of(event: &DriverEvent) -> Option<&Arc<Frame>> {
    match event {
        DriverEvent::Delivery(delivery) | DriverEvent::Answer(_, delivery) => Some(&delivery.frame),
        _ => None,
    }
}

/// Maximum number of events that wait for a connect reply.
const MAX_WAITING: usize = 4096;
