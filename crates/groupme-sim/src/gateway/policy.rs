//! Adapter from [`Authorizer`] and seed to the Bayeux server's [`SecurityPolicy`].

use bayeux_proto::server::{RequestContext, SecurityPolicy};

use super::{
    authorizer::Authorizer,
    request::{Object, Parsed},
};
use crate::random::Random;

/// Security policy for the messages of one payload.
pub(super) struct PayloadPolicy<'a> {
    pub(super) authorizer: &'a dyn Authorizer,
    pub(super) payload: &'a Parsed,
    pub(super) random: &'a mut Random,
    /// Channels on which clients have published a ping.
    pub(super) pinged: Vec<Box<str>>,
}

impl PayloadPolicy<'_> {
    fn object(&self, context: &RequestContext<'_>) -> Option<&Object> {
        self.payload.object(context.index)
    }

    fn token(&self, context: &RequestContext<'_>) -> Option<&str> {
        self.object(context)?.token()
    }
}

impl SecurityPolicy for PayloadPolicy<'_> {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.random.next().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }

    fn may_subscribe(&mut self, context: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        self.authorizer.may_subscribe(self.token(context), channel)
    }

    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        let channel = context.request.message.channel;
        let kind = self.object(context).and_then(Object::kind);
        self.authorizer
            .may_publish(self.token(context), channel, kind)?;
        if kind == Some("ping") {
            self.pinged.push(channel.into());
        }
        Ok(())
    }
}
