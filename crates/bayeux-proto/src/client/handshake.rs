//! Shaking hands: one message, alone in its payload, over the preferred transport.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{
    Session, Stage,
    connect::Connect,
    requests::{advises, answers},
};
use crate::{
    Action, Cause, Close, End, Exchange, Extension, Instant, LaneId, Message, Outgoing, Reconnect,
    SessionEvent, Timer, Transport, Unexpected, Verdict, encode::Batch,
};

/// A handshake that has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    id: u64,
    lane: LaneId,
    deadline: Instant,
}

impl Session {
    pub(super) fn poll_handshake(
        &mut self,
        due: Instant,
        sent: Option<Sent>,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if sent.is_some() || self.now < due {
            return None;
        }
        self.announce_attempt();
        let action = match (self.carrier, &self.socket) {
            (Transport::LongPolling, _) if self.ordinary_in_flight() => {
                // The answer to the attempt before came, but its response never ended.
                self.drop_lanes();
                return self.condemned.pop_front().map(Action::Close);
            }
            (Transport::LongPolling, _) => {
                self.last_lane += 1;
                let lane = LaneId(self.last_lane);
                self.exchanges.push((lane, Exchange::Ordinary));
                Action::Exchange(lane, Exchange::Ordinary)
            }
            (Transport::WebSocket, None) => return Some(self.open_socket()),
            (Transport::WebSocket, Some(_)) => Action::Send(self.open_socket_lane()?),
        };
        self.last_id += 1;
        let mut batch = Batch::new(out);
        batch
            .item("/meta/handshake", self.last_id)
            .text("version", "1.0")
            .connection_types(&self.config.transports)
            .finish(ext, Outgoing::Handshake);
        batch.finish();
        let deadline = self.now + self.config.request_timeout;
        let sent = Some(Sent {
            id: self.last_id,
            lane: action.lane(),
            deadline,
        });
        self.stage = Stage::Handshake { due, sent };
        Some(action)
    }

    pub(super) fn handle_handshake_reply(
        &mut self,
        lane: LaneId,
        message: &Message<'_>,
    ) -> Verdict {
        let Stage::Handshake {
            sent: Some(sent), ..
        } = self.stage
        else {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        };
        if sent.lane != lane || !answers(message.id, sent.id) {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        }
        if let Some(advice) = &message.advice {
            self.advised.merge(advice);
        }
        match (message.successful, message.client_id) {
            _ if advises(message, Reconnect::None) || advises(message, Reconnect::Unknown) => {
                self.stopped(message);
            }
            (Some(true), Some(id)) if !id.is_empty() && id.len() <= LONGEST_CLIENT_ID => {
                id.clone_into(&mut self.client_id);
                self.shaken(message);
            }
            (Some(true), _) => {
                let cause = Cause::Violation("a handshake without clientId");
                self.handshake_refused(cause, message);
            }
            _ => self.handshake_refused(Cause::Refused(self.server_error(message)), message),
        }
        Verdict::Handled
    }

    /// The server knows us now. That is enough to be up: a first connect may be held for minutes.
    fn shaken(&mut self, message: &Message<'_>) {
        if self.carrier == Transport::WebSocket {
            self.websocket.succeeded();
        }
        if let Some(types) = message.supported_connection_types {
            let mut common = self
                .config
                .transports
                .iter()
                .filter(|t| types.contains(**t))
                .copied();
            let Some(first) = common.next() else {
                return self.finish(End::NoCommonTransport);
            };
            if !types.contains(self.carrier) {
                self.carrier = first;
                self.drop_lanes();
            }
            if !types.websocket {
                self.websocket.give_up();
            }
        }
        self.stage = Stage::Live;
        self.connect = Connect::after(&self.connect, self.now);
        self.schedule_upgrade();
        self.restored(false);
    }

    /// The server answered, and the answer is no: the road is good, so it is kept.
    fn handshake_refused(&mut self, cause: Cause, message: &Message<'_>) {
        if !self.begin_interval() {
            return self.stopped(message);
        }
        let due = self.failed(cause);
        self.stage = Stage::Handshake { due, sent: None };
    }

    /// The road failed before there was an answer.
    pub(super) fn handshake_failed(&mut self, cause: Cause) {
        let falls_back = self.may_fall_back(&cause);
        let due = if falls_back {
            self.fallen_back(cause)
        } else {
            let retry_at = self.failed(cause);
            if self.carrier == Transport::LongPolling && !self.websocket.given_up() {
                self.carrier = self.preferred();
            }
            retry_at
        };
        self.stage = Stage::Handshake { due, sent: None };
    }

    /// The exchange of a handshake ended without a reply.
    pub(super) fn handshake_exchange_ended(&mut self, lane: LaneId, why: Close) {
        if let Stage::Handshake {
            sent: Some(sent), ..
        } = self.stage
            && sent.lane == lane
        {
            self.handshake_failed(match why {
                Close::Complete => Cause::Violation("a response without a handshake reply"),
                why => Cause::Lane(why),
            });
        }
    }

    pub(super) fn handshake_overdue(&mut self) {
        if let Stage::Handshake {
            sent: Some(sent), ..
        } = self.stage
            && sent.deadline <= self.now
        {
            self.drop_lanes();
            if self.carrier == Transport::WebSocket {
                self.websocket.failed();
            }
            self.handshake_failed(Cause::Silence(Timer::Handshake));
        }
    }

    pub(super) fn handshake_deadline(&self) -> (Option<Instant>, Timer) {
        match self.stage {
            Stage::Handshake {
                sent: Some(sent), ..
            } => (Some(sent.deadline), Timer::Handshake),
            // A socket that is still opening has a deadline of its own.
            Stage::Handshake { due, sent: None }
                if self.carrier == Transport::LongPolling
                    || self
                        .socket
                        .as_ref()
                        .is_none_or(super::socket::Socket::is_open) =>
            {
                (Some(due), Timer::Retry)
            }
            _ => (None, Timer::Retry),
        }
    }

    pub(super) fn announce_attempt(&mut self) {
        if !self.recovery.announced {
            self.recovery.announced = true;
            self.events.push_back(SessionEvent::Connecting);
        }
    }
}

/// What is longer is not a name but an attack on our memory.
const LONGEST_CLIENT_ID: usize = 4096;
