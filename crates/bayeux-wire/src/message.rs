//! One message of a batch.

use core::{fmt, iter::FusedIterator};

use crate::{
    envelope::{self, IndexedObject, member},
    frame::Frame,
    value::Value,
};

/// One message of a decoded [`Frame`]: an envelope for the session, `data` for the application.
#[derive(Clone, Copy)]
pub struct Message<'f> {
    members: IndexedObject<'f>,
    index: usize,
}

impl<'f> Message<'f> {
    #[inline]
    pub(crate) fn new(members: IndexedObject<'f>, index: usize) -> Self {
        Self { members, index }
    }

    /// Its place among [`Frame::messages`]: keep it with the frame to find the message again.
    pub fn index(self) -> usize {
        self.index
    }

    /// Reads the envelope (Bayeux specification, section "Message fields"). IndexedObject of an
    /// unexpected type are absent, and of repeated ones the last counts.
    pub fn envelope(self) -> bayeux_proto::Message<'f> {
        envelope::read(&self.members)
    }

    /// `channel`; empty when absent.
    pub fn channel(self) -> &'f str {
        member!(self.members, "channel")
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    /// `data`, whatever it is, `null` included.
    #[inline]
    pub fn data(self) -> Option<Value<'f>> {
        member!(self.members, "data")
    }

    /// `ext`, whatever it is. It may hold credentials.
    pub fn ext(self) -> Option<Value<'f>> {
        member!(self.members, "ext")
    }

    /// The whole message object.
    pub fn value(self) -> Value<'f> {
        self.members.object()
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

/// The messages of a [`Frame`], in order.
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
