//! What a document is made of once it is parsed.

/// A value, or the key before one: what it is, and where. Eight bytes, so that the nodes of a usual
/// frame stay in the processor's first cache along with its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// [`Shape`] in the lowest bits, `size` above them.
    packed: u32,
    /// Of texts and numbers, where in the document's text they begin, in bytes; of arrays and
    /// objects, how many elements or members they have.
    at: u32,
}

/// What a [`Node`] is.
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

/// How many bits of a node its shape takes.
const SHAPE_BITS: u32 = 3;

/// The largest document, 256 MiB: a size or a count of nodes, neither ever above that of the document
/// in bytes, has to fit beside the shape.
pub(crate) const LARGEST: usize = 1 << (u32::BITS - SHAPE_BITS - 1);

impl Node {
    /// A node of `size` bytes of text or, of arrays and objects, with `size` nodes inside.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the decoder caps documents at `LARGEST` bytes, and no document has more nodes"
    )]
    pub(crate) fn new(shape: Shape, at: usize, size: usize) -> Self {
        Self {
            packed: (size as u32) << SHAPE_BITS | shape as u32,
            at: at as u32,
        }
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

    /// Where the text is that this node stands for.
    #[inline]
    pub(crate) fn range(self) -> core::ops::Range<usize> {
        let at = self.at as usize;
        at..at + self.size()
    }

    /// How many elements or members there are.
    #[inline]
    pub(crate) fn len(self) -> usize {
        if self.has_parts() {
            self.at as usize
        } else {
            0
        }
    }

    /// How many nodes come between this one and what follows its value.
    #[inline]
    pub(crate) fn inner(self) -> usize {
        // A branch, and not a choice between two numbers: a processor guesses well that few values
        // have parts, and then need not wait for one node's size to look at the next node.
        if self.has_parts() && self.size() > 0 {
            core::hint::cold_path();
            self.size()
        } else {
            0
        }
    }

    #[inline]
    fn has_parts(self) -> bool {
        self.packed & 6 == 6
    }

    #[inline]
    fn size(self) -> usize {
        (self.packed >> SHAPE_BITS) as usize
    }
}
