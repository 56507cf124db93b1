//! Ends of lanes, reported or by decision: each part takes what it sent over the lane.

use super::{Session, connect, stage::Stage, step::Step};
use crate::{Cause, Close, End, Exchange, LaneId, Timer, Transport};

impl Session {
    /// Handles the end of the websocket, by the peer or the network.
    pub(super) fn socket_lost(&mut self, cause: Cause) {
        let Some(lane) = self.websocket.take() else {
            return;
        };
        if let Stage::Handshake(handshake) = self.stage
            && handshake.is_waiting(self.cx.now)
        {
            // The socket idled until the next attempt, which opens another one.
            return;
        }
        // An attempt to replace long-polling may fail for ever.
        let is_in_use = self.cx.transport == Transport::WebSocket;
        if is_in_use && let Some(end) = self.health.gives_up(&self.cx, &cause) {
            return self.apply(Step::Finish(end));
        }
        self.requests.lost(&mut self.cx, lane, &cause);
        self.choice.websocket_failed();
        let step = match self.stage {
            Stage::Handshake(_) => self.choice.handshake_failed(&self.cx, cause),
            Stage::Live if is_in_use => {
                self.connect.socket_lost();
                self.choice.socket_lost(&self.cx, cause)
            }
            Stage::Live => {
                self.choice.schedule_upgrade(&self.cx);
                Step::Stay
            }
            Stage::Closing { .. } if is_in_use => Step::Finish(End::Requested),
            Stage::Closing { .. } | Stage::Idle | Stage::Ended => Step::Stay,
        };
        self.apply(step);
    }

    /// Handles the end of an HTTP exchange, successful or not: of the handshake, the connect and the
    /// requests, each takes the lane if it is its own.
    pub(super) fn exchange_ended(&mut self, lane: LaneId, kind: Exchange, why: Close) {
        if !kind.is_held() {
            self.ordinary_exchange_lost(&Cause::Lane(why));
        }
        if let Stage::Handshake(handshake) = self.stage
            && let Some(cause) = handshake.unanswered(lane, why)
        {
            let step = match self.health.gives_up(&self.cx, &cause) {
                Some(end) => Step::Finish(end),
                None => self.choice.handshake_failed(&self.cx, cause),
            };
            self.apply(step);
        }
        if let Some((sent, cause)) = self.connect.unanswered(lane, why) {
            if let Some(end) = self.health.gives_up(&self.cx, &cause) {
                self.apply(Step::Finish(end));
            } else {
                self.connect.record_cut(&self.cx, &sent, why);
                self.connect_lost(&sent, cause);
            }
        }
        self.requests.lost(&mut self.cx, lane, &Cause::Lane(why));
        if let Stage::Closing { .. } = self.stage
            && self.cx.transport == Transport::LongPolling
            && why != Close::Complete
            && !self.lanes.has_ordinary()
        {
            self.apply(Step::Finish(End::Requested));
        }
    }

    /// Handles the loss of the held exchange with its connect.
    pub(super) fn connect_lost(&mut self, sent: &connect::Sent, cause: Cause) {
        if self.stage == Stage::Live {
            let step = self.connect.lost(&self.cx, sent, cause);
            self.apply(step);
        }
    }

    /// Handles an overdue handshake.
    pub(super) fn handshake_overdue(&mut self) {
        self.close_lanes();
        if self.cx.transport == Transport::WebSocket {
            self.choice.websocket_failed();
        }
        let silence = Cause::Silence(Timer::Handshake);
        let step = self.choice.handshake_failed(&self.cx, silence);
        self.apply(step);
    }

    /// Handles an overdue request: over a websocket it closes the socket, over HTTP only the
    /// exchange.
    pub(super) fn request_overdue(&mut self, lane: LaneId, timer: Timer) {
        let cause = Cause::Silence(timer);
        if self.websocket.open_lane() == Some(lane) {
            return self.apply(Step::DropSocket(cause));
        }
        self.lanes.close(lane);
        self.ordinary_exchange_lost(&cause);
        self.requests.lost(&mut self.cx, lane, &cause);
    }

    /// Reports a gap if an ordinary exchange may have lost events: a server may put events into
    /// whichever response goes next.
    fn ordinary_exchange_lost(&mut self, cause: &Cause) {
        let may_have_had_events = match cause {
            Cause::Lane(close) => close.may_have_had_events(),
            _ => true,
        };
        if may_have_had_events && self.stage == Stage::Live {
            self.health.report_gap(&mut self.cx, cause);
        }
    }
}
