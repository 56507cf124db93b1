//! Permission and randomness, supplied by the embedder.

use alloc::string::String;

use super::request::Request;
use crate::LaneId;

/// Security policy: permissions of clients, answers of services, and a source of randomness.
///
/// The text of a refusal is sent to the client unchanged, as the `error` of the reply; Bayeux
/// suggests the form `403:/private/x:Not for you`. A refused request has no other effect.
///
/// ```
/// use bayeux_proto::{Channel, server::{SecurityPolicy, RequestContext}};
///
/// struct OwnRules { private: Channel }
///
/// impl SecurityPolicy for OwnRules {
///     fn fill_random(&mut self, bytes: &mut [u8]) {
///         bytes.fill(4); // `getrandom::fill(bytes)` is better
///     }
///
///     fn may_subscribe(&mut self, _: &RequestContext<'_>, channel: &str) -> Result<(), String> {
///         // A pattern that could match a private channel is as private as that.
///         if self.private.overlaps(channel) {
///             return Err(format!("403:{channel}:Not for you"));
///         }
///         Ok(())
///     }
/// }
/// # let mut rules = OwnRules { private: Channel::new("/private/**").unwrap() };
/// # assert!(rules.private.overlaps("/**") && !rules.private.overlaps("/public"));
/// ```
pub trait SecurityPolicy {
    /// Fills `bytes` with unpredictable randomness. `clientId`s are made of it, and knowing one
    /// suffices to act as that client.
    fn fill_random(&mut self, bytes: &mut [u8]);

    /// Authorises a `/meta/handshake`.
    ///
    /// # Errors
    ///
    /// Text for the `error` of the reply.
    fn may_handshake(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let _ = context;
        Ok(())
    }

    /// Authorises each channel of a `/meta/subscribe`, including patterns and forbidden names.
    /// [`Channel::overlaps`](crate::Channel::overlaps) returns whether a pattern matches protected
    /// channels.
    ///
    /// # Errors
    ///
    /// Text for the `error` of the reply.
    fn may_subscribe(&mut self, context: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        let _ = (context, channel);
        Ok(())
    }

    /// Authorises a publish.
    ///
    /// # Errors
    ///
    /// Text for the `error` of the reply.
    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let _ = context;
        Ok(())
    }

    /// Handles a publish to a channel below `/service/`.
    /// [`Server::deliver`](super::Server::deliver) sends an answer, once `handle_payload` has
    /// returned.
    fn serve(&mut self, context: &RequestContext<'_>) {
        let _ = context;
    }
}

/// Message for which a [`SecurityPolicy`] is asked.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestContext<'a> {
    /// Lane of the message.
    pub lane: LaneId,
    /// Index of the message in the payload.
    pub index: usize,
    /// Message itself.
    pub request: &'a Request<'a>,
    /// Whether its `clientId` names a live session.
    pub is_known: bool,
}
