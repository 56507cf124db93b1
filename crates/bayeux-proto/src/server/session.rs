//! What the server keeps of one client.

use alloc::{
    boxed::Box,
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    vec::Vec,
};

use super::{batch::BatchId, lane::Lane, reply::Reply};

/// The name of a session. Cloned into every index, hence shared.
pub(super) type ClientId = Arc<str>;

/// An event as it goes on the wire, one JSON object, shared by everybody who gets it.
pub(super) type EventText = Arc<str>;

/// One session.
///
/// Faye keeps an engine queue beside the inbox of a connection object, and makes that object when a
/// connect or a socket comes; `socket` and `held` are that object, and `waiting` is both queues.
#[derive(Default)]
pub(super) struct Session {
    pub(super) subscriptions: BTreeSet<Box<str>>,
    /// The socket that events are pushed to, even if it is dead by now.
    pub(super) socket: Option<Lane>,
    /// The connects that wait for their answer: one, except where concurrent_connects are both answered.
    pub(super) held: Vec<Held>,
    /// Whether those are to be answered with events or without.
    pub(super) over: bool,
    /// Events that nobody has collected yet.
    pub(super) waiting: Queue,
    /// Set when the server lost the session, but its held connect will still be answered.
    pub(super) forgotten: bool,
    /// Whether it has connected before.
    pub(super) greeted: bool,
    /// The cookie that its messages have to come with.
    pub(super) cookie: Option<Box<str>>,
    /// Set when the client acknowledges.
    pub(super) acknowledged: Option<Acknowledged>,
}

/// A `/meta/connect` that waits for its answer.
pub(super) struct Held {
    pub(super) batch: BatchId,
    pub(super) reply: Reply,
}

/// Events in order, and how many bytes they are.
#[derive(Default)]
pub(super) struct Queue {
    events: VecDeque<EventText>,
    bytes: usize,
}

/// What a client with the acknowledgement extension has been sent.
#[derive(Default)]
pub(super) struct Acknowledged {
    /// The number of the last answer to a connect.
    pub(super) batch: u64,
    /// The events in it, until the client says that it has them.
    pub(super) sent: Queue,
}

impl Session {
    /// Whether events go out over the socket as they come.
    pub(super) fn is_pushed_to(&self) -> bool {
        self.socket.is_some() && self.acknowledged.is_none()
    }

    /// Whether the held connect should be answered now.
    pub(super) fn is_ready(&self) -> bool {
        let worth_it = !self.is_pushed_to() && !self.waiting.is_empty();
        !self.held.is_empty() && (self.over || worth_it)
    }

    /// The number and bytes of events that wait, unacknowledged ones included.
    pub(super) fn load(&self) -> (usize, usize) {
        let sent = self.acknowledged.as_ref().map(|known| &known.sent);
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

    /// Drops the oldest event; false if there is none.
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

    /// Puts `earlier` in front.
    pub(super) fn put_back(&mut self, earlier: Self) {
        let later = core::mem::replace(self, earlier);
        self.bytes = self.bytes.saturating_add(later.bytes);
        self.events.extend(later.events);
    }
}
