//! A JSON document: the bytes as received and, once parsed, the text and the nodes that index it.

use alloc::{string::String, vec::Vec};

use crate::{
    error::DecodeError,
    node::Node,
    parser::{self, PADDING, Scratch},
};

/// The bytes of a document and, once parsed, its text and nodes.
#[derive(Clone, Default)]
pub(crate) struct Document {
    /// Bytes received and not yet parsed.
    received: Vec<u8>,
    /// The parsed text, followed by the unescaped copies of its strings that had escapes.
    text: String,
    /// The nodes in document order. Empty until parsed.
    nodes: Vec<Node>,
    /// Size of the parsed document, in bytes.
    len: usize,
}

/// A document without a value, for [`Value`](crate::Value)'s default.
pub(crate) static EMPTY: Document = Document {
    received: Vec::new(),
    text: String::new(),
    nodes: Vec::new(),
    len: 0,
};

impl Document {
    /// Appends bytes. A parsed document is emptied first: the bytes belong to the next one.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if self.is_parsed() {
            self.clear();
        }
        self.received.extend_from_slice(bytes);
    }

    /// Empties the document and keeps its buffers, unless they are far beyond the usual size.
    pub(crate) fn clear(&mut self) {
        self.received.clear();
        self.text.clear();
        self.nodes.clear();
        self.len = 0;
        if self.received.capacity() > MAX_KEPT_BYTES {
            self.received = Vec::new();
        }
        if self.text.capacity() > MAX_KEPT_BYTES {
            self.text = String::new();
        }
        if self.nodes.capacity() > MAX_KEPT_NODES {
            self.nodes = Vec::new();
        }
    }

    /// Parses the received bytes. On failure they are dropped.
    pub(crate) fn parse(&mut self, scratch: &mut Scratch) -> Result<(), DecodeError> {
        let received = core::mem::take(&mut self.received);
        let outcome = self.parse_bytes(&received, scratch);
        self.received = received;
        self.received.clear();
        if self.received.capacity() > MAX_KEPT_BYTES {
            self.received = Vec::new();
        }
        outcome
    }

    /// Parses `chunks` as one document. `self` must be empty, and is empty again after a failure.
    pub(crate) fn parse_chunks(
        &mut self,
        chunks: &[impl AsRef<[u8]>],
        scratch: &mut Scratch,
    ) -> Result<(), DecodeError> {
        if let [only] = chunks {
            return self.parse_bytes(only.as_ref(), scratch);
        }
        for chunk in chunks {
            self.received.extend_from_slice(chunk.as_ref());
        }
        self.parse(scratch)
    }

    fn parse_bytes(&mut self, bytes: &[u8], scratch: &mut Scratch) -> Result<(), DecodeError> {
        let outcome = self.fill(bytes, scratch);
        if outcome.is_err() {
            self.clear();
        }
        scratch.shrink(MAX_KEPT_BYTES);
        outcome
    }

    fn fill(&mut self, bytes: &[u8], scratch: &mut Scratch) -> Result<(), DecodeError> {
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| DecodeError::not_utf8(bytes))?;
        self.text.reserve(text.len() + PADDING.len());
        self.text.push_str(text);
        self.text.push_str(PADDING);
        parser::parse(&self.text, &mut self.nodes, scratch)?;
        self.len = bytes.len();
        self.text.truncate(self.len);
        self.text.push_str(scratch.unescaped());
        Ok(())
    }

    #[inline]
    pub(crate) fn is_parsed(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// Returns the size as received, in bytes.
    pub(crate) fn len(&self) -> usize {
        if self.is_parsed() {
            self.len
        } else {
            self.received.len()
        }
    }

    /// Returns the nodes in document order, an object's as key, value, key, value. Empty until
    /// parsed.
    #[inline]
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the text in a range; empty if there is none.
    pub(crate) fn text_at(&self, range: core::ops::Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Returns the text and the nodes, to fill an empty document without parsing.
    pub(crate) fn buffers(&mut self) -> (&mut String, &mut Vec<Node>) {
        (&mut self.text, &mut self.nodes)
    }

    /// Ends the document after the text that it has.
    pub(crate) fn end_at_text(&mut self) {
        self.len = self.text.len();
    }

    /// Returns the text of a string or number node.
    #[inline]
    pub(crate) fn text(&self, node: Node) -> &str {
        self.text.get(node.range()).unwrap_or_default()
    }

    /// Returns the text of a string or number node, as bytes.
    #[inline]
    pub(crate) fn bytes(&self, node: Node) -> &[u8] {
        self.text.as_bytes().get(node.range()).unwrap_or_default()
    }
}

/// Capacity above which a buffer of nodes is freed instead of kept for the next document.
const MAX_KEPT_NODES: usize = 8 * 1024;
/// Capacity above which a buffer of bytes is freed instead of kept for the next document.
const MAX_KEPT_BYTES: usize = 64 * 1024;
