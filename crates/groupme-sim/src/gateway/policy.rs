//! The authorizer and the seed, as the Bayeux server asks for them.

use bayeux_proto::server::{Host, Inquiry};

use super::{
    authorizer::Authorizer,
    request::{Object, Parsed},
};
use crate::random::Random;

/// Answers the server for one payload.
pub(super) struct PayloadPolicy<'a> {
    pub(super) authorizer: &'a dyn Authorizer,
    pub(super) payload: &'a Parsed,
    pub(super) random: &'a mut Random,
    /// The channels that clients pinged by themselves.
    pub(super) pinged: Vec<Box<str>>,
}

impl PayloadPolicy<'_> {
    fn object(&self, inquiry: &Inquiry<'_>) -> Option<&Object> {
        self.payload.object(inquiry.index)
    }

    fn token(&self, inquiry: &Inquiry<'_>) -> Option<&str> {
        self.object(inquiry)?.token()
    }
}

impl Host for PayloadPolicy<'_> {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.random.next().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }

    fn may_subscribe(&mut self, inquiry: &Inquiry<'_>, channel: &str) -> Result<(), String> {
        self.authorizer.may_subscribe(self.token(inquiry), channel)
    }

    fn may_publish(&mut self, inquiry: &Inquiry<'_>) -> Result<(), String> {
        let channel = inquiry.request.channel;
        let kind = self.object(inquiry).and_then(Object::kind);
        self.authorizer
            .may_publish(self.token(inquiry), channel, kind)?;
        if kind == Some("ping") {
            self.pinged.push(channel.into());
        }
        Ok(())
    }
}
