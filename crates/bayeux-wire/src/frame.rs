//! A frame: the bytes of one WebSocket frame or HTTP body, and what they decode to.

use alloc::vec::Vec;
use core::fmt;

use crate::{
    document::Document,
    envelope::{IndexedObject, NAMES, SLOTS},
    error::DecodeError,
    members::Positions,
    message::{Message, Messages},
    node::Shape,
    value::Value,
};

/// The bytes of one batch of messages and, once a [`Decoder`](crate::Decoder) has been over them,
/// their envelopes and values.
///
/// It owns everything and borrows nothing: it can be moved, pooled, shared in an `Arc`, sent to
/// another thread and held across an `await`. What is read from it borrows from it. To share a frame,
/// share an `Arc` of it: a clone copies all of it.
#[derive(Clone, Default)]
pub struct Frame {
    document: Document,
    messages: Vec<Place>,
    /// How many elements of the batch were no objects.
    rejected: usize,
}

/// Where in the document a message is, and where in it are the members that are asked for.
#[derive(Clone, Copy)]
struct Place {
    position: u32,
    members: Positions<SLOTS>,
}

impl Frame {
    /// Creates an empty frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a frame with a copy of `bytes`.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut frame = Self::new();
        frame.extend_from_slice(bytes);
        frame
    }

    /// Empties the frame and keeps its buffers for the next one, unless they have grown far
    /// beyond what is usual.
    pub fn clear(&mut self) {
        self.document.clear();
        self.forget_messages();
    }

    /// Appends bytes as they come from the network. A frame that was decoded is emptied first:
    /// these are the next one's.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.forget_messages();
        self.document.extend(bytes);
    }

    /// The size in bytes, as received.
    pub fn len(&self) -> usize {
        self.document.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The messages in order; none before [`Decoder::decode`](crate::Decoder::decode).
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self, self.messages.len())
    }

    /// The message at `index` among [`Frame::messages`].
    #[inline]
    pub fn message(&self, index: usize) -> Option<Message<'_>> {
        let place = self.messages.get(index)?;
        let message = Value::new(&self.document, place.position);
        let members = IndexedObject::at(message, place.members);
        Some(Message::new(members, index))
    }

    /// How many elements of the batch were left out because they were no objects: `null`,
    /// numbers, texts, arrays.
    pub fn rejected(&self) -> usize {
        self.rejected
    }

    /// The whole document, once decoded.
    pub fn root(&self) -> Option<Value<'_>> {
        Value::root(&self.document)
    }

    pub(crate) fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    fn forget_messages(&mut self) {
        self.messages.clear();
        if self.messages.capacity() > KEPT_MESSAGES {
            self.messages = Vec::new();
        }
        self.rejected = 0;
    }

    /// Finds the messages of the decoded document.
    pub(crate) fn index_messages(&mut self) -> Result<(), DecodeError> {
        self.forget_messages();
        let Some(root) = Value::root(&self.document) else {
            return Err(DecodeError::Empty);
        };
        let found = match root.node().shape() {
            Shape::Object => {
                self.messages.push(Place::new(root));
                return Ok(());
            }
            Shape::Array => {
                // One by one, a hostile batch would grow the list to three times its size.
                self.messages.reserve(root.len());
                for item in root.items() {
                    if item.is_object() {
                        self.messages.push(Place::new(item));
                    } else {
                        self.rejected += 1;
                    }
                }
                return Ok(());
            }
            Shape::Null => "null",
            Shape::False | Shape::True => "a boolean",
            Shape::Integer | Shape::Decimal => "a number",
            Shape::Text => "a string",
        };
        Err(DecodeError::NotBayeux { found })
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The content may hold credentials: sizes only.
        f.debug_struct("Frame")
            .field("len", &self.len())
            .field("messages", &self.messages.len())
            .field("rejected", &self.rejected)
            .finish_non_exhaustive()
    }
}

/// How many messages the list of them may have room for and still be kept for the next frame.
const KEPT_MESSAGES: usize = 1024;

impl Place {
    fn new(message: Value<'_>) -> Self {
        Self {
            position: message.position(),
            members: Positions::of(message, NAMES),
        }
    }
}
