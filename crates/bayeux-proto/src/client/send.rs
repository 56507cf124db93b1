//! Batches to send, over the lanes that they need.

use alloc::vec::Vec;

use super::{Session, stage::Stage, step::Step};
use crate::{Action, Exchange, Extension, Instant, Transport};

impl Session {
    pub(super) fn poll_handshake(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        let Stage::Handshake(handshake) = &mut self.stage else {
            return None;
        };
        if !handshake.is_due(self.cx.now) {
            return None;
        }
        self.health.announce(&mut self.cx);
        let action = match self.cx.transport {
            Transport::LongPolling if self.lanes.has_ordinary() => {
                // The previous attempt was answered, but its response never ended.
                self.close_lanes();
                return self.lanes.poll_close();
            }
            Transport::LongPolling => self.lanes.open(Exchange::Handshake),
            Transport::WebSocket if !self.websocket.is_present() => {
                return Some(self.open_socket());
            }
            Transport::WebSocket => Action::Send(self.websocket.open_lane()?),
        };
        handshake.write(&mut self.cx, action.lane(), ext, out);
        Some(action)
    }

    /// Writes as many queued commands as fit into one batch.
    pub(super) fn poll_requests(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if !self.requests.are_due(self.cx.now) {
            return None;
        }
        let lane = match self.cx.transport {
            Transport::WebSocket => self.websocket.open_lane()?,
            // One ordinary exchange at a time, because a session may use two connections at most.
            Transport::LongPolling if self.lanes.has_ordinary() => return None,
            Transport::LongPolling => self.lanes.next(),
        };
        let is_written = self.requests.write(&mut self.cx, lane, ext, out);
        is_written.then(|| match self.cx.transport {
            Transport::WebSocket => Action::Send(lane),
            Transport::LongPolling if self.requests.only_disconnects(lane) => {
                self.lanes.open(Exchange::Disconnect)
            }
            Transport::LongPolling => self.lanes.open(Exchange::Ordinary),
        })
    }

    pub(super) fn poll_connect(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if self.connect_due()? > self.cx.now {
            return None;
        }
        if self.cx.transport == Transport::LongPolling && self.websocket.open_lane().is_some() {
            self.apply(Step::Upgrade);
        }
        if !self.health.is_up() {
            self.health.announce(&mut self.cx);
        }
        if self.cx.transport == Transport::WebSocket && !self.websocket.is_present() {
            return Some(self.open_socket());
        }
        if let Some(lane) = self.lanes.held() {
            // The connect of this exchange was answered, but the response never ended.
            self.lanes.close(lane);
            return self.lanes.poll_close();
        }
        let action = match self.cx.transport {
            Transport::WebSocket => Action::Send(self.websocket.open_lane()?),
            Transport::LongPolling => self.lanes.open(Exchange::Held {
                hold: self.connect.full_hold(&self.cx),
            }),
        };
        self.connect.write(&mut self.cx, action.lane(), ext, out);
        Some(action)
    }

    /// Opens a websocket beside long-polling, once it is due.
    pub(super) fn poll_upgrade(&mut self) -> Option<Action> {
        (self.upgrade_due()? <= self.cx.now).then(|| self.open_socket())
    }

    fn open_socket(&mut self) -> Action {
        let lane = self.lanes.number();
        self.websocket.open(&self.cx, lane)
    }
}

/// Conditions of sending.
impl Session {
    /// Returns when the next connect can be sent; `None` before the handshake, while the websocket
    /// opens, and while a connect is outstanding.
    pub(super) fn connect_due(&self) -> Option<Instant> {
        if self.stage != Stage::Live || self.is_opening() {
            return None;
        }
        self.connect.due(&self.cx)
    }

    /// Returns when to open a websocket beside long-polling.
    pub(super) fn upgrade_due(&self) -> Option<Instant> {
        let is_possible = self.stage == Stage::Live
            && self.cx.transport == Transport::LongPolling
            && !self.websocket.is_present();
        self.choice.upgrade_at().filter(|_| is_possible)
    }

    /// Returns whether the transport in use is a websocket that is not open yet.
    pub(super) fn is_opening(&self) -> bool {
        self.cx.transport == Transport::WebSocket && self.websocket.is_opening()
    }

    /// Returns whether the server can be reached, as far as the client knows.
    pub(super) fn is_reachable(&self) -> bool {
        match self.cx.transport {
            Transport::WebSocket => self.websocket.open_lane().is_some(),
            Transport::LongPolling => self.health.is_up(),
        }
    }

    /// Returns whether a command can be written now, or as soon as the current exchange ends.
    pub(super) fn can_write(&self) -> bool {
        matches!(self.stage, Stage::Live | Stage::Closing { .. })
            && match self.cx.transport {
                Transport::WebSocket => self.websocket.open_lane().is_some(),
                Transport::LongPolling => !self.lanes.has_ordinary(),
            }
    }
}
