//! Parsers of answers.

use core::fmt;
use std::sync::Arc;

use bayeux_wire::{DecodeError, Frame, Value};
use groupme_model::{FromValue, Json};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::response::Response;

/// Content of an answer, without its envelope, and the frame that it is part of.
#[derive(Clone, Copy)]
pub(crate) struct Content<'f> {
    pub(crate) frame: &'f Arc<Frame>,
    pub(crate) value: Value<'f>,
}

/// Parser of an answer.
pub(crate) struct Parser<T> {
    /// Names of the member to parse, of which the first that exists is taken. The whole content is
    /// parsed if there are no names, or if the content is not an object.
    pub(crate) keys: &'static [&'static str],
    pub(crate) parse: fn(Option<Content<'_>>) -> Result<T, ParseError>,
    /// Whether an object with none of the names is an error: it must not pass for an empty list.
    pub(crate) is_list: bool,
    pub(crate) body: BodyRule,
}

/// Rule for the body of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// Ignored, and need not be JSON.
    Ignored,
    /// Absent in some answers, as in those to many changes.
    Optional,
    /// Expected, unless the status is 204: no body must not pass for an empty list.
    Expected,
    /// Expected, unless the status is 204, or 304, which GroupMe documents for a page without messages.
    ExpectedOfPage,
}

/// Cause of an answer that cannot be parsed.
pub(crate) enum ParseError {
    /// The body is not JSON, or has more values than are read.
    Json(DecodeError),
    /// The body ends in the middle.
    CutOff,
    /// There is no body, and the status does not say so.
    NoBody,
    /// An object lacks a required member, or a member has the wrong type.
    Data,
    /// A member is missing or has no usable value.
    Field(&'static str),
    /// The envelope has the code of a failure, in contrast to the status, and no content.
    Refused(StatusCode),
    /// The content is absent or null.
    Absent,
    /// The content is not a list.
    NotAList,
    /// No element of the list can be parsed.
    NoElement,
    /// The list takes far more memory than the answer that it is part of.
    TooLarge {
        /// Limit, in bytes.
        limit: usize,
    },
}

impl<T> Parser<T> {
    pub(crate) fn parse(&self, response: &Response<'_>) -> Result<T, ParseError> {
        if self.body == BodyRule::Ignored {
            return (self.parse)(None);
        }
        let Some(frame) = response.frame()? else {
            return match (self.body, response.status) {
                // Nothing was asked for that could be unchanged.
                (BodyRule::Expected, StatusCode::NOT_MODIFIED) => {
                    Err(ParseError::Refused(response.status))
                }
                (BodyRule::ExpectedOfPage, StatusCode::NOT_MODIFIED)
                | (BodyRule::Ignored | BodyRule::Optional, _)
                | (_, StatusCode::NO_CONTENT) => (self.parse)(None),
                (BodyRule::Expected | BodyRule::ExpectedOfPage, _) => Err(ParseError::NoBody),
            };
        };
        let frame = Arc::new(frame);
        let content = crate::response::content(&frame);
        if let Some(status) = crate::response::refusal(&frame).filter(|_| content.is_none()) {
            return Err(ParseError::Refused(status));
        }
        let has_envelope = crate::response::has_envelope(&frame);
        let is_list = |content| may_be_list(content, self.keys, has_envelope);
        if self.is_list && content.is_some_and(|content| !is_list(content)) {
            return Err(ParseError::NotAList);
        }
        let value = content.and_then(|content| member(content, self.keys));
        (self.parse)(value.map(|value| Content {
            frame: &frame,
            value,
        }))
    }
}

/// Returns the member with the first of the keys that exists, or the value itself.
pub(crate) fn member<'f>(content: Value<'f>, keys: &[&str]) -> Option<Value<'f>> {
    if keys.is_empty() || !content.is_object() {
        return Some(content);
    }
    let mut found = keys.iter().filter_map(|key| content.get(key));
    found.find(|value| !value.is_null())
}

/// Returns whether the content has a member of one of the names, or is no object, or is an empty one in
/// GroupMe's envelope: without that, anybody may have sent it.
fn may_be_list(content: Value<'_>, keys: &[&str], has_envelope: bool) -> bool {
    let is_named = || keys.iter().any(|key| content.get(key).is_some());
    !content.is_object() || content.is_empty() && has_envelope || is_named()
}

