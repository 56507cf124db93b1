//! Lanes of a session: their numbers, open HTTP exchanges, and lanes to close.

use alloc::{collections::VecDeque, vec::Vec};

use crate::{Action, Exchange, Instant, LaneId};

/// Numbers of all lanes, exchanges that have not ended, and lanes for which [`Action::Close`] is
/// still to be polled. The websocket's lane is kept by its own part.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    last: u64,
    exchanges: Vec<OpenExchange>,
    closing: VecDeque<LaneId>,
}

#[derive(Debug)]
struct OpenExchange {
    lane: LaneId,
    kind: Exchange,
    /// Time of the latest bytes of its response, as far as reported.
    last_bytes: Option<Instant>,
}

impl Lanes {
    /// Returns the lane that [`open`](Self::open) or [`number`](Self::number) takes next.
    pub(super) fn next(&self) -> LaneId {
        LaneId(self.last + 1)
    }

    /// Takes a number for a websocket.
    pub(super) fn number(&mut self) -> LaneId {
        self.last += 1;
        LaneId(self.last)
    }

    /// Opens an exchange.
    pub(super) fn open(&mut self, kind: Exchange) -> Action {
        let lane = self.number();
        self.exchanges.push(OpenExchange {
            lane,
            kind,
            last_bytes: None,
        });
        Action::Exchange(lane, kind)
    }

    /// Removes a lane that has ended. Returns the kind of its exchange, if it was open.
    pub(super) fn ended(&mut self, lane: LaneId) -> Option<Exchange> {
        self.closing.retain(|closing| *closing != lane);
        let index = self.exchanges.iter().position(|open| open.lane == lane)?;
        Some(self.exchanges.remove(index).kind)
    }

    /// Abandons a lane, an exchange or the websocket's.
    pub(super) fn close(&mut self, lane: LaneId) {
        self.exchanges.retain(|open| open.lane != lane);
        self.closing.push_back(lane);
    }

    /// Abandons all exchanges.
    pub(super) fn close_exchanges(&mut self) {
        self.closing
            .extend(self.exchanges.drain(..).map(|open| open.lane));
    }

    /// Returns the action for the next lane to close.
    pub(super) fn poll_close(&mut self) -> Option<Action> {
        self.closing.pop_front().map(Action::Close)
    }

    /// Returns whether the lane is abandoned, and the driver does not know yet.
    pub(super) fn is_closing(&self, lane: LaneId) -> bool {
        self.closing.contains(&lane)
    }

    /// Returns the number of open exchanges and of lanes to close.
    pub(super) fn len(&self) -> usize {
        self.exchanges.len() + self.closing.len()
    }

    pub(super) fn is_exchange(&self, lane: LaneId) -> bool {
        self.exchanges.iter().any(|open| open.lane == lane)
    }

    /// Returns the lane of the held exchange.
    pub(super) fn held(&self) -> Option<LaneId> {
        let mut held = self.exchanges.iter().filter(|open| open.kind.is_held());
        held.next().map(|open| open.lane)
    }

    /// Returns whether the connection of all messages other than the held connect is in use.
    pub(super) fn has_ordinary(&self) -> bool {
        self.exchanges.iter().any(|open| !open.kind.is_held())
    }

    pub(super) fn record_bytes(&mut self, lane: LaneId, at: Instant) {
        if let Some(open) = self.exchanges.iter_mut().find(|open| open.lane == lane) {
            open.last_bytes = open.last_bytes.max(Some(at));
        }
    }

    pub(super) fn last_bytes(&self, lane: LaneId) -> Option<Instant> {
        let open = self.exchanges.iter().find(|open| open.lane == lane)?;
        open.last_bytes
    }
}
