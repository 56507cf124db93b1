//! Pending steps, and the actions that come of them.

use alloc::{sync::Arc, vec::Vec};

use super::{
    Server,
    action::{Action, Cookie, Rejection},
    batch::{self, Batch},
    id::BatchId,
    lane::LaneKind,
    profile::Dialect,
    session::EventText,
};
use crate::LaneId;

/// Pending step.
pub(super) enum Step {
    /// Pushes an event over a socket, in a frame of its own.
    Push(LaneId, EventText),
    /// Answers a batch, all of whose messages have an answer.
    Answer(Batch),
    /// Answers one message of a batch.
    AnswerMessage(BatchId, Vec<Arc<str>>),
    /// Rejects an exchange with an error status.
    Reject(LaneId, Rejection),
    /// Closes a socket.
    Close(LaneId, u16),
}

impl Server {
    /// Performs a step. A step for a lane that is gone has no output, as with Faye, which writes
    /// into closed sockets and responses.
    pub(super) fn run_step(&mut self, step: Step, out: &mut Vec<u8>) -> Option<Action> {
        match step {
            Step::Push(lane, event) => self.lanes.contains_key(&lane).then(|| {
                batch::write_array(out, core::iter::once(event));
                Action::Send(lane)
            }),
            Step::Answer(batch) => self.write_answer(&batch, out),
            Step::AnswerMessage(batch, answers) => {
                self.answer(batch, answers);
                None
            }
            Step::Reject(lane, why) => self.remove_lane(lane).then_some(Action::Reject(lane, why)),
            Step::Close(lane, code) => self.remove_lane(lane).then_some(Action::Close(lane, code)),
        }
    }

    fn write_answer(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Option<Action> {
        let lane = batch.lane;
        let state = self.lanes.get(&lane)?;
        if state.kind == LaneKind::Socket {
            batch::write_array(out, batch.answers.iter());
            return Some(Action::Send(lane));
        }
        let cookie = state.cookie.as_deref().filter(|_| state.is_cookie_new);
        let cookie = cookie.and_then(|cookie| Some(Cookie(cookie.as_bytes().try_into().ok()?)));
        let events = if self.config.profile.events_anywhere {
            let session = batch.client.as_ref().and_then(|client| {
                self.sessions
                    .get_mut(client)
                    .filter(|session| session.ack.is_none())
            });
            session
                .map(|session| session.waiting.take())
                .unwrap_or_default()
        } else {
            alloc::collections::VecDeque::new()
        };
        batch::write_array(out, events.iter().chain(&batch.answers));
        self.remove_lane(lane);
        Some(Action::Respond(lane, cookie))
    }

    /// Adds an answer to a batch, which is sent once all its messages have an answer.
    pub(super) fn answer(&mut self, id: BatchId, answers: impl IntoIterator<Item = Arc<str>>) {
        if let Some(batch) = self.batches.answer(id, answers) {
            if let Some(state) = self.lanes.get_mut(&batch.lane) {
                state.open_batches.remove(&id);
            }
            self.steps.push_back(Step::Answer(batch));
        }
    }

    /// Pushes an event over a socket, in a frame of its own.
    pub(super) fn push(&mut self, lane: LaneId, event: &EventText) {
        self.steps
            .push_back(Step::Push(lane, EventText::clone(event)));
    }

    /// Rejects a payload that is not Bayeux.
    pub(super) fn refuse_malformed(&mut self, lane: LaneId) {
        let is_socket = self
            .lanes
            .get(&lane)
            .is_some_and(|state| state.kind == LaneKind::Socket);
        match self.config.profile.dialect {
            // Faye ignores such a frame.
            Dialect::Faye if is_socket => {}
            Dialect::CometD if is_socket => self.close_lane(lane, VIOLATION),
            _ => self.reject(lane, Rejection::Malformed),
        }
    }

    /// Ends a lane whose request cannot be served.
    pub(super) fn reject(&mut self, lane: LaneId, why: Rejection) {
        let Some(state) = self.lanes.get(&lane) else {
            return;
        };
        match (state.kind, why) {
            (LaneKind::Exchange, _) => self.steps.push_back(Step::Reject(lane, why)),
            (_, Rejection::TooLarge) => self.close_lane(lane, TOO_BIG),
            (_, Rejection::Unavailable) => self.close_lane(lane, super::GOING_AWAY),
            _ => self.close_lane(lane, VIOLATION),
        }
    }

    /// Closes a socket once all its output has been polled. Its session continues without it.
    pub(super) fn close_lane(&mut self, lane: LaneId, code: u16) {
        self.deferred.push_back(Step::Close(lane, code));
        self.unbind_socket(lane);
    }
}

/// Close code for a payload that is not Bayeux.
const VIOLATION: u16 = 1011;
/// Close code for a payload above the limit.
const TOO_BIG: u16 = 1009;
