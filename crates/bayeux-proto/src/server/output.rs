//! Outputs for the embedder, including the ends of lanes.

use alloc::{string::String, sync::Arc, vec::Vec};

use super::{
    Server,
    batch::{self, Batch, BatchId},
    lane::{Lane, LaneKind, Output, Refusal},
    profile::Dialect,
    session::EventText,
};

/// Pending step.
pub(super) enum Step {
    /// Sends a frame over a socket.
    Frame(Lane, String),
    /// Answers a batch, all of whose messages have an answer.
    Answer(Batch),
    /// Answers one message of a batch.
    AnswerMessage(BatchId, Vec<Arc<str>>),
    /// Rejects an exchange with an error status.
    Refuse(Lane, Refusal),
    /// Closes a socket.
    Close(Lane, u16),
}

impl Server {
    /// Performs a step. A step for a lane that is gone has no output, as with Faye, which writes
    /// into closed sockets and responses.
    pub(super) fn run_step(&mut self, step: Step) -> Option<Output> {
        match step {
            Step::Frame(lane, text) => self
                .lanes
                .contains_key(&lane)
                .then_some(Output::Frame { lane, text }),
            Step::Answer(batch) => self.send_answer(&batch),
            Step::AnswerMessage(batch, answers) => {
                self.answer(batch, answers);
                None
            }
            Step::Refuse(lane, why) => self
                .remove_lane(lane)
                .then_some(Output::Refuse { lane, why }),
            Step::Close(lane, code) => self
                .remove_lane(lane)
                .then_some(Output::Close { lane, code }),
        }
    }

    fn send_answer(&mut self, batch: &Batch) -> Option<Output> {
        let lane = batch.lane;
        let state = self.lanes.get(&lane)?;
        if state.kind == LaneKind::Socket {
            let text = batch::array(batch.answers.iter());
            return Some(Output::Frame { lane, text });
        }
        let cookie = state.cookie.clone().filter(|_| state.is_cookie_new);
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
        let body = batch::array(events.iter().chain(&batch.answers));
        self.remove_lane(lane);
        Some(Output::Respond { lane, body, cookie })
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

    /// Sends one event over a socket, in a frame of its own.
    pub(super) fn push(&mut self, lane: Lane, event: &EventText) {
        let text = batch::array(core::iter::once(event));
        self.steps.push_back(Step::Frame(lane, text));
    }

    /// Rejects a payload that is not Bayeux.
    pub(super) fn refuse_malformed(&mut self, lane: Lane) {
        let is_socket = self
            .lanes
            .get(&lane)
            .is_some_and(|state| state.kind == LaneKind::Socket);
        match self.config.profile.dialect {
            // Faye ignores such a frame.
            Dialect::Faye if is_socket => {}
            Dialect::CometD if is_socket => self.close_lane(lane, VIOLATION),
            _ => self.reject(lane, Refusal::Malformed),
        }
    }

    /// Ends a lane whose request cannot be served.
    pub(super) fn reject(&mut self, lane: Lane, why: Refusal) {
        let Some(state) = self.lanes.get(&lane) else {
            return;
        };
        match (state.kind, why) {
            (LaneKind::Exchange, _) => self.steps.push_back(Step::Refuse(lane, why)),
            (_, Refusal::TooLarge) => self.close_lane(lane, TOO_BIG),
            (_, Refusal::Unavailable) => self.close_lane(lane, super::GOING_AWAY),
            _ => self.close_lane(lane, VIOLATION),
        }
    }

    /// Closes a socket once all its output has been polled. Its session goes on without it.
    pub(super) fn close_lane(&mut self, lane: Lane, code: u16) {
        self.deferred.push_back(Step::Close(lane, code));
        self.unbind_socket(lane);
    }
}

/// Close code for a payload that is not Bayeux.
const VIOLATION: u16 = 1011;
/// Close code for a payload above the limit.
const TOO_BIG: u16 = 1009;
