//! A value inside a frame, and the walks over its parts.

use core::{fmt, hint::select_unpredictable, iter::FusedIterator};

use simd_json::{StaticNode, tape::Node};

use crate::members::{Members, Names};

/// A JSON value inside a [`Frame`](crate::Frame). Cheap to copy; what it hands out borrows from the
/// frame, not from it.
///
/// `Display` and `Debug` print compact JSON, all of it: think before logging one that may hold a
/// credential.
#[derive(Clone, Copy, Default)]
pub struct Value<'f> {
    /// Its own, those of all that is inside it, and whatever comes behind. Of the default, which is
    /// `null`, there are none.
    nodes: &'f [Node<'f>],
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
    /// The value whose node is the first of `nodes`, if there is one.
    #[inline]
    pub(crate) fn first_of(nodes: &'f [Node<'f>]) -> Option<Self> {
        (!nodes.is_empty()).then_some(Self { nodes })
    }

    #[inline]
    fn node(self) -> Node<'f> {
        let first = self.nodes.first().copied();
        first.unwrap_or(Node::Static(StaticNode::Null))
    }

    /// What this value is, with its content.
    #[inline]
    pub fn kind(self) -> Kind<'f> {
        match self.node() {
            Node::Static(StaticNode::Null) => Kind::Null,
            Node::Static(StaticNode::Bool(value)) => Kind::Bool(value),
            Node::Static(StaticNode::I64(value)) => Kind::Int(value),
            Node::Static(StaticNode::U64(value)) => {
                i64::try_from(value).map_or(Kind::Uint(value), Kind::Int)
            }
            Node::Static(StaticNode::F64(value)) => Kind::Float(value),
            Node::String(text) => Kind::Str(text),
            Node::Array { .. } => Kind::Array(self.items()),
            Node::Object { .. } => Kind::Object(self.entries()),
        }
    }

    /// The text, if this is a string.
    #[inline]
    pub fn as_str(self) -> Option<&'f str> {
        match self.node() {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth, if this is a boolean.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        match self.node() {
            Node::Static(StaticNode::Bool(value)) => Some(value),
            _ => None,
        }
    }

    /// The number, if this is an integer that `i64` can hold. Numbers with a fraction or an
    /// exponent are not, whatever they amount to.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        match self.node() {
            Node::Static(StaticNode::I64(value)) => Some(value),
            Node::Static(StaticNode::U64(value)) => i64::try_from(value).ok(),
            _ => None,
        }
    }

    /// The number, if this is an integer that `u64` can hold. Numbers with a fraction or an
    /// exponent are not, whatever they amount to.
    #[inline]
    pub fn as_u64(self) -> Option<u64> {
        match self.node() {
            Node::Static(StaticNode::I64(value)) => u64::try_from(value).ok(),
            Node::Static(StaticNode::U64(value)) => Some(value),
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
            Node::Static(StaticNode::I64(value)) => Some(value as f64),
            Node::Static(StaticNode::U64(value)) => Some(value as f64),
            Node::Static(StaticNode::F64(value)) => Some(value),
            _ => None,
        }
    }

    /// Whether this is `null`.
    #[inline]
    pub fn is_null(self) -> bool {
        matches!(self.node(), Node::Static(StaticNode::Null))
    }

    /// The member called `key`, if this is an object that has one. Of several with the same key it
    /// is the last, as in JavaScript.
    #[inline]
    pub fn get(self, key: &str) -> Option<Self> {
        let mut found = None;
        let mut rest = self.entries().rest;
        while let [Node::String(name), nodes @ ..] = rest {
            let [value, behind @ ..] = nodes else { break };
            if *name == key {
                found = Some(Self { nodes });
            }
            rest = skip(value, behind);
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
        match self.nodes {
            [Node::Object { len, count }, inner @ ..] => Entries {
                rest: inner.get(..*count).unwrap_or_default(),
                left: *len,
            },
            _ => Entries { rest: &[], left: 0 },
        }
    }

    /// The elements of an array in order; none if this is not an array.
    #[inline]
    pub fn items(self) -> Items<'f> {
        match self.nodes {
            [Node::Array { len, count }, inner @ ..] => Items {
                rest: inner.get(..*count).unwrap_or_default(),
                left: *len,
            },
            _ => Items { rest: &[], left: 0 },
        }
    }

    /// The number of elements of an array, or of members of an object; 0 for anything else.
    #[inline]
    pub fn len(self) -> usize {
        match self.node() {
            Node::Array { len, .. } | Node::Object { len, .. } => len,
            _ => 0,
        }
    }

    /// Whether [`Value::len`] is 0.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How many nodes after that of `outer` this value's comes, if it is a part of it.
    #[inline]
    pub(crate) fn position_in(self, outer: Value<'_>) -> usize {
        let (inner, outer) = (self.nodes.as_ptr().addr(), outer.nodes.as_ptr().addr());
        inner.wrapping_sub(outer) / size_of::<Node<'_>>()
    }

    /// Notes where the members of these names are, in one walk over the object; none if this is not
    /// an object.
    #[inline]
    pub fn members<const M: usize>(self, names: &Names<M>) -> Members<'f, M> {
        Members::new(self, names)
    }

    /// Whether this is an object.
    #[inline]
    pub fn is_object(self) -> bool {
        matches!(self.node(), Node::Object { .. })
    }

    #[inline]
    pub(crate) fn nodes(self) -> &'f [Node<'f>] {
        self.nodes
    }

    /// The nodes of the parts of an object; none if this is not one.
    #[inline]
    pub(crate) fn inner(self) -> &'f [Node<'f>] {
        self.entries().rest
    }

    /// An object without the nodes that come behind it; anything else as it is.
    #[inline]
    pub(crate) fn alone(self) -> Self {
        let nodes = match self.nodes {
            [Node::Object { count, .. }, ..] => self.nodes.get(..=*count),
            _ => None,
        };
        nodes.map_or(self, |nodes| Self { nodes })
    }
}

