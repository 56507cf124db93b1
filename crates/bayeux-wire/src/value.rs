//! A value inside a frame, and the walks over its parts.

use core::{fmt, iter::FusedIterator};

use crate::{
    document::{Document, NOTHING},
    members::{IndexedObject, Keys},
    node::{Node, Shape},
};

/// A JSON value inside a [`Frame`](crate::Frame). Cheap to copy; what it hands out borrows from the
/// frame, not from it.
///
/// `Display` and `Debug` print compact JSON, all of it: think before logging one that may hold a
/// credential.
#[derive(Clone, Copy)]
pub struct Value<'f> {
    document: &'f Document,
    /// The place of its node. Where there is none, the value is `null`.
    at: u32,
}

/// What a [`Value`] is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other kinds of values")]
pub enum Kind<'f> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that `i64` can hold. `-0` is 0.
    Int(i64),
    /// An integer beyond `i64::MAX` that `u64` can hold.
    Uint(u64),
    /// Any other number, never infinite: one with a fraction or an exponent, or an integer beyond
    /// 64 bits.
    Float(f64),
    /// A text, unescaped. Halves of surrogate pairs have become U+FFFD.
    Str(&'f str),
    /// The elements of an array.
    Array(Items<'f>),
    /// The members of an object.
    Object(Entries<'f>),
}

impl<'f> Value<'f> {
    /// The document's own value, if it has been parsed.
    #[inline]
    pub(crate) fn root(document: &'f Document) -> Option<Self> {
        document.is_parsed().then_some(Self { document, at: 0 })
    }

    /// The value whose node is at this place.
    #[inline]
    pub(crate) fn new(document: &'f Document, at: u32) -> Self {
        Self { document, at }
    }

    #[inline]
    pub(crate) fn document(self) -> &'f Document {
        self.document
    }

    /// The place of its node.
    #[inline]
    pub(crate) fn position(self) -> u32 {
        self.at
    }

    #[inline]
    pub(crate) fn node(self) -> Node {
        let node = self.document.nodes().get(self.at as usize).copied();
        node.unwrap_or(Node::new(Shape::Null, 0, 0))
    }

    /// What this value is, with its content.
    #[inline]
    pub fn kind(self) -> Kind<'f> {
        let node = self.node();
        match node.shape() {
            Shape::Null => Kind::Null,
            Shape::False => Kind::Bool(false),
            Shape::True => Kind::Bool(true),
            Shape::Integer | Shape::Decimal => self.number(node),
            Shape::Text => Kind::Str(self.document.text(node)),
            Shape::Array => Kind::Array(self.items()),
            Shape::Object => Kind::Object(self.entries()),
        }
    }

    fn number(self, node: Node) -> Kind<'f> {
        let text = self.document.text(node);
        if node.shape() == Shape::Integer {
            if let Ok(value) = text.parse() {
                return Kind::Int(value);
            }
            if let Ok(value) = text.parse() {
                return Kind::Uint(value);
            }
        }
        // The parser has checked the form.
        Kind::Float(text.parse().unwrap_or_default())
    }

    /// The text, if this is a string.
    #[inline]
    pub fn as_str(self) -> Option<&'f str> {
        let node = self.node();
        (node.shape() == Shape::Text).then(|| self.document.text(node))
    }

    /// The truth, if this is a boolean.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        match self.node().shape() {
            Shape::False => Some(false),
            Shape::True => Some(true),
            _ => None,
        }
    }

    /// The number, if this is an integer that `i64` can hold. Numbers with a fraction or an
    /// exponent are not, whatever they amount to.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        let node = self.node();
        match node.shape() {
            Shape::Integer => self.document.text(node).parse().ok(),
            _ => None,
        }
    }

    /// The number, if this is an integer that `u64` can hold. Numbers with a fraction or an
    /// exponent are not, whatever they amount to.
    #[inline]
    pub fn as_u64(self) -> Option<u64> {
        match self.kind() {
            Kind::Int(value) => value.try_into().ok(),
            Kind::Uint(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if this is one; the nearest `f64` where an integer has more than 53 bits.
    #[inline]
    pub fn as_f64(self) -> Option<f64> {
        let node = self.node();
        match node.shape() {
            Shape::Integer | Shape::Decimal => self.document.text(node).parse().ok(),
            _ => None,
        }
    }

    /// Whether this is `null`.
    #[inline]
    pub fn is_null(self) -> bool {
        self.node().shape() == Shape::Null
    }

    /// The member called `key`, if this is an object that has one. Of several with the same key it
    /// is the last, as in JavaScript. Looks at all members: [`Value::members`] looks but once.
    #[inline]
    pub fn get(self, key: &str) -> Option<Self> {
        let members = self.entries().filter(|(name, _)| *name == key);
        members.last().map(|(_, value)| value)
    }

    /// The element at `index`, if this is an array that long. Takes time in proportion to `index`.
    #[inline]
    pub fn at(self, index: usize) -> Option<Self> {
        self.items().nth(index)
    }

    /// The members of an object in order, repeated keys included; none if this is not an object.
    #[inline]
    pub fn entries(self) -> Entries<'f> {
        Entries(self.parts(Shape::Object))
    }

    /// The elements of an array in order; none if this is not an array.
    #[inline]
    pub fn items(self) -> Items<'f> {
        Items(self.parts(Shape::Array))
    }

    /// What is inside it, if it has this shape.
    #[inline]
    fn parts(self, shape: Shape) -> Parts<'f> {
        let node = self.node();
        let left = if node.shape() == shape { node.len() } else { 0 };
        Parts {
            document: self.document,
            next: self.at + 1,
            left,
        }
    }

    /// The number of elements of an array, or of members of an object; 0 for anything else.
    #[inline]
    pub fn len(self) -> usize {
        self.node().len()
    }

    /// Whether [`Value::len`] is 0.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Notes where the members of these names are, in one walk over the object; none if this is not
    /// an object.
    #[inline]
    pub fn members<const M: usize>(self, names: &Keys<M>) -> IndexedObject<'f, M> {
        IndexedObject::new(self, names)
    }

    /// Whether this is an object.
    #[inline]
    pub fn is_object(self) -> bool {
        self.node().shape() == Shape::Object
    }
}

