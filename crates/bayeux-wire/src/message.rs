//! A message of a batch.

use core::{fmt, iter::FusedIterator};

use crate::{
    envelope::{self, IndexedMessage, member},
    frame::Frame,
    value::Value,
};

/// A message of a decoded [`Frame`]: an envelope for the session, `data` for the application.
#[derive(Clone, Copy)]
pub struct Message<'f> {
    object: IndexedMessage<'f>,
    index: usize,
}

impl<'f> Message<'f> {
    #[inline]
    pub(crate) fn new(object: IndexedMessage<'f>, index: usize) -> Self {
        Self { object, index }
    }

    /// Returns the index among [`Frame::messages`]; [`Frame::message`] finds the message again.
    pub fn index(self) -> usize {
        self.index
    }

    /// Reads the envelope (Bayeux specification, section "Message fields"). Members of an
    /// unexpected type are absent, and the last of repeated keys counts.
    pub fn envelope(self) -> bayeux_proto::Message<'f> {
        envelope::read(&self.object)
    }

    /// Returns `channel`, or an empty string if it is absent or not a string.
    pub fn channel(self) -> &'f str {
        member!(self.object, "channel")
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    /// Returns `data`, of any type, `null` included.
    #[inline]
    pub fn data(self) -> Option<Value<'f>> {
        member!(self.object, "data")
    }

    /// Returns `ext`, of any type. It may hold credentials.
    pub fn ext(self) -> Option<Value<'f>> {
        member!(self.object, "ext")
    }

    /// Returns the whole message object.
    pub fn value(self) -> Value<'f> {
        self.object.object()
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `clientId` and `ext` are credentials, and `data` is private.
        f.debug_struct("Message")
            .field("index", &self.index)
            .field("channel", &self.channel())
            .field("members", &self.value().len())
            .finish_non_exhaustive()
    }
}

/// Iterator over the messages of a [`Frame`], in order.
#[derive(Clone, Debug)]
pub struct Messages<'f> {
    frame: &'f Frame,
    next: usize,
    end: usize,
}

impl<'f> Messages<'f> {
    pub(crate) fn new(frame: &'f Frame, end: usize) -> Self {
        Self {
            frame,
            next: 0,
            end,
        }
    }
}

impl<'f> Iterator for Messages<'f> {
    type Item = Message<'f>;

    fn next(&mut self) -> Option<Self::Item> {
        let message = self.frame.message(self.next)?;
        self.next += 1;
        Some(message)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Messages<'_> {}
impl FusedIterator for Messages<'_> {}
