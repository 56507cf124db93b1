//! The hook that fills `ext`, asked each time a message is written.

use alloc::vec::Vec;

/// What is about to be written.
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
    /// A publish to this channel
    Publish(&'a str),
    /// `/meta/disconnect`
    Disconnect,
}

/// Supplies the `ext` member of outgoing messages.
///
/// It is asked when the bytes are written, again at every resend and every re-subscription, so a
/// token, a timestamp or a replay id is never older than the frame that carries it.
pub trait Extension {
    /// Appends one JSON object to `out`, or nothing for a message without `ext`.
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>);
}

/// No `ext` at all.
impl Extension for () {
    fn write_ext(&mut self, _: Outgoing<'_>, _: &mut Vec<u8>) {}
}

impl<F: FnMut(Outgoing<'_>, &mut Vec<u8>)> Extension for F {
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        self(outgoing, out);
    }
}
