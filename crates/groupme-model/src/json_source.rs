//! JSON that can be read from a frame or from an owned [`Json`] value.
//!
//! Views, owned types and owned types deserialized by serde agree, because all of them are read
//! through this trait.

use bayeux_wire::{Entries, Items, Kind, Unreadable, Value};

use crate::json::{self, Json};

/// JSON value without the content of arrays and objects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape<'s> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Integer that `i64` can hold.
    Int(i64),
    /// Integer beyond `i64::MAX` that `u64` can hold.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// JSON string.
    Text(&'s str),
    /// Array.
    List,
    /// Object.
    Object,
    /// Value that cannot be represented.
    Unreadable(Unreadable),
}

impl Shape<'_> {
    /// Name of the kind, for a [`Problem`](crate::Problem).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Uint(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Unreadable(Unreadable::OutOfRange) => "a number outside the range of a float",
            Self::Unreadable(_) => "a value nested too deeply",
        }
    }
}

/// JSON value whose content can be read.
pub trait JsonSource<'s>: Copy {
    /// Iterator over the elements of an array.
    type Items: Iterator<Item = Self>;
    /// Iterator over the members of an object, in order.
    type Members: Iterator<Item = (&'s str, Self)>;

    /// Returns the kind of the value, with the value itself if it is a scalar.
    fn shape(self) -> Shape<'s>;
    /// Returns the elements; none if this is not an array.
    fn elements(self) -> Self::Items;
    /// Returns the members; none if this is not an object.
    fn members(self) -> Self::Members;
    /// Copies the value.
    fn to_json(self) -> Json;

    /// Returns the member with the name `key`, the last one if it is repeated.
    fn member(self, key: &str) -> Option<Self> {
        self.members()
            .filter(|(name, _)| *name == key)
            .last()
            .map(|(_, value)| value)
    }

    /// Returns `true` if this is an object.
    fn is_object(self) -> bool {
        matches!(self.shape(), Shape::Object)
    }

    /// Returns `true` if this is `null`.
    fn is_null(self) -> bool {
        matches!(self.shape(), Shape::Null)
    }
}

impl<'f> JsonSource<'f> for Value<'f> {
    type Items = Items<'f>;
    type Members = Entries<'f>;

    #[inline]
    fn shape(self) -> Shape<'f> {
        match self.kind() {
            Kind::Null => self.unreadable().map_or(Shape::Null, Shape::Unreadable),
            Kind::Bool(value) => Shape::Bool(value),
            Kind::Int(value) => Shape::Int(value),
            Kind::Uint(value) => Shape::Uint(value),
            // JSON parsers disagree on whether negative zero is an integer: here it always is.
            Kind::Float(value) if value == 0.0 && value.is_sign_negative() => Shape::Int(0),
            Kind::Float(value) => Shape::Float(value),
            Kind::Str(text) => Shape::Text(text),
            Kind::Array(_) => Shape::List,
            Kind::Object(_) => Shape::Object,
        }
    }

    #[inline]
    fn elements(self) -> Items<'f> {
        self.items()
    }

    #[inline]
    fn members(self) -> Entries<'f> {
        self.entries()
    }

    fn to_json(self) -> Json {
        Json::from(self)
    }

    #[inline]
    fn member(self, key: &str) -> Option<Self> {
        self.get(key)
    }

    #[inline]
    fn is_object(self) -> bool {
        Value::is_object(self)
    }

    #[inline]
    fn is_null(self) -> bool {
        Value::is_null(self) && self.unreadable().is_none()
    }
}

impl<'s> JsonSource<'s> for &'s Json {
    type Items = core::slice::Iter<'s, Json>;
    type Members = json::Members<'s>;

    fn shape(self) -> Shape<'s> {
        match self {
            Json::Null => Shape::Null,
            Json::Bool(value) => Shape::Bool(*value),
            Json::Int(value) => Shape::Int(*value),
            Json::Uint(value) => Shape::Uint(*value),
            Json::Float(value) => Shape::Float(*value),
            Json::Text(text) => Shape::Text(text),
            Json::List(_) => Shape::List,
            Json::Object(_) => Shape::Object,
        }
    }

    fn elements(self) -> Self::Items {
        self.as_list().unwrap_or_default().iter()
    }

    fn members(self) -> json::Members<'s> {
        json::Members::of(self)
    }

    fn to_json(self) -> Json {
        self.clone()
    }
}
