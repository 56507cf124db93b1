//! Handshake: one message, alone in its payload, over the preferred transport.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{answer_deadline::AnswerDeadline, context::Context, step::Step};
use crate::{Cause, Close, Extension, Instant, LaneId, Message, Outgoing, Timer, encode::Batch};

/// Handshake that waits for its time or for its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handshake {
    due: Instant,
    sent: Option<Sent>,
    /// Whether the server has ended or forgotten the session that this one replaces.
    replaces_gone: bool,
}

/// Handshake that has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sent {
    id: u64,
    lane: LaneId,
    deadline: AnswerDeadline,
}

impl Handshake {
    pub(super) fn at(due: Instant) -> Self {
        Self {
            due,
            sent: None,
            replaces_gone: false,
        }
    }

    /// Creates the handshake that replaces a session. `is_gone` says whether the server has ended
    /// or forgotten that session.
    pub(super) fn replacing(is_gone: bool, due: Instant) -> Self {
        Self {
            replaces_gone: is_gone,
            ..Self::at(due)
        }
    }

    /// Creates the handshake that follows a failed one.
    pub(super) fn again(self, due: Instant) -> Self {
        Self {
            due,
            sent: None,
            ..self
        }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.sent.is_none() && self.due <= now
    }

    /// Returns whether the handshake is still to wait.
    pub(super) fn is_waiting(&self, now: Instant) -> bool {
        self.sent.is_none() && self.due > now
    }

    /// Makes a waiting handshake due at `at` at the latest.
    pub(super) fn expedite(&mut self, at: Instant) {
        if self.sent.is_none() {
            self.due = self.due.min(at);
        }
    }

    /// Returns the lane of the message that was written.
    pub(super) fn lane(&self) -> Option<LaneId> {
        self.sent.map(|sent| sent.lane)
    }

    /// Writes the message, and starts the deadline of its reply.
    pub(super) fn write(
        &mut self,
        cx: &mut Context,
        lane: LaneId,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) {
        let id = cx.next_id();
        let mut batch = Batch::new(out);
        batch
            .item("/meta/handshake", id)
            .text("version", "1.0")
            .connection_types(&cx.config.transports)
            .finish(ext, Outgoing::Handshake);
        batch.finish();
        self.sent = Some(Sent {
            id,
            lane,
            deadline: cx.answer_within(cx.config.request_timeout),
        });
    }

    /// Returns whether a reply answers the message that was written.
    pub(super) fn is_answered_by(&self, lane: LaneId, reply: &Message<'_>) -> bool {
        self.sent
            .is_some_and(|sent| sent.lane == lane && reply.answers(sent.id))
    }

    /// Decides by the reply.
    pub(super) fn answered(cx: &mut Context, reply: &Message<'_>) -> Step {
        cx.merge_advice(reply.advice.as_ref());
        if reply.advises_stop() {
            return Step::Finish(cx.end_by_advice(reply));
        }
        let cause = match (reply.successful, reply.client_id) {
            (Some(true), Some(id)) if id.len() > MAX_CLIENT_ID => {
                Cause::Violation("a clientId of more than 4096 bytes")
            }
            (Some(true), None | Some("")) => Cause::Violation("a handshake without clientId"),
            (Some(true), Some(id)) => {
                return Step::Establish {
                    client_id: id.to_owned(),
                    offered: reply.supported_connection_types,
                };
            }
            _ => Cause::Refused(cx.server_error(reply)),
        };
        // False if the server advises no further attempt.
        if !cx.start_interval() {
            return Step::Finish(cx.end_by_interval(reply));
        }
        Step::RetryHandshake {
            cause,
            over: cx.transport,
        }
    }

    /// Follows the advice in the rest of the payload that ended the session before.
    pub(super) fn advised_late(&mut self, cx: &mut Context, message: &Message<'_>) -> Step {
        if self.sent.is_some() || message.advice.is_none() {
            return Step::Stay;
        }
        cx.merge_advice(message.advice.as_ref());
        let is_replaced = self.replaces_gone && cx.config.replace_lost_session;
        if message.advises_stop() && !is_replaced {
            return Step::Finish(cx.end_by_advice(message));
        }
        if !cx.start_interval() {
            return Step::Finish(cx.end_by_interval(message));
        }
        self.due = self.due.max(cx.interval_end());
        Step::Stay
    }

    /// Returns the failure if the exchange of the message ended, which was then without its reply.
    pub(super) fn unanswered(&self, lane: LaneId, why: Close) -> Option<Cause> {
        (self.lane() == Some(lane)).then_some(match why {
            Close::Complete => Cause::Violation("a response without a handshake reply"),
            why => Cause::Lane(why),
        })
    }

    /// Returns whether the reply is overdue. Bytes that arrive move its deadline.
    pub(super) fn is_overdue(&mut self, cx: &Context, last_bytes: Option<Instant>) -> bool {
        let allowance = cx.config.request_timeout;
        self.sent
            .as_mut()
            .is_some_and(|sent| sent.deadline.is_over(cx.now, last_bytes, allowance))
    }

    pub(super) fn deadline(&self) -> (Instant, Timer) {
        match self.sent {
            Some(sent) => (sent.deadline.at(), Timer::Handshake),
            None => (self.due, Timer::Retry),
        }
    }
}

/// Maximum length of a `clientId`, in bytes.
const MAX_CLIENT_ID: usize = 4096;
