//! A frame: the bytes of one WebSocket frame or HTTP body, and their decoded form.

use alloc::vec::Vec;
use core::fmt;

use crate::{
    document::Document,
    envelope::{IndexedMessage, KEYS, SLOTS},
    error::DecodeError,
    indexed_object::Positions,
    message::{Message, Messages},
    node::Shape,
    value::{Value, ValueIndex},
};

/// The bytes of one batch of messages and, once a [`Decoder`](crate::Decoder) has parsed them,
/// their envelopes and values.
///
/// A frame owns its content and borrows nothing: it can be moved, pooled, shared in an `Arc`, sent
/// to another thread and held across an `await`. Messages and values borrow from the frame. To
/// share a frame, share an `Arc` of it: `clone` copies the whole content.
#[derive(Clone, Default)]
pub struct Frame {
    document: Document,
    messages: Vec<MessageIndex>,
    /// Number of elements of the batch that were not objects.
    rejected: usize,
}

/// Location of a message in the document, and of its indexed keys.
#[derive(Clone, Copy)]
struct MessageIndex {
    position: u32,
    keys: Positions<SLOTS>,
}

impl Frame {
    /// Creates an empty frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a frame that holds a copy of `bytes`, not yet decoded.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut frame = Self::new();
        frame.extend_from_slice(bytes);
        frame
    }

    /// Empties the frame and keeps its buffers for the next one, unless they have grown far
    /// beyond the usual size.
    pub fn clear(&mut self) {
        self.document.clear();
        self.clear_messages();
    }

    /// Appends bytes as they arrive from the network. A decoded frame is emptied first: the bytes
    /// belong to the next one.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.clear_messages();
        self.document.extend(bytes);
    }

    /// Returns the size as received, in bytes.
    pub fn len(&self) -> usize {
        self.document.len()
    }

    /// Returns whether the frame holds no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the messages in order. Empty before [`Decoder::decode`](crate::Decoder::decode).
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self, self.messages.len())
    }

    /// Returns the message at `index` of [`Frame::messages`].
    #[inline]
    pub fn message(&self, index: usize) -> Option<Message<'_>> {
        let entry = self.messages.get(index)?;
        let message = Value::new(&self.document, entry.position);
        let message = IndexedMessage::from_positions(message, entry.keys);
        Some(Message::new(message, index))
    }

    /// Returns the number of elements of the batch that were skipped because they were not objects
    /// but `null`, booleans, numbers, strings or arrays.
    pub fn rejected(&self) -> usize {
        self.rejected
    }

    /// Returns the whole document, once decoded.
    pub fn root(&self) -> Option<Value<'_>> {
        Value::root(&self.document)
    }

    /// Returns the value at a [index](Value::index) of this frame. `null` if the frame has no such
    /// index, or is not decoded.
    #[inline]
    pub fn value(&self, index: ValueIndex) -> Value<'_> {
        Value::new(&self.document, index.0)
    }

    pub(crate) fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    fn clear_messages(&mut self) {
        self.messages.clear();
        if self.messages.capacity() > MAX_KEPT_MESSAGES {
            self.messages = Vec::new();
        }
        self.rejected = 0;
    }

    /// Indexes the messages of the decoded document.
    pub(crate) fn index_messages(&mut self) -> Result<(), DecodeError> {
        self.clear_messages();
        let Some(root) = Value::root(&self.document) else {
            return Err(DecodeError::Empty);
        };
        let found = match root.node().shape() {
            Shape::Object => {
                self.messages.push(MessageIndex::new(root));
                return Ok(());
            }
            Shape::Array => {
                // Growing by doubling would let a hostile batch take three times the memory.
                self.messages.reserve(root.len());
                for item in root.items() {
                    if item.is_object() {
                        self.messages.push(MessageIndex::new(item));
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
        // The content may hold credentials, so only sizes are shown.
        f.debug_struct("Frame")
            .field("len", &self.len())
            .field("messages", &self.messages.len())
            .field("rejected", &self.rejected)
            .finish_non_exhaustive()
    }
}

/// Capacity above which the list of messages is freed instead of kept for the next frame.
const MAX_KEPT_MESSAGES: usize = 1024;

impl MessageIndex {
    fn new(message: Value<'_>) -> Self {
        Self {
            position: message.position(),
            keys: Positions::of(message, KEYS),
        }
    }
}
