//! Requests on the wire.

use crate::{Channel, Extension, Outgoing, PublishId, encode::Batch};

/// Request that has a reply, other than a handshake or connect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Subscribe(Channel),
    Unsubscribe(Channel),
    Publish(PublishId, Channel),
    /// Repeats a confirmed subscription, to check that the session is alive.
    Probe(Channel),
    Disconnect,
}

impl Request {
    /// Returns the channel of the message and of its reply, and the `subscription` of both.
    pub(super) fn channels(&self) -> (&str, Option<&str>) {
        match self {
            Self::Subscribe(channel) | Self::Probe(channel) => {
                ("/meta/subscribe", Some(channel.as_str()))
            }
            Self::Unsubscribe(channel) => ("/meta/unsubscribe", Some(channel.as_str())),
            Self::Publish(_, channel) => (channel.as_str(), None),
            Self::Disconnect => ("/meta/disconnect", None),
        }
    }

    /// Writes the request; `json` is the payload of a publish.
    pub(super) fn write(
        &self,
        json: &str,
        id: u64,
        client_id: &str,
        batch: &mut Batch<'_>,
        ext: &mut impl Extension,
    ) {
        let (channel, subscription) = self.channels();
        let mut item = batch.item(channel, id).text("clientId", client_id);
        if let Some(subscription) = subscription {
            item = item.text("subscription", subscription);
        }
        if let Self::Publish(..) = self {
            item = item.raw("data", json);
        }
        item.finish(ext, self.outgoing());
    }

    fn outgoing(&self) -> Outgoing<'_> {
        match self {
            Self::Subscribe(channel) | Self::Probe(channel) => {
                Outgoing::Subscribe(channel.as_str())
            }
            Self::Unsubscribe(channel) => Outgoing::Unsubscribe(channel.as_str()),
            Self::Publish(_, channel) => Outgoing::Publish(channel.as_str()),
            Self::Disconnect => Outgoing::Disconnect,
        }
    }
}
