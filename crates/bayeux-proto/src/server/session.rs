//! State of one session.

use alloc::{
    boxed::Box,
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    vec::Vec,
};

use super::{id::BatchId, reply::Reply};
use crate::LaneId;

/// Event as one JSON object, shared by all its recipients.
pub(super) type EventText = Arc<str>;

/// State of one session.
///
/// Faye keeps an engine queue beside the inbox of a connection object, which it creates with the
/// first connect or socket. Here, `socket` and `held` are that object, and `waiting` is both
/// queues.
#[derive(Default)]
pub(super) struct Session {
    pub(super) subscriptions: BTreeSet<Box<str>>,
    /// Socket to which events are pushed, even if it is dead by now.
    pub(super) socket: Option<LaneId>,
    /// Connects that wait for their answer: at most one, except with
    /// [`BothAnswered`](super::ConcurrentConnects::BothAnswered).
    pub(super) held: Vec<Held>,
    /// Whether the held connects are to be answered even without events.
    pub(super) answer_now: bool,
    /// Events that have not been collected yet.
    pub(super) waiting: Queue,
    /// Whether the session is lost and only its held connect will still be answered.
    pub(super) lost: bool,
    /// Whether the session has sent a connect.
    pub(super) has_connected: bool,
    /// Cookie required of its messages.
    pub(super) cookie: Option<Box<str>>,
    /// State of the acknowledgement extension, if the client uses it.
    pub(super) ack: Option<AckState>,
}

/// `/meta/connect` that waits for its answer.
pub(super) struct Held {
    pub(super) batch: BatchId,
    pub(super) reply: Reply,
}

/// Events in order, and their total size in bytes.
#[derive(Default)]
pub(super) struct Queue {
    events: VecDeque<EventText>,
    bytes: usize,
}

/// State of the acknowledgement extension for one session.
#[derive(Default)]
pub(super) struct AckState {
    /// Number of the last answer to a connect.
    pub(super) batch: u64,
    /// Events of that answer, until the client acknowledges them.
    pub(super) sent: Queue,
}

impl Session {
    /// Returns whether events are pushed over the socket as they come.
    pub(super) fn is_pushed_to(&self) -> bool {
        self.socket.is_some() && self.ack.is_none()
    }

    /// Returns whether the held connect is to be answered now.
    pub(super) fn is_ready(&self) -> bool {
        let worth_it = !self.is_pushed_to() && !self.waiting.is_empty();
        !self.held.is_empty() && (self.answer_now || worth_it)
    }

    /// Returns the number and total size of the waiting events, including unacknowledged ones.
    pub(super) fn load(&self) -> (usize, usize) {
        let sent = self.ack.as_ref().map(|ack| &ack.sent);
        let (events, bytes) = sent.map_or((0, 0), |sent| (sent.events.len(), sent.bytes));
        (
            events + self.waiting.events.len(),
            bytes.saturating_add(self.waiting.bytes),
        )
    }
}

impl Queue {
    pub(super) fn push(&mut self, event: EventText) {
        self.bytes = self.bytes.saturating_add(event.len());
        self.events.push_back(event);
    }

    /// Drops the oldest event. Returns false if there is none.
    pub(super) fn drop_oldest(&mut self) -> bool {
        let Some(event) = self.events.pop_front() else {
            return false;
        };
        self.bytes = self.bytes.saturating_sub(event.len());
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &EventText> {
        self.events.iter()
    }

    pub(super) fn take(&mut self) -> VecDeque<EventText> {
        self.bytes = 0;
        core::mem::take(&mut self.events)
    }

    /// Inserts `earlier` at the front.
    pub(super) fn prepend(&mut self, earlier: Self) {
        let later = core::mem::replace(self, earlier);
        self.bytes = self.bytes.saturating_add(later.bytes);
        self.events.extend(later.events);
    }
}
