//! Sessions and subscriptions, as they come and go.

use bayeux_proto::server::ServerEvent;
use tokio::sync::broadcast::{self, error::RecvError};

/// Stream of the events of a [`Server`](crate::Server), in their order, since its creation.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<ServerEvent>);

/// Item of [`Events`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Start or end of a session or subscription.
    Server(ServerEvent),
    /// Events that were dropped because the stream was read too slowly.
    Missed(u64),
}

impl Events {
    pub(crate) fn new(receiver: broadcast::Receiver<ServerEvent>) -> Self {
        Self(receiver)
    }

    /// Waits for the next event. Returns `None` once all handles of the server are gone.
    /// Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(Event::Server(event)),
            Err(RecvError::Lagged(events)) => Some(Event::Missed(events)),
            Err(RecvError::Closed) => None,
        }
    }
}

/// Events that wait for a slow reader.
pub(crate) const CAPACITY: usize = 1024;
