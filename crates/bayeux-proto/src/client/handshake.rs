//! Handshake: one message, alone in its payload, over the preferred transport.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{
    Session, Stage,
    answer_deadline::AnswerDeadline,
    connect::Connect,
    requests::{advises, answers},
};
use crate::{
    Action, Cause, Close, End, Exchange, Extension, Instant, LaneId, Message, Outgoing, Reconnect,
    SessionEvent, Timer, Transport, Unexpected, Verdict, encode::Batch,
};

/// Handshake that has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    id: u64,
    lane: LaneId,
    deadline: AnswerDeadline,
}

impl Session {
    pub(super) fn poll_handshake(
        &mut self,
        due: Instant,
        sent: Option<Sent>,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if sent.is_some() || self.cx.now < due {
            return None;
        }
        self.announce_attempt();
        let action = match (self.cx.transport, &self.socket) {
            (Transport::LongPolling, _) if self.lanes.has_ordinary() => {
                // The previous attempt was answered, but its response never ended.
                self.drop_lanes();
                return self.lanes.poll_close();
            }
            (Transport::LongPolling, _) => self.lanes.open(Exchange::Ordinary),
            (Transport::WebSocket, None) => return Some(self.open_socket()),
            (Transport::WebSocket, Some(_)) => Action::Send(self.open_socket_lane()?),
        };
        let id = self.cx.next_id();
        let mut batch = Batch::new(out);
        batch
            .item("/meta/handshake", id)
            .text("version", "1.0")
            .connection_types(&self.cx.config.transports)
            .finish(ext, Outgoing::Handshake);
        batch.finish();
        let deadline = self.cx.answer_within(self.cx.config.request_timeout);
        let sent = Some(Sent {
            id,
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
        self.cx.merge_advice(message.advice.as_ref());
        match (message.successful, message.client_id) {
            _ if advises(message, Reconnect::None) || advises(message, Reconnect::Unknown) => {
                self.end_by_advice(message);
            }
            (Some(true), Some(id)) if !id.is_empty() && id.len() <= MAX_CLIENT_ID => {
                id.clone_into(&mut self.cx.client_id);
                self.on_handshake_ok(message);
            }
            (Some(true), id) => {
                let cause = Cause::Violation(match id {
                    Some(id) if !id.is_empty() => "a clientId of more than 4096 bytes",
                    _ => "a handshake without clientId",
                });
                self.handshake_refused(cause, message);
            }
            _ => self.handshake_refused(Cause::Refused(self.cx.server_error(message)), message),
        }
        Verdict::Handled
    }

    /// Enters the established stage. The session counts as up from here on, because the first
    /// connect may be held for minutes.
    fn on_handshake_ok(&mut self, message: &Message<'_>) {
        if self.cx.transport == Transport::WebSocket {
            self.websocket.succeeded();
        }
        if let Some(types) = message.supported_connection_types {
            let mut common = self
                .cx
                .config
                .transports
                .iter()
                .filter(|t| types.contains(**t))
                .copied();
            let Some(first) = common.next() else {
                return self.finish(End::NoCommonTransport);
            };
            if !types.contains(self.cx.transport) {
                self.cx.transport = first;
                self.drop_lanes();
            }
            if !types.websocket {
                self.websocket.disable();
            }
        }
        self.stage = Stage::Live;
        self.connect = Connect::after(&self.connect, self.cx.now);
        self.schedule_upgrade();
        self.mark_up(false);
    }

    /// Schedules the next handshake after a refusal, over the same connection.
    fn handshake_refused(&mut self, cause: Cause, message: &Message<'_>) {
        if !self.cx.start_interval() {
            return self.end_by_interval(message);
        }
        let due = self.record_failure(cause);
        self.stage = Stage::Handshake { due, sent: None };
    }

    /// Schedules the next handshake after the transport failed without a reply.
    pub(super) fn handshake_failed(&mut self, cause: Cause) {
        let falls_back = self.may_fall_back(&cause);
        let due = if falls_back {
            self.switch_to_long_polling(cause)
        } else {
            let retry_at = self.record_failure(cause);
            if self.cx.transport == Transport::LongPolling && !self.websocket.is_disabled() {
                self.cx.transport = self.cx.preferred();
            }
            retry_at
        };
        self.stage = Stage::Handshake { due, sent: None };
    }

    /// Handles the end of a handshake's exchange without a reply.
    pub(super) fn handshake_exchange_ended(&mut self, lane: LaneId, why: Close) {
        if let Stage::Handshake {
            sent: Some(sent), ..
        } = self.stage
            && sent.lane == lane
        {
            let cause = match why {
                Close::Complete => Cause::Violation("a response without a handshake reply"),
                why => Cause::Lane(why),
            };
            if !self.gives_up(&cause) {
                self.handshake_failed(cause);
            }
        }
    }

    pub(super) fn handshake_overdue(&mut self) {
        let last_bytes = match self.stage {
            Stage::Handshake {
                sent: Some(sent), ..
            } => self.last_bytes(sent.lane),
            _ => return,
        };
        let allowance = self.cx.config.request_timeout;
        if let Stage::Handshake {
            sent: Some(sent), ..
        } = &mut self.stage
            && sent.deadline.is_over(self.cx.now, last_bytes, allowance)
        {
            self.drop_lanes();
            if self.cx.transport == Transport::WebSocket {
                self.websocket.record_failure();
            }
            self.handshake_failed(Cause::Silence(Timer::Handshake));
        }
    }

    pub(super) fn handshake_deadline(&self) -> (Option<Instant>, Timer) {
        match self.stage {
            Stage::Handshake {
                sent: Some(sent), ..
            } => (Some(sent.deadline.at()), Timer::Handshake),
            // A socket that is still opening has its own deadline.
            Stage::Handshake { due, sent: None }
                if self.cx.transport == Transport::LongPolling
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
            self.cx.emit(SessionEvent::Connecting);
        }
    }
}

/// Maximum length of a `clientId`, in bytes.
const MAX_CLIENT_ID: usize = 4096;
