//! Handle of a server.

mod error;
mod events;
mod http_service;
mod lane;
mod listener;
mod message;
mod options;
mod origins;
mod phase;
mod rules;
mod shared;
mod verdicts;
mod write_timeout;

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_proto::{Channel, server::Member};
use bayeux_wire::Frame;
use tokio::time;

pub use self::{
    error::PublishError,
    events::{Event, Events},
    http_service::BoxError,
    listener::Peer,
    message::Message,
    options::Options,
    origins::Origins,
    rules::{AllowAll, Rules},
};
use self::{phase::Phase, shared::Shared};

/// Bayeux server. Clones are handles of the same server.
///
/// Sessions and timers live as long as a handle, or a connection of a client. The methods that
/// change something never wait for a client.
#[derive(Clone)]
pub struct Server {
    pub(crate) shared: Arc<Shared>,
}

/// Numbers of a server at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Live sessions.
    pub sessions: usize,
    /// Open websockets.
    pub sockets: usize,
    /// Unanswered requests: held polls, for the most part.
    pub exchanges: usize,
}

impl Server {
    /// Creates a server without clients. [`serve`](Self::serve) gives it a listener, and
    /// [`call`](Self::call) a single request.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub fn new(rules: impl Rules, options: Options) -> Self {
        Self {
            shared: Shared::new(Box::new(rules), options),
        }
    }

    /// Publishes an event to all subscribers of a channel. `json` is its data, one JSON value.
    ///
    /// # Errors
    ///
    /// [`PublishError::Channel`] and [`PublishError::Json`]; nothing was sent then.
    pub fn publish(&self, channel: &str, json: &str) -> Result<(), PublishError> {
        self.check(channel, json)?;
        let members = [Member::new("data", json)];
        self.shared
            .act(|core, now| core.server.publish(now, channel, &members));
        Ok(())
    }

    /// Sends an event to one client, subscribed or not. `json` is its data, one JSON value.
    ///
    /// # Errors
    ///
    /// [`PublishError`]; nothing was sent then.
    pub fn deliver(&self, client_id: &str, channel: &str, json: &str) -> Result<(), PublishError> {
        self.send(client_id, channel, json, None)
    }

    pub(crate) fn send(
        &self,
        client_id: &str,
        channel: &str,
        json: &str,
        id: Option<Member<'_>>,
    ) -> Result<(), PublishError> {
        self.check(channel, json)?;
        let members: Vec<_> = id.into_iter().chain([Member::new("data", json)]).collect();
        let (is_known, _) = self
            .shared
            .act(|core, now| core.server.deliver(now, client_id, channel, &members));
        is_known.then_some(()).ok_or(PublishError::UnknownClient)
    }

    /// Checks an event of the program, whose text goes to clients as it is.
    fn check(&self, channel: &str, json: &str) -> Result<(), PublishError> {
        let is_event =
            |channel: &Channel| !channel.is_pattern() && !channel.as_str().starts_with("/meta/");
        if !Channel::lenient(channel).is_ok_and(|channel| is_event(&channel)) {
            return Err(PublishError::Channel(channel.to_owned()));
        }
        let mut frame = Frame::from_bytes(json.as_bytes());
        self.shared
            .is_json(&mut frame)
            .then_some(())
            .ok_or(PublishError::Json)
    }

    /// Returns the `clientId`s of all sessions, sorted. Whoever knows one can act as its client.
    pub fn clients(&self) -> Vec<String> {
        self.shared
            .read(|core| core.server.sessions().map(str::to_owned).collect())
    }

    /// Returns the number of sessions subscribed to exactly this channel or pattern.
    pub fn subscribers(&self, channel: &str) -> usize {
        self.shared.read(|core| core.server.listeners(channel))
    }

    /// Returns the numbers of sessions and connections.
    pub fn status(&self) -> Status {
        self.shared.read(|core| Status {
            sessions: core.server.sessions().count(),
            sockets: core.sockets,
            exchanges: core.exchanges,
        })
    }

    /// Returns the events from now on: sessions and subscriptions that come and go.
    pub fn events(&self) -> Events {
        Events::new(self.shared.events.subscribe())
    }

    /// Ends a session as the profile does. Returns false if there is no such session.
    pub fn end_session(&self, client_id: &str) -> bool {
        let (existed, _) = self
            .shared
            .act(|core, now| core.server.end_session(now, client_id));
        existed
    }

    /// Ends the server: nothing new is accepted, held polls are answered, and websockets are closed
    /// with code 1001 after all their outputs. Returns when all clients have gone; what is still
    /// open after `grace` is dropped.
    pub async fn shut_down(&self, grace: Duration) {
        let life = &self.shared.life;
        self.shared.act(|core, now| core.server.shut_down(now));
        life.begin(Phase::Draining);
        let _ = time::timeout(grace, life.until_idle()).await;
        life.begin(Phase::Stopped);
        life.until_idle().await;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
