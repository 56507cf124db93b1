//! Parsers of answers.

use core::fmt;

use bayeux_wire::DecodeError;
use groupme_model::Json;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::response::Response;

/// Parser of an answer.
pub(crate) struct Parser<T> {
    /// Names of the member to parse, of which the first that exists is taken. The whole content is
    /// parsed if there are no names, or if the content is not an object.
    pub(crate) keys: &'static [&'static str],
    pub(crate) parse: fn(Option<Value>) -> Result<T, ParseError>,
    /// Whether the body is ignored, and need not be JSON.
    pub(crate) ignores_body: bool,
}

/// Cause of an answer that cannot be parsed.
pub(crate) enum ParseError {
    /// The body is not JSON.
    Json(DecodeError),
    /// An object lacks a required member, or a member has the wrong type.
    Data,
    /// The content is absent or null.
    Absent,
    /// The content is not a list.
    NotAList,
    /// No element of the list can be parsed.
    NoElement,
}

impl<T> Parser<T> {
    pub(crate) fn parse(&self, response: &Response<'_>) -> Result<T, ParseError> {
        if self.ignores_body {
            return (self.parse)(None);
        }
        let content = response.content().map_err(ParseError::Json)?;
        (self.parse)(content.and_then(|content| member(content, self.keys)))
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

/// Parses the content as a `T`.
pub(crate) fn one<T: DeserializeOwned>(content: Option<Value>) -> Result<T, ParseError> {
    T::deserialize(content.ok_or(ParseError::Absent)?).map_err(|_| ParseError::Data)
}

/// Parses the content as a `T`, if there is one.
pub(crate) fn maybe<T: DeserializeOwned>(content: Option<Value>) -> Result<Option<T>, ParseError> {
    content.map(|content| one(Some(content))).transpose()
}

/// Parses a list, and logs the number of elements that cannot be parsed.
pub(crate) fn list<T: DeserializeOwned>(content: Option<Value>) -> Result<Vec<T>, ParseError> {
    partial_list(content).map(|list| {
        if list.unreadable > 0 {
            tracing::warn!(
                elements = list.unreadable,
                "a list has elements that cannot be parsed"
            );
        }
        list.items
    })
}

/// Returns the content as it is.
pub(crate) fn json(content: Option<Value>) -> Result<Json, ParseError> {
    maybe(content).map(Option::unwrap_or_default)
}

/// Elements of a list that could be parsed, and the number of the others.
pub(crate) struct PartialList<T> {
    pub(crate) items: Vec<T>,
    pub(crate) unreadable: usize,
}

/// Parses a list. An element that cannot be parsed does not fail the list.
pub(crate) fn partial_list<T: DeserializeOwned>(
    content: Option<Value>,
) -> Result<PartialList<T>, ParseError> {
    let elements = match content {
        None => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(_) => return Err(ParseError::NotAList),
    };
    let total = elements.len();
    let items: Vec<T> = elements
        .into_iter()
        .filter_map(|element| T::deserialize(element).ok())
        .collect();
    Ok(PartialList {
        unreadable: total.saturating_sub(items.len()),
        items,
    })
}

impl<T> Clone for Parser<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Parser<T> {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(DecodeError::Syntax { offset, what }) => {
                return write!(f, "the body is not JSON: {what}, at byte {offset}");
            }
            Self::Json(_) => "the body is not JSON, or nested too deeply",
            // Serde's own text may quote the answer.
            Self::Data => "a required member is missing or has the wrong type",
            Self::Absent => "the content is missing",
            Self::NotAList => "the content is not a list",
            Self::NoElement => "no element of the list can be parsed",
        })
    }
}

/// Writes the same as [`Display`](fmt::Display): a derived `Debug` could show parts of the answer,
/// and with them the token.
impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParseError({self})")
    }
}

impl core::error::Error for ParseError {}
