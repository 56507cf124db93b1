//! Extensions: hooks that see each message as it is written and as it arrives.

mod ack;
mod replay;
mod stack;
mod time_sync;

use alloc::vec::Vec;

pub use self::{ack::Ack, replay::Replay, time_sync::TimeSync};
use crate::{Instant, Message};

/// Message about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outgoing<'a> {
    /// `/meta/handshake`
    Handshake,
    /// `/meta/connect`
    Connect,
    /// `/meta/subscribe` to this channel
    Subscribe(&'a str),
    /// `/meta/unsubscribe` from this channel
    Unsubscribe(&'a str),
    /// Publish to this channel
    Publish(&'a str),
    /// `/meta/disconnect`
    Disconnect,
}

/// Extension of the protocol (Bayeux specification, section "ext"): adds members to outgoing
/// messages, and reads received ones.
///
/// The hooks for outgoing messages are called when the bytes are written, and again for every
/// re-subscription, so a token, a timestamp or a replay id is never older than the frame that
/// carries it. A closure `FnMut(Outgoing<'_>, &mut Vec<u8>)` is an extension that writes `ext`, and
/// a tuple of up to four extensions is an extension: each hook is called in order, and the `ext` of
/// all is joined into one object.
///
/// [`Ack`], [`Replay`] and [`TimeSync`] are ready for use. Another one counts the messages of both
/// directions, as the activity extension of `CometD` does:
///
/// ```
/// use bayeux_proto::{Config, Extension, Instant, Message, Outgoing, Payload, Session};
///
/// #[derive(Default)]
/// struct Activity { now: Instant, sent: u64, received: u64, events: u64, last_event: Instant }
///
/// impl Extension for Activity {
///     fn advance(&mut self, now: Instant) {
///         self.now = now;
///     }
///     fn write_ext(&mut self, _: Outgoing<'_>, _: &mut Vec<u8>) {
///         self.sent += 1;
///     }
///     fn incoming(&mut self, message: &Message<'_>, _: &dyn Payload) {
///         self.received += 1;
///         if message.has_data {
///             (self.events, self.last_event) = (self.events + 1, self.now);
///         }
///     }
/// }
///
/// let (mut activity, now) = (Activity::default(), Instant::from_millis(5));
/// let mut session = Session::new(Config::default(), 1);
/// session.connect(now);
/// let open = session.poll_action(now, &mut activity, &mut Vec::new()).unwrap();
/// session.handle_open(now, open.lane());
/// session.poll_action(now, &mut activity, &mut Vec::new()); // the handshake
/// let event = Message { channel: "/news", has_data: true, ..Message::default() };
/// activity.incoming(&event, &()); // a driver does so before `handle_message`
/// assert_eq!((activity.sent, activity.received, activity.events), (1, 1, 1));
/// assert_eq!(activity.last_event, now);
/// ```
pub trait Extension {
    /// Receives the time, before a batch is written and before a message is received. Default:
    /// nothing.
    fn advance(&mut self, now: Instant) {
        let _ = now;
    }

    /// Appends one JSON object to `out`, the value of `ext`, or nothing for a message without
    /// `ext`.
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>);

    /// Adds members other than `ext`, such as `timestamp`. Default: none.
    fn write_members(&mut self, outgoing: Outgoing<'_>, members: &mut Members<'_>) {
        let _ = (outgoing, members);
    }

    /// Reads a received message, whatever its kind. The driver calls the hook before
    /// [`Session::handle_message`](crate::Session::handle_message), so what an extension learns
    /// counts in whatever the session sends in return. Default: nothing.
    fn incoming(&mut self, message: &Message<'_>, payload: &dyn Payload) {
        let _ = (message, payload);
    }

    /// Returns whether events are to be delivered only with the connect reply behind them, because
    /// the server repeats them if that reply is lost. Default: false.
    fn defers_events(&self) -> bool {
        false
    }
}

/// Access to the members of a received message that its envelope leaves out, such as `ext` and
/// `data`, implemented by the embedder's parser. A path names a member in nested objects:
/// `["data", "event", "replayId"]`.
pub trait Payload {
    /// Returns the string at `path`.
    fn text(&self, path: &[&str]) -> Option<&str>;

    /// Returns the integer at `path`; none for a number with a fraction or beyond `i64`.
    fn integer(&self, path: &[&str]) -> Option<i64>;

    /// Returns the boolean at `path`.
    fn boolean(&self, path: &[&str]) -> Option<bool>;
}

/// Payload without members, for messages that consist of their envelope.
impl Payload for () {
    fn text(&self, _: &[&str]) -> Option<&str> {
        None
    }

    fn integer(&self, _: &[&str]) -> Option<i64> {
        None
    }

    fn boolean(&self, _: &[&str]) -> Option<bool> {
        None
    }
}

/// Extension that adds and reads nothing.
impl Extension for () {
    fn write_ext(&mut self, _: Outgoing<'_>, _: &mut Vec<u8>) {}
}

impl<F: FnMut(Outgoing<'_>, &mut Vec<u8>)> Extension for F {
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        self(outgoing, out);
    }
}

/// Members being added to an outgoing message by [`Extension::write_members`].
pub struct Members<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Members<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Adds a member whose value is the text `json`, one JSON value. Returns false, and adds
    /// nothing, for a name that the session writes itself, such as `id` and `clientId`.
    pub fn add(&mut self, name: &str, json: &str) -> bool {
        if RESERVED.contains(&name) {
            return false;
        }
        self.out.push(b',');
        crate::encode::write_string(self.out, name);
        self.out.push(b':');
        self.out.extend_from_slice(json.as_bytes());
        true
    }
}

impl core::fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The message holds the clientId and `ext`.
        f.debug_struct("Members").finish_non_exhaustive()
    }
}

/// Members that the session or [`Extension::write_ext`] writes.
const RESERVED: [&str; 11] = [
    "channel",
    "id",
    "clientId",
    "connectionType",
    "supportedConnectionTypes",
    "version",
    "subscription",
    "advice",
    "data",
    "ext",
    "successful",
];
