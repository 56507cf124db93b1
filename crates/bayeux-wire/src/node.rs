//! One JSON value, as a frame stores it: offsets instead of references.

use simd_json::{StaticNode, tape};

/// A node of a decoded document, in document order; an object's nodes are key, value, key, value.
///
/// Offsets count bytes of the frame's text, `end` counts nodes of the frame: a frame can move
/// without any of them changing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    /// Only what `i64` cannot hold, so that each number has one spelling.
    Uint(u64),
    Float(f64),
    Str {
        at: u32,
        len: u32,
    },
    /// `len` elements; `end` is the node behind the last of them.
    Array {
        len: u32,
        end: u32,
    },
    /// `len` members; `end` is the node behind the last of them.
    Object {
        len: u32,
        end: u32,
    },
}

const _: () = assert!(size_of::<Node>() == 16);

impl Node {
    /// Translates the node at `index` of a tape whose strings lie in the buffer that begins at
    /// the address `base`.
    #[inline]
    pub(crate) fn from_tape(index: usize, node: &tape::Node<'_>, base: usize) -> Self {
        match *node {
            tape::Node::String(text) => Self::Str {
                at: narrow(text.as_ptr().addr().wrapping_sub(base)),
                len: narrow(text.len()),
            },
            tape::Node::Array { len, count } => Self::Array {
                len: narrow(len),
                end: narrow(index + 1 + count),
            },
            tape::Node::Object { len, count } => Self::Object {
                len: narrow(len),
                end: narrow(index + 1 + count),
            },
            tape::Node::Static(StaticNode::Null) => Self::Null,
            tape::Node::Static(StaticNode::Bool(value)) => Self::Bool(value),
            tape::Node::Static(StaticNode::I64(value)) => Self::Int(value),
            tape::Node::Static(StaticNode::U64(value)) => {
                i64::try_from(value).map_or(Self::Uint(value), Self::Int)
            }
            tape::Node::Static(StaticNode::F64(value)) => Self::Float(value),
        }
    }

    /// The index of the node behind this one and all that is inside it.
    #[inline]
    pub(crate) fn next(self, index: u32) -> u32 {
        match self {
            Self::Array { end, .. } | Self::Object { end, .. } => end,
            _ => index + 1,
        }
    }
}

/// Narrows a position. A document has at most `u32::MAX - 64` bytes (the decoder refuses larger
/// ones), and no more nodes than bytes.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the decoder caps documents below `u32::MAX` bytes"
)]
pub(crate) fn narrow(position: usize) -> u32 {
    position as u32
}
