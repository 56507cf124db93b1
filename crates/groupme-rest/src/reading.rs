//! What is read from an answer.

use core::fmt;

use bayeux_wire::DecodeError;
use groupme_model::Json;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::Answer;

/// How an answer is read as a `T`.
pub(crate) struct Reading<T> {
    /// The members that may have it, the first of which to be there is taken; the whole content if
    /// there are none, or if the content is no object.
    pub(crate) keys: &'static [&'static str],
    pub(crate) read: fn(Option<Value>) -> Result<T, Mismatch>,
    /// Whether the body does not matter, and need not be JSON.
    pub(crate) is_deaf: bool,
}

/// Why an answer cannot be read.
pub(crate) enum Mismatch {
    /// It is not JSON.
    Json(DecodeError),
    /// An object of it lacks what it cannot be used without.
    Data,
    /// What was asked for is not there.
    Absent,
    /// It should be a list.
    NoList,
    /// It is a list, but nothing in it can be read.
    Broken,
}

impl<T> Reading<T> {
    pub(crate) fn of(&self, answer: &Answer<'_>) -> Result<T, Mismatch> {
        if self.is_deaf {
            return (self.read)(None);
        }
        let content = answer.content().map_err(Mismatch::Json)?;
        (self.read)(content.and_then(|content| member(content, self.keys)))
    }
}

fn member(mut content: Value, keys: &[&str]) -> Option<Value> {
    if keys.is_empty() || !content.is_object() {
        return Some(content);
    }
    let key = keys
        .iter()
        .find(|key| content.get(key).is_some_and(|value| !value.is_null()))?;
    content.get_mut(key).map(Value::take)
}

pub(crate) fn one<T: DeserializeOwned>(content: Option<Value>) -> Result<T, Mismatch> {
    T::deserialize(content.ok_or(Mismatch::Absent)?).map_err(|_| Mismatch::Data)
}

pub(crate) fn maybe<T: DeserializeOwned>(content: Option<Value>) -> Result<Option<T>, Mismatch> {
    content.map(|content| one(Some(content))).transpose()
}

pub(crate) fn list<T: DeserializeOwned>(content: Option<Value>) -> Result<Vec<T>, Mismatch> {
    some_of(content).map(|list| {
        if list.unreadable > 0 {
            tracing::warn!(
                elements = list.unreadable,
                "a list has elements that cannot be read"
            );
        }
        list.items
    })
}

pub(crate) fn json(content: Option<Value>) -> Result<Json, Mismatch> {
    maybe(content).map(Option::unwrap_or_default)
}

/// The elements of a list that can be read, and how many cannot.
pub(crate) struct SomeOf<T> {
    pub(crate) items: Vec<T>,
    pub(crate) unreadable: usize,
}

/// One broken element must not take the others with it.
pub(crate) fn some_of<T: DeserializeOwned>(content: Option<Value>) -> Result<SomeOf<T>, Mismatch> {
    let elements = match content {
        None => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(_) => return Err(Mismatch::NoList),
    };
    let total = elements.len();
    let items: Vec<T> = elements
        .into_iter()
        .filter_map(|element| T::deserialize(element).ok())
        .collect();
    Ok(SomeOf {
        unreadable: total.saturating_sub(items.len()),
        items,
    })
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(DecodeError::Syntax { offset, what }) => {
                return write!(f, "it is not JSON: {what}, at byte {offset}");
            }
            Self::Json(_) => "it is not JSON, or nested too deeply",
            // Serde's own text may quote what was received.
            Self::Data => "it lacks what it cannot be used without",
            Self::Absent => "it does not have what was asked for",
            Self::NoList => "it has something else where a list should be",
            Self::Broken => "nothing in its list can be read",
        })
    }
}

/// As for people: what was received may be in the rest, and in that the token.
impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mismatch({self})")
    }
}

impl core::error::Error for Mismatch {}
