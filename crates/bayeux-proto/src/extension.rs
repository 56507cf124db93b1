//! Hook that supplies `ext` each time a message is written.

use alloc::vec::Vec;

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

/// Supplies the `ext` member of outgoing messages.
///
/// The hook is called when the bytes are written, and again for every re-subscription, so a token,
/// a timestamp or a replay id is never older than the frame that carries it.
pub trait Extension {
    /// Appends one JSON object to `out`, or nothing for a message without `ext`.
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>);
}

/// Extension that adds no `ext`.
impl Extension for () {
    fn write_ext(&mut self, _: Outgoing<'_>, _: &mut Vec<u8>) {}
}

impl<F: FnMut(Outgoing<'_>, &mut Vec<u8>)> Extension for F {
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        self(outgoing, out);
    }
}
