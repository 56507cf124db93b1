//! Values inside a frame, and iterators over their elements and members.

use core::{fmt, iter::FusedIterator};

use crate::{
    document::{Document, EMPTY},
    indexed_object::{IndexedObject, Keys},
    node::{Node, Shape},
    unreadable::Unreadable,
};

/// A JSON value inside a [`Frame`](crate::Frame). Cheap to copy; strings, elements and members
/// borrow from the frame, not from the `Value`.
///
/// `Display` and `Debug` print the whole value as compact JSON: take care before logging one that
/// may hold a credential.
#[derive(Clone, Copy)]
pub struct Value<'f> {
    document: &'f Document,
    /// Index of the value's node. Beyond the last node, the value is `null`.
    at: u32,
}

/// Index of a [`Value`] in its frame, by which [`Frame::value`](crate::Frame::value) finds the value
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueIndex(pub(crate) u32);

/// The type and content of a [`Value`].
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other kinds of values")]
pub enum Kind<'f> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer in the range of `i64`. `-0` is 0.
    Int(i64),
    /// An integer above `i64::MAX` in the range of `u64`.
    Uint(u64),
    /// Any other number, always finite: with a fraction or an exponent, or an integer beyond 64
    /// bits.
    Float(f64),
    /// A string, unescaped. Unpaired surrogates are replaced by U+FFFD.
    Str(&'f str),
    /// The elements of an array.
    Array(Items<'f>),
    /// The members of an object.
    Object(Entries<'f>),
}

impl<'f> Value<'f> {
    /// Returns the root value of a document, if it has been parsed.
    #[inline]
    pub(crate) fn root(document: &'f Document) -> Option<Self> {
        document.is_parsed().then_some(Self { document, at: 0 })
    }

    /// Creates the value whose node is at index `at`.
    #[inline]
    pub(crate) fn new(document: &'f Document, at: u32) -> Self {
        Self { document, at }
    }

    #[inline]
    pub(crate) fn document(self) -> &'f Document {
        self.document
    }

    /// Returns the place of the value in its frame, which stays valid while the frame is not
    /// changed: to keep a value together with its frame, without borrowing from the frame.
    #[inline]
    pub fn index(self) -> ValueIndex {
        ValueIndex(self.at)
    }

    /// Returns the index of the value's node.
    #[inline]
    pub(crate) fn position(self) -> u32 {
        self.at
    }

    #[inline]
    pub(crate) fn node(self) -> Node {
        let node = self.document.nodes().get(self.at as usize).copied();
        node.unwrap_or(Node::new(Shape::Null, 0, 0))
    }

    /// Returns the type and content of the value.
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
        // The parser has checked the syntax.
        Kind::Float(text.parse().unwrap_or_default())
    }

    /// Returns the string, if the value is one.
    #[inline]
    pub fn as_str(self) -> Option<&'f str> {
        let node = self.node();
        (node.shape() == Shape::Text).then(|| self.document.text(node))
    }

    /// Returns the boolean, if the value is one.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        match self.node().shape() {
            Shape::False => Some(false),
            Shape::True => Some(true),
            _ => None,
        }
    }

    /// Returns the number, if the value is an integer in the range of `i64`. Numbers with a
    /// fraction or an exponent, such as `1.0`, are not integers.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        let node = self.node();
        match node.shape() {
            Shape::Integer => self.document.text(node).parse().ok(),
            _ => None,
        }
    }

    /// Returns the number, if the value is an integer in the range of `u64`. Numbers with a
    /// fraction or an exponent, such as `1.0`, are not integers.
    #[inline]
    pub fn as_u64(self) -> Option<u64> {
        match self.kind() {
            Kind::Int(value) => value.try_into().ok(),
            Kind::Uint(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the number, if the value is one; the nearest `f64` for an integer of more than 53
    /// bits.
    #[inline]
    pub fn as_f64(self) -> Option<f64> {
        let node = self.node();
        match node.shape() {
            Shape::Integer | Shape::Decimal => self.document.text(node).parse().ok(),
            _ => None,
        }
    }

    /// Returns the number as it is written, if the value is one: digits for which a float has no room
    /// are there, too.
    #[inline]
    pub fn as_number(self) -> Option<&'f str> {
        let node = self.node();
        match node.shape() {
            Shape::Integer | Shape::Decimal => Some(self.document.text(node)),
            _ => None,
        }
    }

    /// Returns why the value could not be read, if it could not: the peer sent a value that cannot
    /// be represented, and the value counts as `null`.
    #[inline]
    pub fn unreadable(self) -> Option<Unreadable> {
        self.node().why_unreadable()
    }

    /// Returns whether the value or any value in it is [unreadable](Self::unreadable). Takes time
    /// in proportion to the number of values.
    pub fn has_unreadable(self) -> bool {
        self.first_unreadable().is_some()
    }

    pub(crate) fn first_unreadable(self) -> Option<Unreadable> {
        let at = self.at as usize;
        let nodes = self.document.nodes().get(at..=at + self.node().inner())?;
        nodes.iter().find_map(|node| node.why_unreadable())
    }

    /// Returns whether the value is `null`, or counts as `null` because it is
    /// [unreadable](Self::unreadable).
    #[inline]
    pub fn is_null(self) -> bool {
        self.node().shape() == Shape::Null
    }

    /// Returns the member with the key `key`, if the value is an object that has one. The last of
    /// repeated keys counts, as in JavaScript. Takes time in proportion to the number of members.
    #[inline]
    pub fn get(self, key: &str) -> Option<Self> {
        let members = self.entries().filter(|(name, _)| *name == key);
        members.last().map(|(_, value)| value)
    }

    /// Returns the element at `index`, if the value is an array that long. Takes time in proportion
    /// to `index`.
    #[inline]
    pub fn at(self, index: usize) -> Option<Self> {
        self.items().nth(index)
    }

    /// Returns the members of an object in order, repeated keys included. Empty for other values.
    #[inline]
    pub fn entries(self) -> Entries<'f> {
        Entries(self.children(Shape::Object))
    }

    /// Returns the elements of an array in order. Empty for other values.
    #[inline]
    pub fn items(self) -> Items<'f> {
        Items(self.children(Shape::Array))
    }

    /// Returns the elements or members, if the value has this shape.
    #[inline]
    fn children(self, shape: Shape) -> Children<'f> {
        let node = self.node();
        let left = if node.shape() == shape { node.len() } else { 0 };
        Children {
            document: self.document,
            next: self.at + 1,
            left,
        }
    }

    /// Returns the number of elements of an array, or of members of an object; 0 for other values.
    #[inline]
    pub fn len(self) -> usize {
        self.node().len()
    }

    /// Returns whether [`Value::len`] is 0.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Locates the members with these keys in one walk over the object. Empty for other values.
    #[doc(hidden)]
    #[inline]
    pub fn indexed<const M: usize>(self, keys: &Keys<M>) -> IndexedObject<'f, M> {
        IndexedObject::new(self, keys)
    }

    /// Returns whether the value is an array.
    #[inline]
    pub fn is_array(self) -> bool {
        self.node().shape() == Shape::Array
    }

    /// Returns whether the value is an object.
    #[inline]
    pub fn is_object(self) -> bool {
        self.node().shape() == Shape::Object
    }
}

