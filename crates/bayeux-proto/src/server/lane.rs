//! Lanes of the server: sockets and HTTP exchanges.

use alloc::{boxed::Box, collections::BTreeSet};

use super::id::{BatchId, ClientId};

/// Kind of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Bayeux has no third state that a client of today uses"
)]
pub enum LaneKind {
    /// WebSocket: any number of batches in both directions.
    Socket,
    /// HTTP exchange: one batch in, one out.
    Exchange,
}

/// State of an open lane.
pub(super) struct LaneState {
    pub(super) kind: LaneKind,
    /// Session whose events are pushed over this socket.
    pub(super) client: Option<ClientId>,
    /// Cookie of the request that began the lane.
    pub(super) cookie: Option<Box<str>>,
    /// Whether the cookie has yet to be sent to the client.
    pub(super) is_cookie_new: bool,
    /// Whether an exchange has received its one batch.
    pub(super) has_payload: bool,
    /// Batches received over the lane and not answered yet.
    pub(super) open_batches: BTreeSet<BatchId>,
}

impl LaneState {
    pub(super) fn new(kind: LaneKind) -> Self {
        Self {
            kind,
            client: None,
            cookie: None,
            is_cookie_new: false,
            has_payload: false,
            open_batches: BTreeSet::new(),
        }
    }
}
