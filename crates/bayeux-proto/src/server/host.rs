//! What the server asks of whoever runs it: permission, and random bytes.

use alloc::string::String;

use super::{Lane, request::Request};

/// Decides what clients may do, answers their service messages, and supplies randomness.
///
/// The text of a refusal goes to the client exactly as it is, as the reply's `error`; Bayeux has
/// `403:/private/x:Not for you` in mind. What is refused has no other effect.
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
    /// Fills `bytes` with randomness that nobody can guess: `clientId`s are made of it, and whoever
    /// knows one of those is that client.
    fn fill_random(&mut self, bytes: &mut [u8]);

    /// Asked for each `/meta/handshake`.
    ///
    /// # Errors
    ///
    /// The text for the reply's `error`.
    fn may_handshake(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let _ = context;
        Ok(())
    }

    /// Asked for each channel of a `/meta/subscribe`, patterns and forbidden names included.
    /// [`Channel::overlaps`](crate::Channel::overlaps) tells what a pattern could match.
    ///
    /// # Errors
    ///
    /// The text for the reply's `error`.
    fn may_subscribe(&mut self, context: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        let _ = (context, channel);
        Ok(())
    }

    /// Asked for each publish.
    ///
    /// # Errors
    ///
    /// The text for the reply's `error`.
    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let _ = context;
        Ok(())
    }

    /// A message to a channel below `/service/` has been taken. An answer goes out with
    /// [`Server::deliver`](super::Server::deliver) once the payload is handed in.
    fn serve(&mut self, context: &RequestContext<'_>) {
        let _ = context;
    }
}

/// Which message a [`SecurityPolicy`] is asked about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestContext<'a> {
    /// The lane it came over.
    pub lane: Lane,
    /// Its place in the payload.
    pub index: usize,
    /// The message.
    pub request: &'a Request<'a>,
    /// Whether its `clientId` names a session that lives.
    pub is_known: bool,
}
