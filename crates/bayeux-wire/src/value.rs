//! A value inside a frame, and the walks over its parts.

use core::{fmt, iter::FusedIterator};

use crate::{document::Document, node::Node};

/// A JSON value inside a [`Frame`](crate::Frame). Cheap to copy; what it hands out borrows from the
/// frame, not from it.
///
/// `Display` and `Debug` print compact JSON, all of it: think before logging one that may hold a
/// credential.
#[derive(Clone, Copy)]
pub struct Value<'f> {
    document: &'f Document,
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
    #[inline]
    pub(crate) fn new(document: &'f Document, at: u32) -> Self {
        Self { document, at }
    }

    #[inline]
    fn node(self) -> Node {
        self.document.node(self.at)
    }

    /// What this value is, with its content.
    #[inline]
    pub fn kind(self) -> Kind<'f> {
        match self.node() {
            Node::Null => Kind::Null,
            Node::Bool(value) => Kind::Bool(value),
            Node::Int(value) => Kind::Int(value),
            Node::Uint(value) => Kind::Uint(value),
            Node::Float(value) => Kind::Float(value),
            Node::Str { .. } => Kind::Str(self.as_str().unwrap_or_default()),
            Node::Array { .. } => Kind::Array(self.items()),
            Node::Object { .. } => Kind::Object(self.entries()),
        }
    }

    /// The text, if this is a string.
    #[inline]
    pub fn as_str(self) -> Option<&'f str> {
        self.document.str(self.at)
    }

    /// The truth, if this is a boolean.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        match self.node() {
            Node::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if this is an integer that `i64` can hold. Numbers with a fraction or an
    /// exponent are not, whatever they amount to.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        match self.node() {
            Node::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if this is an integer that `u64` can hold. Numbers with a fraction or an
    /// exponent are not, whatever they amount to.
    #[inline]
    pub fn as_u64(self) -> Option<u64> {
        match self.node() {
            Node::Int(value) => u64::try_from(value).ok(),
            Node::Uint(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if this is one; the nearest `f64` where an integer has more than 53 bits.
    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest float is what is asked for"
    )]
    pub fn as_f64(self) -> Option<f64> {
        match self.node() {
            Node::Int(value) => Some(value as f64),
            Node::Uint(value) => Some(value as f64),
            Node::Float(value) => Some(value),
            _ => None,
        }
    }

    /// Whether this is `null`.
    #[inline]
    pub fn is_null(self) -> bool {
        matches!(self.node(), Node::Null)
    }

    /// The member called `key`, if this is an object that has one. Of several with the same key it
    /// is the last, as in JavaScript.
    #[inline]
    pub fn get(self, key: &str) -> Option<Self> {
        let mut found = None;
        for (name, value) in self.entries() {
            if name == key {
                found = Some(value);
            }
        }
        found
    }

    /// The element at `index`, if this is an array that long. Takes time in proportion to `index`.
    #[inline]
    pub fn at(self, index: usize) -> Option<Self> {
        self.items().nth(index)
    }

    /// The members of an object in order, repeated keys included; none if this is not an object.
    #[inline]
    pub fn entries(self) -> Entries<'f> {
        let left = match self.node() {
            Node::Object { len, .. } => len,
            _ => 0,
        };
        Entries {
            document: self.document,
            at: self.at + 1,
            left,
        }
    }

    /// The elements of an array in order; none if this is not an array.
    #[inline]
    pub fn items(self) -> Items<'f> {
        let left = match self.node() {
            Node::Array { len, .. } => len,
            _ => 0,
        };
        Items {
            document: self.document,
            at: self.at + 1,
            left,
        }
    }

    /// The number of elements of an array, or of members of an object; 0 for anything else.
    #[inline]
    pub fn len(self) -> usize {
        match self.node() {
            Node::Array { len, .. } | Node::Object { len, .. } => len as usize,
            _ => 0,
        }
    }

    /// Whether [`Value::len`] is 0.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// The members of an object, in order.
#[derive(Clone)]
pub struct Entries<'f> {
    document: &'f Document,
    at: u32,
    left: u32,
}

impl<'f> Iterator for Entries<'f> {
    type Item = (&'f str, Value<'f>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = self.document.str(self.at).unwrap_or_default();
        let value = Value::new(self.document, self.at + 1);
        self.at = value.node().next(value.at);
        Some((key, value))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Entries<'_> {}
impl FusedIterator for Entries<'_> {}

/// The elements of an array, in order.
#[derive(Clone)]
pub struct Items<'f> {
    document: &'f Document,
    at: u32,
    left: u32,
}

impl<'f> Iterator for Items<'f> {
    type Item = Value<'f>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let value = Value::new(self.document, self.at);
        self.at = value.node().next(value.at);
        Some(value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
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
