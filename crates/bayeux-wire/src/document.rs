//! One parsed document: rewritten bytes, and the parser's nodes, which point into them.
//!
//! This file is the whole argument for the crate's one unsafe block: what makes nodes, what hands
//! them out and what changes the bytes lie next to each other, and nothing outside can come between.

use core::{convert::Infallible, mem};

use simd_json::{Buffers, INPUT_PADDING, Tape, tape::Node};

use crate::{error::DecodeError, escape};

/// Bytes as received or, once parsed, rewritten: strings unescaped in place, the rest as it was.
///
/// The nodes borrow from the bytes, which a struct cannot say of its own field: here they pretend to
/// be `'static`, and [`Document::nodes`] makes them honest again.
///
/// Invariant: while there are nodes, every text among them lies in the buffer of `bytes`, and that
/// buffer is neither written to, nor replaced, nor freed. Moving the document moves the buffer's
/// owner and not the buffer.
#[derive(Default)]
pub(crate) struct Document {
    /// Empty until parsed.
    nodes: Vec<Node<'static>>,
    bytes: Vec<u8>,
}

impl Document {
    /// Appends bytes; to a parsed document, as the first of the next one.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if self.is_parsed() {
            self.clear();
        }
        self.bytes.reserve(bytes.len() + INPUT_PADDING);
        self.bytes.extend_from_slice(bytes);
    }

    /// Empties the document and keeps its buffers, unless they are far beyond the usual.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.bytes.clear();
        if self.nodes.capacity() > KEPT_NODES {
            self.nodes = Vec::new();
        }
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes = Vec::new();
        }
    }

    /// Parses the bytes in place. On failure they are dropped.
    pub(crate) fn parse(&mut self, workspace: &mut Workspace) -> Result<(), DecodeError> {
        let mut received = mem::take(&mut workspace.received);
        received.clear();
        received.extend_from_slice(&self.bytes);
        let outcome = self.parse_or_mend(workspace, |bytes| bytes.extend_from_slice(&received));
        if received.capacity() <= KEPT_BYTES {
            workspace.received = received;
        }
        outcome
    }

    /// Parses a copy of `chunks`, of which a second one can be made at any time.
    pub(crate) fn parse_chunks(
        &mut self,
        chunks: &[impl AsRef<[u8]>],
        workspace: &mut Workspace,
    ) -> Result<(), DecodeError> {
        self.clear();
        for chunk in chunks {
            self.extend(chunk.as_ref());
        }
        self.parse_or_mend(workspace, |bytes| {
            for chunk in chunks {
                bytes.extend_from_slice(chunk.as_ref());
            }
        })
    }

    /// Parses the bytes. The parser refuses halves of surrogate pairs, which are so rare that they
    /// are looked for only in what it has refused; by then it has rewritten the bytes, and `received`
    /// appends them once more.
    fn parse_or_mend(
        &mut self,
        workspace: &mut Workspace,
        received: impl Fn(&mut Vec<u8>),
    ) -> Result<(), DecodeError> {
        let len = self.bytes.len();
        let mut outcome = self.fill(&mut workspace.buffers);
        if outcome.is_err() {
            self.receive_again(&received);
            if escape::mend_surrogates(&mut self.bytes) {
                outcome = self.fill(&mut workspace.buffers);
            }
        }
        let outcome = outcome.map_err(|error| {
            self.receive_again(&received);
            let error = DecodeError::from_parser(&error, &self.bytes, workspace.max_depth);
            self.clear();
            error
        });
        if workspace.buffers.structural_indexes().len() > KEPT_NODES || len > KEPT_BYTES {
            workspace.buffers = Buffers::with_max_depth(0, workspace.max_depth);
        }
        outcome
    }

    #[cold]
    fn receive_again(&mut self, received: impl Fn(&mut Vec<u8>)) {
        self.nodes.clear();
        self.bytes.clear();
        received(&mut self.bytes);
    }

    /// Makes the nodes. On failure there are none.
    fn fill(&mut self, buffers: &mut Buffers) -> simd_json::Result<()> {
        let len = self.bytes.len();
        self.bytes.resize(len + INPUT_PADDING, b' ');
        let outcome =
            self.adopt(|bytes, tape| simd_json::fill_tape_padded(bytes, len, buffers, tape));
        self.bytes.truncate(len);
        outcome
    }

    /// Lets `make` rewrite the bytes and make nodes that point into them. Where it fails there are
    /// none.
    fn adopt<E>(
        &mut self,
        make: impl for<'b> FnOnce(&'b mut [u8], &mut Tape<'b>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut tape = Tape(mem::take(&mut self.nodes)).reset();
        let outcome = make(&mut self.bytes, &mut tape);
        if outcome.is_err() {
            tape.0.clear();
        }
        // SAFETY: only a lifetime changes. `make` has to work for any `'b`, so each text that it
        // puts on the tape is `'static` in truth or from the bytes that it was lent. Those outlive
        // the nodes, and stay as they are while there are any: only `extend`, `clear`,
        // `receive_again` and this function write to them or replace them, and all four drop the
        // nodes first; `fill` cuts
        // off padding, which is behind all texts. Nodes leave this file by `nodes` alone, with the
        // lifetime of a borrow of the document, so nobody has one when one of those runs.
        #[expect(
            unsafe_code,
            reason = "a document that owns its nodes and their text refers to itself; offsets in \
                      place of references cost a quarter of what parsing costs"
        )]
        let tape = unsafe { mem::transmute::<Tape<'_>, Tape<'static>>(tape) };
        self.nodes = tape.0;
        debug_assert!(
            self.nodes.iter().all(|node| self.holds(node)),
            "the parser leaves every text in the bytes, and it is UTF-8"
        );
        outcome
    }

    pub(crate) fn is_parsed(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The size in bytes, as received.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The nodes in document order, an object's being key, value, key, value; none until parsed.
    #[inline]
    pub(crate) fn nodes(&self) -> &[Node<'_>] {
        &self.nodes
    }

    fn holds(&self, node: &Node<'_>) -> bool {
        let Node::String(text) = node else {
            return true;
        };
        let bytes = self.bytes.as_ptr_range();
        let text = text.as_bytes();
        let inside = bytes.start <= text.as_ptr() && text.as_ptr_range().end <= bytes.end;
        inside && core::str::from_utf8(text).is_ok()
    }
}