impl Default for Value<'_> {
    /// `null`
    fn default() -> Self {
        Self {
            document: &NOTHING,
            at: 0,
        }
    }
}

/// What is left of the parts of an array or object.
#[derive(Clone)]
struct Parts<'f> {
    document: &'f Document,
    /// The place of the next node.
    next: u32,
    /// How many elements or members are left.
    left: usize,
}

impl<'f> Parts<'f> {
    /// Takes the next value.
    #[inline]
    fn value(&mut self) -> Value<'f> {
        let value = Value::new(self.document, self.next);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "nodes are counted in 32 bits: see `Node::new`"
        )]
        let inner = value.node().inner() as u32;
        self.next += 1 + inner;
        value
    }

    /// Counts one part down, if there is one.
    #[inline]
    fn begin(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }
}

/// The members of an object, in order.
#[derive(Clone)]
pub struct Entries<'f>(Parts<'f>);

impl<'f> Iterator for Entries<'f> {
    type Item = (&'f str, Value<'f>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Self(parts) = self;
        parts.begin()?;
        let key = Value::new(parts.document, parts.next);
        parts.next += 1;
        Some((key.as_str().unwrap_or_default(), parts.value()))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.left, Some(self.0.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}
impl FusedIterator for Entries<'_> {}

/// The elements of an array, in order.
#[derive(Clone)]
pub struct Items<'f>(Parts<'f>);

impl<'f> Iterator for Items<'f> {
    type Item = Value<'f>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.begin()?;
        Some(self.0.value())
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.left, Some(self.0.left))
    }
}

impl ExactSizeIterator for Items<'_> {}
impl FusedIterator for Items<'_> {}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl fmt::Debug for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
