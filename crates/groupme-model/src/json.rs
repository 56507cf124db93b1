//! Owned JSON, for members that the model does not know.

use core::iter::FusedIterator;
use std::collections::{BTreeMap, btree_map};

use bayeux_wire::{Kind, Value};

#[cfg(feature = "serde")]
mod serde;

/// Owned JSON value, as the `extra` members of an owned type.
///
/// Integers are exact to 64 bits; an integer that `i64` can hold is always `Int`. `-0` is read
/// as 0.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other kinds of values")]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Integer that `i64` can hold.
    Int(i64),
    /// Integer beyond `i64::MAX` that `u64` can hold.
    Uint(u64),
    /// Any other number; finite.
    Float(f64),
    /// JSON string.
    Text(String),
    /// Array.
    List(Vec<Self>),
    /// Object. Of repeated members the last one is kept.
    Object(Extra),
}

/// Members of an object that the model does not know or could not read, by name.
///
/// Every owned type has them in its field `extra`. A known field whose value could not be read is
/// `None`, and its value is here under its own name, so serializing the owned type loses nothing.
/// If the field has been given a value since, that value is written instead.
pub type Extra = BTreeMap<String, Json>;

impl Json {
    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the elements of an array.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the members of an object.
    pub fn as_object(&self) -> Option<&Extra> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the member `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    fn float(value: f64) -> Self {
        // JSON parsers disagree on whether `-0` is an integer.
        let negative_zero = value == 0.0 && value.is_sign_negative();
        if negative_zero {
            Self::Int(0)
        } else {
            Self::Float(value)
        }
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Uint(value), Self::Int)
    }
}

impl From<Value<'_>> for Json {
    fn from(value: Value<'_>) -> Self {
        match value.kind() {
            Kind::Null => Self::Null,
            Kind::Bool(value) => Self::Bool(value),
            Kind::Int(value) => Self::Int(value),
            Kind::Uint(value) => Self::from(value),
            Kind::Float(value) => Self::float(value),
            Kind::Str(text) => Self::Text(text.to_owned()),
            Kind::Array(items) => Self::List(items.map(Self::from).collect()),
            Kind::Object(entries) => Self::Object(
                entries
                    .map(|(key, value)| (key.to_owned(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

/// Iterator over the members of an owned object.
#[derive(Clone, Debug)]
pub struct Members<'s>(Option<btree_map::Iter<'s, String, Json>>);

impl<'s> Members<'s> {
    pub(crate) fn of(json: &'s Json) -> Self {
        Self(json.as_object().map(BTreeMap::iter))
    }
}

impl<'s> Iterator for Members<'s> {
    type Item = (&'s str, &'s Json);

    fn next(&mut self) -> Option<Self::Item> {
        self.0
            .as_mut()?
            .next()
            .map(|(key, value)| (key.as_str(), value))
    }
}

impl FusedIterator for Members<'_> {}
