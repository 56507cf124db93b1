//! A frame: the bytes of one WebSocket frame or HTTP body, and what they decode to.

use core::fmt;

use crate::{
    document::{Document, KEPT_NODES},
    error::DecodeError,
    message::{Message, Messages},
    node::Node,
    value::Value,
};

/// The bytes of one batch of messages and, once a [`Decoder`](crate::Decoder) has been over them,
/// their envelopes and values.
///
/// It owns everything and refers to nothing: it can be moved, pooled, shared in an `Arc`, sent to
/// another thread and held across an `await`. What is read from it borrows from it.
#[derive(Clone, Default)]
pub struct Frame {
    document: Document,
    /// For each message its node.
    messages: Vec<u32>,
    /// How many elements of the batch were no objects.
    rejected: usize,
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
    pub fn message(&self, index: usize) -> Option<Message<'_>> {
        let node = *self.messages.get(index)?;
        Some(Message::new(Value::new(&self.document, node), index))
    }

    /// How many elements of the batch were left out because they were no objects: `null`,
    /// numbers, texts, arrays.
    pub fn rejected(&self) -> usize {
        self.rejected
    }

    /// The whole document, once decoded.
    pub fn root(&self) -> Option<Value<'_>> {
        self.document
            .is_parsed()
            .then(|| Value::new(&self.document, 0))
    }

    pub(crate) fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    fn forget_messages(&mut self) {
        self.messages.clear();
        if self.messages.capacity() > KEPT_NODES {
            self.messages = Vec::new();
        }
        self.rejected = 0;
    }

    /// Finds the messages of the decoded document.
    pub(crate) fn index_messages(&mut self) -> Result<(), DecodeError> {
        self.forget_messages();
        let found = match self.document.node(0) {
            Node::Object { .. } => {
                self.messages.push(0);
                return Ok(());
            }
            Node::Array { end, .. } => {
                let mut at = 1;
                while at < end {
                    let node = self.document.node(at);
                    match node {
                        Node::Object { .. } => self.messages.push(at),
                        _ => self.rejected += 1,
                    }
                    at = node.next(at);
                }
                return Ok(());
            }
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Int(_) | Node::Uint(_) | Node::Float(_) => "a number",
            Node::Str { .. } => "a string",
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
