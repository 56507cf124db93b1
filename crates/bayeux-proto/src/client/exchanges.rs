//! Open HTTP exchanges.

use alloc::vec::Vec;

use crate::{Exchange, Instant, LaneId};

/// HTTP exchanges that have not ended.
#[derive(Debug, Default)]
pub(super) struct Exchanges(Vec<OpenExchange>);

#[derive(Debug)]
pub(super) struct OpenExchange {
    pub(super) lane: LaneId,
    pub(super) kind: Exchange,
    /// Time of the latest bytes of its response, as far as reported.
    last_bytes: Option<Instant>,
}

impl Exchanges {
    pub(super) fn open(&mut self, lane: LaneId, kind: Exchange) {
        self.0.push(OpenExchange {
            lane,
            kind,
            last_bytes: None,
        });
    }

    /// Removes an exchange, if it is open.
    pub(super) fn remove(&mut self, lane: LaneId) -> Option<OpenExchange> {
        let index = self.0.iter().position(|open| open.lane == lane)?;
        Some(self.0.remove(index))
    }

    /// Removes all exchanges and returns their lanes.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = LaneId> {
        self.0.drain(..).map(|open| open.lane)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, lane: LaneId) -> bool {
        self.0.iter().any(|open| open.lane == lane)
    }

    /// Returns the lane of the held exchange.
    pub(super) fn held(&self) -> Option<LaneId> {
        let held = |open: &&OpenExchange| matches!(open.kind, Exchange::Held { .. });
        self.0.iter().find(held).map(|open| open.lane)
    }

    pub(super) fn has_ordinary(&self) -> bool {
        self.0.iter().any(|open| open.kind == Exchange::Ordinary)
    }

    pub(super) fn record_bytes(&mut self, lane: LaneId, at: Instant) {
        if let Some(open) = self.0.iter_mut().find(|open| open.lane == lane) {
            open.last_bytes = open.last_bytes.max(Some(at));
        }
    }

    pub(super) fn last_bytes(&self, lane: LaneId) -> Option<Instant> {
        self.0.iter().find(|open| open.lane == lane)?.last_bytes
    }
}
