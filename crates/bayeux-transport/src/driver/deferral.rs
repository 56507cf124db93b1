//! Deferred delivery, for servers that repeat what was not acknowledged.

use bayeux_proto::{Action, Exchange, LaneId};

use super::DriverEvent;

/// Events that wait for the connect reply behind them, which completes their batch.
///
/// If the lane ends before that reply, the server repeats the events in the same session, and the
/// first copies are dropped. A session that is over repeats nothing, so they are delivered.
#[derive(Debug, Default)]
pub(super) struct Deferral {
    waiting: Vec<Waiting>,
    /// Lane of the ordinary exchange; its events belong to no batch that is acknowledged.
    ordinary: Option<LaneId>,
}

#[derive(Debug)]
struct Waiting {
    lane: LaneId,
    /// Whether the lane ended before the reply.
    is_orphan: bool,
    event: DriverEvent,
}

impl Deferral {
    /// Records an action of the session.
    pub(super) fn performed(&mut self, action: Action) {
        match action {
            Action::Exchange(lane, Exchange::Ordinary) => self.ordinary = Some(lane),
            Action::Close(lane) => self.closed(lane),
            _ => {}
        }
    }

    /// Records the end of a lane.
    pub(super) fn closed(&mut self, lane: LaneId) {
        for waiting in &mut self.waiting {
            waiting.is_orphan |= waiting.lane == lane;
        }
    }

    /// Returns whether an event of this lane is part of a batch.
    pub(super) fn applies_to(&self, lane: LaneId) -> bool {
        self.ordinary != Some(lane)
    }

    /// Keeps an event. Returns all events if there are too many to keep.
    pub(super) fn push(&mut self, lane: LaneId, event: DriverEvent) -> Vec<DriverEvent> {
        self.waiting.push(Waiting {
            lane,
            is_orphan: false,
            event,
        });
        if self.waiting.len() > MAX_WAITING {
            tracing::debug!("too many events without a connect reply are delivered now");
            return self.release_all();
        }
        Vec::new()
    }

    /// Returns the events of a complete batch. Those that the server has repeated are dropped.
    pub(super) fn release_batch(&mut self) -> Vec<DriverEvent> {
        let waiting = core::mem::take(&mut self.waiting).into_iter();
        let complete = waiting.filter(|waiting| !waiting.is_orphan);
        complete.map(|waiting| waiting.event).collect()
    }

    /// Returns all events, at the end of a session.
    pub(super) fn release_all(&mut self) -> Vec<DriverEvent> {
        let waiting = core::mem::take(&mut self.waiting).into_iter();
        waiting.map(|waiting| waiting.event).collect()
    }
}

/// Maximum number of events that wait for a connect reply.
const MAX_WAITING: usize = 4096;