impl Default for Value<'_> {
    /// Returns `null`.
    fn default() -> Self {
        Self {
            document: &EMPTY,
            at: 0,
        }
    }
}

/// Cursor over the elements or members of a container.
#[derive(Clone)]
struct Children<'f> {
    document: &'f Document,
    /// Index of the next node.
    next: u32,
    /// Number of elements or members left.
    left: usize,
}

impl<'f> Children<'f> {
    /// Returns the next value and moves past it.
    #[inline]
    fn value(&mut self) -> Value<'f> {
        let value = Value::new(self.document, self.next);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "node counts fit in 32 bits: see `Node::new`"
        )]
        let inner = value.node().inner() as u32;
        self.next += 1 + inner;
        value
    }

    /// Counts down by one, if elements or members are left.
    #[inline]
    fn begin(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }
}

/// Iterator over the members of an object, in order.
#[derive(Clone)]
pub struct Entries<'f>(Children<'f>);

impl<'f> Iterator for Entries<'f> {
    type Item = (&'f str, Value<'f>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Self(children) = self;
        children.begin()?;
        let key = Value::new(children.document, children.next);
        children.next += 1;
        Some((key.as_str().unwrap_or_default(), children.value()))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.left, Some(self.0.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}
impl FusedIterator for Entries<'_> {}

/// Iterator over the elements of an array, in order.
#[derive(Clone)]
pub struct Items<'f>(Children<'f>);

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
