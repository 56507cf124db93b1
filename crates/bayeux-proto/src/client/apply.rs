//! Steps of a session. No other file changes its stage or its transport.

use super::{
    Session, handshake::Handshake, stage::Stage, step::Step, transport_choice::TransportChoice,
};
use crate::{Cause, ConnectionTypes, End, Instant, SessionEvent, Transport};

impl Session {
    /// Carries out the decision of a part.
    pub(super) fn apply(&mut self, step: Step) {
        match step {
            Step::Stay => {}
            Step::Establish { client_id, offered } => {
                self.cx.client_id = client_id;
                self.establish(offered);
            }
            Step::MarkGap(cause) => self.health.mark_gap(cause),
            Step::RetryHandshake { cause, over } => {
                let due = self.failed(cause);
                self.cx.transport = over;
                self.retry_handshake(due);
            }
            Step::RetryConnect(cause) => {
                let due = self.failed(cause);
                self.connect.schedule(due);
            }
            Step::Resume(cause) => {
                let due = self.failed(cause);
                if self.health.has_expired_by(&self.cx, due) {
                    self.restart_handshake(Handshake::at(due), due);
                } else {
                    self.connect.schedule(due);
                }
            }
            Step::Restart(cause) => self.give_session_up(cause),
            Step::FallBack(cause) => self.fall_back(cause),
            Step::Upgrade => {
                self.cx.transport = Transport::WebSocket;
                self.choice.upgrade();
                self.connect.prove_session();
            }
            Step::DropSocket(cause) => {
                if let Some(lane) = self.websocket.lane() {
                    self.lanes.close(lane);
                    self.socket_lost(cause);
                }
            }
            Step::Finish(end) => self.finish(end),
        }
    }

    /// Starts the first handshake, or the first after an end.
    pub(super) fn start(&mut self) {
        self.cx.transport = self.cx.preferred();
        self.cx.forget_advice();
        self.cx.start_interval();
        self.choice = TransportChoice::default();
        self.stage = Stage::Handshake(Handshake::at(self.cx.now));
    }

    /// Enters the established stage. The session counts as up from here on, because the first
    /// connect may be held for minutes.
    fn establish(&mut self, offered: Option<ConnectionTypes>) {
        self.choice.succeeded(&mut self.cx);
        if let Some(offered) = offered {
            let Some(transport) = self.choice.negotiate(&self.cx, offered) else {
                return self.finish(End::NoCommonTransport);
            };
            if transport != self.cx.transport {
                self.cx.transport = transport;
                self.close_lanes();
            }
        }
        self.stage = Stage::Live;
        self.connect.start_session(self.cx.now);
        self.choice.schedule_upgrade(&self.cx);
        self.health.mark_up(&mut self.cx, false);
    }

    /// Begins to disconnect.
    pub(super) fn begin_closing(&mut self) {
        self.requests.disconnect();
        let deadline = self.cx.now + self.cx.config.disconnect_timeout;
        self.stage = Stage::Closing { deadline };
    }

    fn finish(&mut self, end: End) {
        let end = match self.stage {
            Stage::Idle | Stage::Ended => return,
            Stage::Closing { .. } => End::Requested,
            Stage::Handshake(_) | Stage::Live => end,
        };
        self.close_lanes();
        self.requests.end_session(&mut self.cx);
        self.cx.client_id.clear();
        self.connect.start_session(self.cx.now);
        self.health.end_session();
        self.stage = Stage::Ended;
        self.cx.emit(SessionEvent::Ended(end));
    }
}

/// Failures.
impl Session {
    /// Reports a failure, and returns when to try again.
    fn failed(&mut self, cause: Cause) -> Instant {
        let subscribed = self.requests.subscriptions().any_active().is_some();
        self.health.failed(&mut self.cx, cause, subscribed)
    }

    fn give_session_up(&mut self, cause: Cause) {
        match self.stage {
            Stage::Live => {
                let by_network = matches!(cause, Cause::Lane(_) | Cause::Silence(_));
                if !by_network {
                    self.cx.start_interval();
                }
                let falls_back =
                    matches!(cause, Cause::Lane(_)) && self.choice.may_fall_back(&self.cx, &cause);
                let is_gone = cause == Cause::SessionLost;
                let due = self.failed(cause);
                if falls_back {
                    self.cx.transport = Transport::LongPolling;
                }
                self.restart_handshake(Handshake::replacing(is_gone, due), due);
            }
            Stage::Closing { .. } => self.finish(End::Requested),
            Stage::Idle | Stage::Handshake(_) | Stage::Ended => {}
        }
    }

    fn fall_back(&mut self, cause: Cause) {
        self.cx.transport = Transport::LongPolling;
        self.choice.switched_to_long_polling();
        let subscribed = self.requests.subscriptions().any_active().is_some();
        let due = self.health.report_fallback(&mut self.cx, cause, subscribed);
        if self.stage == Stage::Live {
            self.restart_handshake(Handshake::at(due), due);
        } else {
            self.retry_handshake(due);
        }
    }

    /// Leaves the session for a handshake. All lanes are closed, so late messages of the old
    /// session have no effect.
    fn restart_handshake(&mut self, handshake: Handshake, due: Instant) {
        self.close_lanes();
        self.requests.start_session(&mut self.cx);
        self.cx.client_id.clear();
        self.connect.start_session(due);
        self.choice.start_session();
        self.stage = Stage::Handshake(handshake);
    }

    /// Abandons all lanes.
    pub(super) fn close_lanes(&mut self) {
        if let Some(lane) = self.websocket.take() {
            self.lanes.close(lane);
        }
        self.lanes.close_exchanges();
    }

    fn retry_handshake(&mut self, due: Instant) {
        if let Stage::Handshake(handshake) = self.stage {
            self.stage = Stage::Handshake(handshake.again(due));
        }
    }
}