/// Parses the content as a `T`.
pub(crate) fn one<T: FromValue>(content: Option<Content<'_>>) -> Result<T, ParseError> {
    T::from_value(content.ok_or(ParseError::Absent)?.value).ok_or(ParseError::Data)
}

/// Parses the content as a `T`, if there is one.
pub(crate) fn maybe<T: FromValue>(content: Option<Content<'_>>) -> Result<Option<T>, ParseError> {
    content.map(|content| one(Some(content))).transpose()
}

/// Parses the content as a `T` with serde.
pub(crate) fn deserialized<T: DeserializeOwned>(
    content: Option<Content<'_>>,
) -> Result<T, ParseError> {
    T::deserialize(content.ok_or(ParseError::Absent)?.value).map_err(|_| ParseError::Data)
}

/// Parses a list, and logs the number of elements that cannot be parsed.
pub(crate) fn list<T: FromValue>(content: Option<Content<'_>>) -> Result<Vec<T>, ParseError> {
    let Some(Content { frame, value }) = content else {
        return Ok(Vec::new());
    };
    if !value.is_array() {
        return Err(ParseError::NotAList);
    }
    check_memory::<T>(frame, &[value])?;
    let items = Vec::<T>::from_value(value).unwrap_or_default();
    let unreadable = value.len().saturating_sub(items.len());
    if unreadable > 0 {
        tracing::warn!(
            elements = unreadable,
            "a list has elements that cannot be parsed"
        );
    }
    Ok(items)
}

/// Fails if the objects of some lists take, as `T`, far more memory than the answer: short objects
/// become long.
pub(crate) fn check_memory<T>(frame: &Frame, lists: &[Value<'_>]) -> Result<(), ParseError> {
    let elements = lists.iter().flat_map(|list| list.items());
    let objects = elements.filter(|element| element.is_object()).count();
    let each = size_of::<T>().saturating_add(UNKNOWN_MEMBERS);
    let limit = frame.len().saturating_mul(MAX_GROWTH);
    let limit = limit.saturating_add(FREE_MEMORY).min(MAX_MEMORY);
    if objects.saturating_mul(each) > limit {
        return Err(ParseError::TooLarge { limit });
    }
    Ok(())
}

/// Maximum memory of a list, as a multiple of the size of the answer.
const MAX_GROWTH: usize = 6;
/// Memory that a list may take in an answer of any size, in bytes.
const FREE_MEMORY: usize = 2 << 20;
/// Memory of the map that keeps unknown members of an object, in bytes.
const UNKNOWN_MEMBERS: usize = 700;
/// Maximum memory of a list, in bytes.
const MAX_MEMORY: usize = 64 << 20;

/// Returns the content as it is.
pub(crate) fn json(content: Option<Content<'_>>) -> Result<Json, ParseError> {
    maybe(content).map(Option::unwrap_or_default)
}

/// Implements [`FromValue`] for types of this crate by their `Deserialize`.
macro_rules! from_value_by_serde {
    ($( $Type:ty ),* $(,)?) => { $(
        impl groupme_model::FromValue for $Type {
            fn from_value(value: bayeux_wire::Value<'_>) -> Option<Self> {
                serde::Deserialize::deserialize(value).ok()
            }
        }
    )* };
}

pub(crate) use from_value_by_serde;

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
            Self::Json(DecodeError::TooManyValues { limit }) => {
                return write!(f, "the body has more than {limit} values");
            }
            Self::Json(DecodeError::TooManyObjects { limit }) => {
                return write!(f, "the body has more than {limit} objects");
            }
            Self::Json(_) => "the body is not JSON",
            Self::CutOff => "the body ends in the middle",
            Self::NoBody => "there is no body",
            Self::TooLarge { limit } => {
                return write!(
                    f,
                    "a list of the answer takes more than {limit} bytes of memory"
                );
            }
            Self::Field(name) => return write!(f, "`{name}` is missing or has no usable value"),
            // Serde's own text may quote the answer.
            Self::Data => "a required member is missing or has the wrong type",
            Self::Refused(_) => "the envelope has the code of a failure",
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