/// How many nodes the parts of a value have, whose own is `node`.
#[inline]
pub(crate) fn parts(node: Node<'_>) -> usize {
    let (has_parts, count) = match node {
        Node::Array { count, .. } | Node::Object { count, .. } => (true, count),
        Node::String(text) => (false, text.len()),
        Node::Static(_) => (false, 0),
    };
    select_unpredictable(has_parts, count, 0)
}

/// What comes behind the value whose own node is `node`, where `behind` comes behind that.
#[inline]
pub(crate) fn skip<'f>(node: &Node<'_>, behind: &'f [Node<'f>]) -> &'f [Node<'f>] {
    match node {
        Node::Array { count, .. } | Node::Object { count, .. } => match behind.get(*count..) {
            Some(behind) => behind,
            None => &[],
        },
        _ => behind,
    }
}

/// The members of an object, in order.
#[derive(Clone)]
pub struct Entries<'f> {
    rest: &'f [Node<'f>],
    left: usize,
}

impl<'f> Iterator for Entries<'f> {
    type Item = (&'f str, Value<'f>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let [Node::String(key), nodes @ ..] = self.rest else {
            return None;
        };
        let [value, behind @ ..] = nodes else {
            return None;
        };
        self.rest = skip(value, behind);
        self.left = self.left.saturating_sub(1);
        Some((key, Value { nodes }))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}
impl FusedIterator for Entries<'_> {}

/// The elements of an array, in order.
#[derive(Clone)]
pub struct Items<'f> {
    rest: &'f [Node<'f>],
    left: usize,
}

impl<'f> Iterator for Items<'f> {
    type Item = Value<'f>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let nodes = self.rest;
        let [value, behind @ ..] = nodes else {
            return None;
        };
        self.rest = skip(value, behind);
        self.left = self.left.saturating_sub(1);
        Some(Value { nodes })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
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
