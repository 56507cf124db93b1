//! Replay extension of Salesforce.

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use super::{Extension, Outgoing, Payload};
use crate::{Message, ServerError, encode::write_string};

/// Replay extension of Salesforce: each subscription names the replay id of the last event that
/// arrived on its channel, and the server sends the later ones again.
///
/// Ids are kept by channel, for as long as this value lives, across sessions. A program that
/// restarts saves [`Replay::id_of`] each event once the event is processed, and restores the ids
/// with [`Replay::set`].
///
/// Ids are sent when subscribing, so events that were lost with a response come again only in the
/// next session. With [`Resume::FreshHandshake`](crate::Resume::FreshHandshake) that is at once:
/// every broken poll leads to a new session, which asks for all that followed the last event.
///
/// A server keeps events for some days. A subscription refused because of its replay id forgets the
/// id, and its next request, by
/// [`Session::renew`](crate::Session::renew) or in the next session, begins at the start given to
/// [`Replay::new`].
#[derive(Clone, Debug)]
pub struct Replay {
    start: i64,
    ids: BTreeMap<String, i64>,
    is_on: bool,
}

impl Replay {
    /// Replay id before the first new event: only new events are sent.
    pub const TIP: i64 = -1;
    /// Replay id before the earliest event that the server keeps: all of them are sent.
    pub const EARLIEST: i64 = -2;

    /// Creates the extension. A channel whose latest id is unknown begins at `start`:
    /// [`Replay::TIP`], [`Replay::EARLIEST`] or an id.
    pub fn new(start: i64) -> Self {
        Self {
            start,
            ids: BTreeMap::new(),
            is_on: false,
        }
    }

    /// Sets the id that a channel continues behind.
    pub fn set(&mut self, channel: &str, id: i64) {
        self.ids.insert(topic(channel).to_owned(), id);
    }

    /// Returns the latest id that arrived on a channel, or was set.
    pub fn latest(&self, channel: &str) -> Option<i64> {
        self.ids.get(topic(channel)).copied()
    }

    /// Returns all channels with their ids, in the order of their names.
    pub fn ids(&self) -> impl Iterator<Item = (&str, i64)> {
        self.ids.iter().map(|(channel, id)| (channel.as_str(), *id))
    }

    /// Returns whether the server confirmed in the latest handshake that it replays events.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Returns the replay id of an event.
    pub fn id_of(payload: &dyn Payload) -> Option<i64> {
        payload.integer(&["data", "event", "replayId"])
    }
}

impl Extension for Replay {
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        match outgoing {
            Outgoing::Handshake => out.extend_from_slice(br#"{"replay":true}"#),
            Outgoing::Subscribe(channel) => {
                out.extend_from_slice(br#"{"replay":{"#);
                write_string(out, topic(channel));
                out.push(b':');
                let id = self.latest(channel).unwrap_or(self.start);
                out.extend_from_slice(id.to_string().as_bytes());
                out.extend_from_slice(b"}}");
            }
            _ => {}
        }
    }

    fn incoming(&mut self, message: &Message<'_>, payload: &dyn Payload) {
        match (message.channel, message.successful) {
            ("/meta/handshake", Some(true)) => {
                self.is_on = payload.boolean(&["ext", "replay"]) == Some(true);
            }
            ("/meta/subscribe", Some(false)) => {
                let error = ServerError::parse(message.error.unwrap_or_default());
                let is_id = error.code == Some(400) && error.text.contains("replayId");
                if let Some(channel) = message.subscription.filter(|_| is_id) {
                    self.ids.remove(topic(channel));
                }
            }
            (channel, _) if message.has_data && !channel.starts_with("/meta/") => {
                if let Some(id) = Self::id_of(payload) {
                    self.set(channel, id);
                }
            }
            _ => {}
        }
    }
}

/// Returns the channel without the filter of a filtered subscription.
fn topic(channel: &str) -> &str {
    channel.split('?').next().unwrap_or(channel)
}
