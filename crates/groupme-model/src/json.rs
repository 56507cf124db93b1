//! Owned JSON, for what the model does not know.

use core::iter::FusedIterator;
use std::collections::{BTreeMap, btree_map};

use bayeux_wire::{Kind, Value};

use crate::field::{Kind as _, Seconds};
use crate::timestamp::Timestamp;

#[cfg(feature = "serde")]
mod serde;

/// A JSON value that owns its parts: what a twin keeps of fields that the model does not know.
///
/// Integers are exact to 64 bits; those that `i64` can hold are always `Int`. Negative zero is 0.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other kinds of values")]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that `i64` can hold.
    Int(i64),
    /// An integer beyond `i64::MAX` that `u64` can hold.
    Uint(u64),
    /// Any other number; finite.
    Float(f64),
    /// Text.
    Text(String),
    /// An array.
    List(Vec<Self>),
    /// An object; of members with the same name, the last.
    Object(Extra),
}

/// Members by name: the fields of an object that the model does not know, or could not read.
///
/// An owned twin has one, called `extra`. A field that the model knows but whose value it could not
/// read is `None` in the twin, and its value is here under its own name; written out again, nothing
/// is lost. If the field has since been given a value, that one is written.
pub type Extra = BTreeMap<String, Json>;

impl Json {
    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Extra> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member called `key`, if this is an object that has one.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// A time: RFC 3339, or seconds.
    pub(crate) fn as_time_in_seconds(&self) -> Option<Timestamp> {
        Seconds::own(self)
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

/// The members of an owned object.
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
