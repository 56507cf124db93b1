//! What the gateway keeps of one client.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
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
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) subscriptions: BTreeSet<Box<str>>,
    /// The socket that events are pushed to: the last one that sent a `/meta/connect`, even if it
    /// is dead by now.
    pub(super) socket: Option<Lane>,
    /// The connect that waits for its answer.
    pub(super) held: Option<Held>,
    /// Events that nobody has collected yet.
    pub(super) waiting: VecDeque<EventText>,
    /// Set when the server lost the session, but its held connect will still be answered.
    pub(super) forgotten: bool,
}

/// A `/meta/connect` that waits for its answer.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) batch: BatchId,
    pub(super) reply: Reply,
}

impl Session {
    /// Whether the held connect should be answered because there is something to put behind it.
    pub(super) fn is_ready(&self) -> bool {
        self.held.is_some() && self.socket.is_none() && !self.waiting.is_empty()
    }
}
