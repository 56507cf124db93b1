//! One parsed document: rewritten bytes, and nodes that point into them.
//!
//! This file is the whole argument for the crate's one unsafe block: what makes a string node and
//! what reads one lie next to each other, and nothing outside can come between.

use core::mem;

use memchr::memchr;
use simd_json::{Buffers, INPUT_PADDING, Tape};

use crate::{error::DecodeError, escape, node::Node};

/// Bytes as received or, once parsed, rewritten: strings unescaped in place, the rest as it was.
///
/// Invariant: while `nodes` is not empty, it was made from a tape over exactly these bytes, and
/// neither has changed since. So every string node is a range of `bytes` that the parser handed out
/// as a `str`.
#[derive(Clone, Default)]
pub(crate) struct Document {
    bytes: Vec<u8>,
    /// In document order; empty until parsed.
    nodes: Vec<Node>,
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

    /// Parses the bytes in place. On failure they are garbage, and are dropped.
    pub(crate) fn parse(&mut self, workspace: &mut Workspace) -> Result<(), DecodeError> {
        let len = self.bytes.len();
        // Without a backslash there is nothing to mend; and one copy costs less than a look at
        // each escape.
        workspace.original.clear();
        if memchr(b'\\', &self.bytes).is_some() {
            workspace.original.extend_from_slice(&self.bytes);
        }
        let mut outcome = self.fill(workspace);
        if outcome.is_err() && escape::mend_surrogates(&mut workspace.original) {
            self.bytes.clone_from(&workspace.original);
            outcome = self.fill(workspace);
        }
        let outcome = outcome.map_err(|error| {
            let error = DecodeError::from_parser(&error, &self.bytes, workspace.max_depth);
            self.clear();
            error
        });
        // The parser makes room for a node per entry of this index, also where it then fails.
        if workspace.buffers.structural_indexes().len() > KEPT_NODES || len > KEPT_BYTES {
            *workspace = Workspace::new(workspace.max_depth);
        }
        outcome
    }

    /// Parses the bytes once. On failure there are no nodes.
    fn fill(&mut self, workspace: &mut Workspace) -> simd_json::Result<()> {
        let len = self.bytes.len();
        self.nodes.clear();
        self.bytes.resize(len + INPUT_PADDING, b' ');
        let base = self.bytes.as_ptr().addr();

        // The tape lends its allocation for as long as it borrows the bytes.
        let buffers = &mut workspace.buffers;
        let mut tape = mem::replace(&mut workspace.tape, Tape(Vec::new())).reset();
        let outcome = simd_json::fill_tape_padded(&mut self.bytes, len, buffers, &mut tape);
        if outcome.is_ok() {
            let nodes = tape.0.iter().enumerate();
            self.nodes
                .extend(nodes.map(|(index, node)| Node::from_tape(index, node, base)));
        }
        workspace.tape = tape.reset();
        self.bytes.truncate(len);
        outcome
    }

    pub(crate) fn is_parsed(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The size in bytes, as received.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The node at `index`, which must be one of this document's.
    #[inline]
    pub(crate) fn node(&self, index: u32) -> Node {
        self.nodes[index as usize]
    }

    /// The text of the node at `index`, if it is a string.
    #[inline]
    pub(crate) fn str(&self, index: u32) -> Option<&str> {
        let Node::Str { at, len } = self.node(index) else {
            return None;
        };
        let (at, len) = (at as usize, len as usize);
        let bytes = &self.bytes[at..at + len];
        debug_assert!(
            core::str::from_utf8(bytes).is_ok(),
            "a string node is UTF-8"
        );
        // SAFETY: by the invariant of the type these bytes are a `&str` that the parser made.
        #[expect(
            unsafe_code,
            reason = "the parser has checked it: checking the whole buffer again cost 5 % of \
                      decoding and reading plain ASCII and 50 % of text with many accents; \
                      checking each string when it is read, 25 to 50 %"
        )]
        Some(unsafe { core::str::from_utf8_unchecked(bytes) })
    }
}

/// What parsing needs besides the document, kept from one to the next.
pub(crate) struct Workspace {
    buffers: Buffers,
    /// Empty between documents; kept for its allocation.
    tape: Tape<'static>,
    /// The bytes as received, where they may have to be mended.
    original: Vec<u8>,
    max_depth: usize,
}

impl Workspace {
    pub(crate) fn new(max_depth: usize) -> Self {
        Self {
            buffers: Buffers::with_max_depth(0, max_depth),
            tape: Tape(Vec::new()),
            original: Vec::new(),
            max_depth,
        }
    }
}

/// How many nodes and bytes a buffer may have room for and still be kept for the next document.
pub(crate) const KEPT_NODES: usize = 16 * 1024;
const KEPT_BYTES: usize = 512 * 1024;
