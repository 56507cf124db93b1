//! One document: its bytes as received and, once parsed, its text and the nodes that point into it.

use alloc::{string::String, vec::Vec};

use crate::{
    error::DecodeError,
    node::Node,
    parser::{self, PADDING, Workspace},
};

/// Bytes as received; once parsed, their text and what it is made of.
#[derive(Clone, Default)]
pub(crate) struct Document {
    /// What has been received and not parsed.
    received: Vec<u8>,
    /// What has been parsed and, behind it, those of its texts that had escapes, without them.
    text: String,
    /// Empty until parsed.
    nodes: Vec<Node>,
    /// The size in bytes of what has been parsed.
    len: usize,
}

/// A document without a value.
pub(crate) static NOTHING: Document = Document {
    received: Vec::new(),
    text: String::new(),
    nodes: Vec::new(),
    len: 0,
};

impl Document {
    /// Appends bytes; to a parsed document, as the first of the next one.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if self.is_parsed() {
            self.clear();
        }
        self.received.extend_from_slice(bytes);
    }

    /// Empties the document and keeps its buffers, unless they are far beyond the usual.
    pub(crate) fn clear(&mut self) {
        self.received.clear();
        self.text.clear();
        self.nodes.clear();
        self.len = 0;
        if self.received.capacity() > KEPT_BYTES {
            self.received = Vec::new();
        }
        if self.text.capacity() > KEPT_BYTES {
            self.text = String::new();
        }
        if self.nodes.capacity() > KEPT_NODES {
            self.nodes = Vec::new();
        }
    }

    /// Parses what has been received. On failure it is dropped.
    pub(crate) fn parse(&mut self, workspace: &mut Workspace) -> Result<(), DecodeError> {
        let received = core::mem::take(&mut self.received);
        let outcome = self.parse_bytes(&received, workspace);
        self.received = received;
        self.received.clear();
        if self.received.capacity() > KEPT_BYTES {
            self.received = Vec::new();
        }
        outcome
    }

    /// Parses `chunks` as one document. This one has to be empty, and after a failure still is.
    pub(crate) fn parse_chunks(
        &mut self,
        chunks: &[impl AsRef<[u8]>],
        workspace: &mut Workspace,
    ) -> Result<(), DecodeError> {
        if let [only] = chunks {
            return self.parse_bytes(only.as_ref(), workspace);
        }
        for chunk in chunks {
            self.received.extend_from_slice(chunk.as_ref());
        }
        self.parse(workspace)
    }

    fn parse_bytes(&mut self, bytes: &[u8], workspace: &mut Workspace) -> Result<(), DecodeError> {
        let outcome = self.fill(bytes, workspace);
        if outcome.is_err() {
            self.clear();
        }
        workspace.shrink(KEPT_BYTES);
        outcome
    }

    fn fill(&mut self, bytes: &[u8], workspace: &mut Workspace) -> Result<(), DecodeError> {
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| DecodeError::not_utf8(bytes))?;
        self.text.reserve(text.len() + PADDING.len());
        self.text.push_str(text);
        self.text.push_str(PADDING);
        parser::parse(&self.text, &mut self.nodes, workspace)?;
        self.len = bytes.len();
        self.text.truncate(self.len);
        self.text.push_str(workspace.unescaped());
        Ok(())
    }

    #[inline]
    pub(crate) fn is_parsed(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The size in bytes, as received.
    pub(crate) fn len(&self) -> usize {
        if self.is_parsed() {
            self.len
        } else {
            self.received.len()
        }
    }

    /// The nodes in document order, an object's being key, value, key, value; none until parsed.
    #[inline]
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The text that a node stands for.
    #[inline]
    pub(crate) fn text(&self, node: Node) -> &str {
        self.text.get(node.range()).unwrap_or_default()
    }

    /// The bytes of that text.
    #[inline]
    pub(crate) fn bytes(&self, node: Node) -> &[u8] {
        self.text.as_bytes().get(node.range()).unwrap_or_default()
    }
}

/// How many nodes and bytes a buffer may have room for and still be kept for the next document.
const KEPT_NODES: usize = 8 * 1024;
const KEPT_BYTES: usize = 64 * 1024;
