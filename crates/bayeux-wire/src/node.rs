//! The nodes of a parsed document.

use crate::unreadable::Unreadable;

/// A value or a key: its kind and its location. Eight bytes, so that the nodes of a usual frame
/// stay in the processor's first-level cache along with its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// [`Shape`] in the lowest bits, the size above them.
    packed: u32,
    /// Offset into the document's text in bytes for strings and numbers; number of elements or
    /// members for arrays and objects.
    at: u32,
}

/// The kind of a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shape {
    Null,
    False,
    True,
    /// A number without fraction and exponent.
    Integer,
    /// Any other number.
    Decimal,
    Text,
    Array,
    Object,
}

/// Number of bits of a node that hold its shape.
const SHAPE_BITS: u32 = 3;

/// Maximum size of a document, 256 MiB: its size in bytes and its number of nodes, which is never
/// larger, have to fit beside the shape.
pub(crate) const MAX_DOCUMENT: usize = 1 << (u32::BITS - SHAPE_BITS - 1);

impl Node {
    /// Creates a node with `size` bytes of text or, for arrays and objects, `size` nodes inside.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the decoder limits documents to `MAX_DOCUMENT` bytes, and no document has more nodes"
    )]
    pub(crate) fn new(shape: Shape, at: usize, size: usize) -> Self {
        Self {
            packed: (size as u32) << SHAPE_BITS | shape as u32,
            at: at as u32,
        }
    }

    /// Creates the node of a `null`.
    pub(crate) const fn null() -> Self {
        Self { packed: 0, at: 0 }
    }

    /// Creates the node of a value that cannot be read: a `null` with a size, which gives the
    /// reason.
    #[cold]
    pub(crate) fn unreadable(why: Unreadable) -> Self {
        let reason = match why {
            Unreadable::TooDeep => 1,
            Unreadable::OutOfRange => 2,
        };
        Self::new(Shape::Null, 0, reason)
    }

    /// Returns why the value cannot be read, if it cannot.
    pub(crate) fn why_unreadable(self) -> Option<Unreadable> {
        match (self.shape(), self.size()) {
            (Shape::Null, 1) => Some(Unreadable::TooDeep),
            (Shape::Null, 2) => Some(Unreadable::OutOfRange),
            _ => None,
        }
    }

    /// Returns whether the node is a string or a number, whose text is in the document's text.
    pub(crate) fn has_text(self) -> bool {
        matches!(self.shape(), Shape::Integer | Shape::Decimal | Shape::Text)
    }

    /// Returns the node with its text at another offset.
    pub(crate) fn moved_to(self, at: usize) -> Self {
        Self::new(self.shape(), at, self.size())
    }

    #[inline]
    pub(crate) fn shape(self) -> Shape {
        match self.packed & ((1 << SHAPE_BITS) - 1) {
            0 => Shape::Null,
            1 => Shape::False,
            2 => Shape::True,
            3 => Shape::Integer,
            4 => Shape::Decimal,
            5 => Shape::Text,
            6 => Shape::Array,
            _ => Shape::Object,
        }
    }

    /// Returns the range of the node's text in the document's text.
    #[inline]
    pub(crate) fn range(self) -> core::ops::Range<usize> {
        let at = self.at as usize;
        at..at + self.size()
    }

    /// Returns the number of elements or members.
    #[inline]
    pub(crate) fn len(self) -> usize {
        if self.is_container() {
            self.at as usize
        } else {
            0
        }
    }

    /// Returns the number of nodes between this one and the node that follows its value.
    #[inline]
    pub(crate) fn inner(self) -> usize {
        // A branch, not a conditional move: the processor predicts well that few values are
        // containers, and can then read the next node without waiting for this one's size.
        if self.is_container() && self.size() > 0 {
            core::hint::cold_path();
            self.size()
        } else {
            0
        }
    }

    #[inline]
    fn is_container(self) -> bool {
        self.packed & 6 == 6
    }

    #[inline]
    fn size(self) -> usize {
        (self.packed >> SHAPE_BITS) as usize
    }
}