/// Copies bytes and nodes; texts of the copy point into its own bytes.
impl Clone for Document {
    fn clone(&self) -> Self {
        let start = self.bytes.as_ptr().addr();
        let mut copy = Self {
            nodes: Vec::new(),
            bytes: self.bytes.clone(),
        };
        let Ok(()) = copy.adopt(|bytes, tape| {
            let bytes: &[u8] = bytes;
            tape.0.extend(self.nodes.iter().map(|node| match *node {
                Node::String(text) => {
                    let at = text.as_ptr().addr().wrapping_sub(start);
                    let text = bytes.get(at..at.wrapping_add(text.len()));
                    let text = text.and_then(|text| core::str::from_utf8(text).ok());
                    Node::String(text.unwrap_or_default())
                }
                other => other,
            }));
            Ok::<_, Infallible>(())
        });
        copy
    }
}

/// What parsing needs besides the document, kept from one to the next.
pub(crate) struct Workspace {
    buffers: Buffers,
    /// A copy of bytes of which nobody else has one. Copying all of them takes less time than
    /// looking for what might make it necessary.
    received: Vec<u8>,
    max_depth: usize,
}

impl Workspace {
    pub(crate) fn new(max_depth: usize) -> Self {
        Self {
            buffers: Buffers::with_max_depth(0, max_depth),
            received: Vec::new(),
            max_depth,
        }
    }
}

/// How many nodes and bytes a buffer may have room for and still be kept for the next document.
pub(crate) const KEPT_NODES: usize = 16 * 1024;
const KEPT_BYTES: usize = 512 * 1024;
