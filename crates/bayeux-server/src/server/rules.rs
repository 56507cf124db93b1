//! Rules of a server: permissions, and answers to services.

use core::{future, pin::Pin};

use http::{StatusCode, request::Parts};

use super::message::Message;

/// Permissions of clients, and answers to their remote calls. Each method has a default that
/// permits, or does nothing.
///
/// The text of a refusal is sent to the client as the `error` of the reply; Bayeux suggests the form
/// `403:/private/x:Not for you`. A refused message has no other effect.
///
/// The methods hold no lock of the server, and the client's next message waits for them.
pub trait Rules: Send + Sync + 'static {
    /// Admits an HTTP request, by its headers, before anything else is read: a poll, a publish, or
    /// an upgrade to a websocket.
    ///
    /// # Errors
    ///
    /// Status of the response, such as 401.
    fn admit(&self, request: &Parts) -> impl Future<Output = Result<(), StatusCode>> + Send {
        let _ = request;
        future::ready(Ok(()))
    }

    /// Authorises a handshake.
    ///
    /// # Errors
    ///
    /// Text for the `error` of the reply.
    fn may_handshake(
        &self,
        message: &Message<'_>,
    ) -> impl Future<Output = Result<(), String>> + Send {
        let _ = message;
        future::ready(Ok(()))
    }

    /// Authorises each channel of a subscription, patterns and forbidden names included.
    /// [`Channel::overlaps`](bayeux_proto::Channel::overlaps) returns whether a pattern matches
    /// protected channels.
    ///
    /// # Errors
    ///
    /// Text for the `error` of the reply.
    fn may_subscribe(
        &self,
        message: &Message<'_>,
        channel: &str,
    ) -> impl Future<Output = Result<(), String>> + Send {
        let _ = (message, channel);
        future::ready(Ok(()))
    }

    /// Authorises a publish, to a service channel too.
    ///
    /// # Errors
    ///
    /// Text for the `error` of the reply.
    fn may_publish(
        &self,
        message: &Message<'_>,
    ) -> impl Future<Output = Result<(), String>> + Send {
        let _ = message;
        future::ready(Ok(()))
    }

    /// Learns of a new subscription, for example to send its client the current state by
    /// [`Server::deliver`](crate::Server::deliver).
    fn subscribed(&self, message: &Message<'_>, channel: &str) -> impl Future<Output = ()> + Send {
        let _ = (message, channel);
        future::ready(())
    }

    /// Answers a publish below `/service/`, which no other client receives:
    /// [`Message::reply`] sends the answer.
    fn serve(&self, message: &Message<'_>) -> impl Future<Output = ()> + Send {
        let _ = message;
        future::ready(())
    }
}

/// Rules that permit everything to everybody.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit struct without state")]
pub struct AllowAll;

impl Rules for AllowAll {}

type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Rules`] as an object, so that servers are of one type.
pub(crate) trait DynRules: Send + Sync {
    fn admit<'a>(&'a self, request: &'a Parts) -> Pending<'a, Result<(), StatusCode>>;
    fn may_handshake<'a>(&'a self, message: &'a Message<'a>) -> Pending<'a, Result<(), String>>;
    fn may_subscribe<'a>(
        &'a self,
        message: &'a Message<'a>,
        channel: &'a str,
    ) -> Pending<'a, Result<(), String>>;
    fn may_publish<'a>(&'a self, message: &'a Message<'a>) -> Pending<'a, Result<(), String>>;
    fn subscribed<'a>(&'a self, message: &'a Message<'a>, channel: &'a str) -> Pending<'a, ()>;
    fn serve<'a>(&'a self, message: &'a Message<'a>) -> Pending<'a, ()>;
}

impl<R: Rules> DynRules for R {
    fn admit<'a>(&'a self, request: &'a Parts) -> Pending<'a, Result<(), StatusCode>> {
        Box::pin(Rules::admit(self, request))
    }

    fn may_handshake<'a>(&'a self, message: &'a Message<'a>) -> Pending<'a, Result<(), String>> {
        Box::pin(Rules::may_handshake(self, message))
    }

    fn may_subscribe<'a>(
        &'a self,
        message: &'a Message<'a>,
        channel: &'a str,
    ) -> Pending<'a, Result<(), String>> {
        Box::pin(Rules::may_subscribe(self, message, channel))
    }

    fn may_publish<'a>(&'a self, message: &'a Message<'a>) -> Pending<'a, Result<(), String>> {
        Box::pin(Rules::may_publish(self, message))
    }

    fn subscribed<'a>(&'a self, message: &'a Message<'a>, channel: &'a str) -> Pending<'a, ()> {
        Box::pin(Rules::subscribed(self, message, channel))
    }

    fn serve<'a>(&'a self, message: &'a Message<'a>) -> Pending<'a, ()> {
        Box::pin(Rules::serve(self, message))
    }
}
