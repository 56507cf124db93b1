//! Messages that rules are asked about.

use core::fmt;

use bayeux_proto::server::Member;
use bayeux_wire::{Kind, Value};
use http::request::Parts;

use super::{Server, error::PublishError};

/// Message of a client.
///
/// Its session is checked after the rules were asked: a message that names no live session is
/// refused, whatever the rules say.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    value: Value<'a>,
    request: &'a Parts,
    server: &'a Server,
}

impl<'a> Message<'a> {
    pub(crate) fn new(value: Value<'a>, request: &'a Parts, server: &'a Server) -> Self {
        Self {
            value,
            request,
            server,
        }
    }

    /// Returns the channel; empty if the message names none.
    pub fn channel(&self) -> &'a str {
        self.text("channel").unwrap_or("")
    }

    /// Returns the `clientId` that the message names. It is a credential of the client.
    pub fn client_id(&self) -> Option<&'a str> {
        self.text("clientId")
    }

    /// Returns the data of a publish.
    pub fn data(&self) -> Option<Value<'a>> {
        self.get("data")
    }

    /// Returns `ext`, the place of credentials and of extensions.
    pub fn ext(&self) -> Option<Value<'a>> {
        self.get("ext")
    }

    /// Returns a member of the message.
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.value.get(name)
    }

    /// Returns the head of the HTTP request that brought the message, or that opened its websocket.
    /// Its extensions contain a [`Peer`](crate::Peer) if [`Server::serve`] accepted the connection.
    pub fn request(&self) -> &'a Parts {
        self.request
    }

    /// Returns the server.
    pub fn server(&self) -> &'a Server {
        self.server
    }

    /// Sends an answer to the client alone: an event with the channel and `id` of this message, as
    /// `CometD`'s remote calls expect. `json` is the data, one JSON value.
    ///
    /// # Errors
    ///
    /// [`PublishError`].
    pub fn reply(&self, json: &str) -> Result<(), PublishError> {
        let client = self.client_id().ok_or(PublishError::UnknownClient)?;
        let id = self.get("id").map(|id| id.to_string());
        let id = id.as_deref().map(|id| Member::new("id", id));
        self.server.send(client, self.channel(), json, id)
    }

    /// Returns the channels of a `/meta/subscribe`, in the form in which the server reads them.
    pub(crate) fn subscriptions(&self) -> Vec<String> {
        let text = |value: Value<'_>| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        match self.get("subscription").map(|value| (value, value.kind())) {
            None | Some((_, Kind::Null)) => Vec::new(),
            Some((_, Kind::Array(values))) => values.map(text).collect(),
            Some((value, _)) => vec![text(value)],
        }
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str)
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `clientId` and `ext` are credentials, and `data` is private.
        f.debug_struct("Message")
            .field("channel", &self.channel())
            .finish_non_exhaustive()
    }
}
