//! Parsers of answers.

use core::fmt;
use std::sync::Arc;

use bayeux_wire::{DecodeError, Frame, Value};
use groupme_model::{FromValue, Json, Losses};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::{CallName, response::Response};

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
    /// Whether the result has the whole answer, as received.
    pub(crate) is_whole: bool,
}

/// Rule for the body of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// Ignored, and need not be JSON: it is a medium, or comes from a store of media.
    Ignored,
    /// Absent, or an answer of the API that says nothing but success.
    Acknowledgement,
    /// Absent in some answers, as in those to many changes.
    Optional,
    /// Any content, or none.
    Any,
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
    /// The envelope has the code of a failure, or the body has error messages in place of a content, in
    /// contrast to the status.
    Refused(StatusCode),
    /// The content is absent or null.
    Absent,
    /// The content is not a list.
    NotAList,
    /// The body is a text, a number or a boolean, as no answer of the API.
    NotAnObject,
    /// No element of the list can be parsed.
    NoElement,
    /// The list takes far more memory than the answer that it is part of.
    TooLarge {
        /// Limit, in bytes.
        limit: usize,
    },
}

impl<T> Parser<T> {
    pub(crate) fn parse(&self, call: &CallName, response: &Response<'_>) -> Result<T, ParseError> {
        if self.body == BodyRule::Ignored {
            return (self.parse)(None);
        }
        let Some(frame) = response.frame()? else {
            return self.parse_nothing(response.status);
        };
        let frame = Arc::new(frame);
        let content = crate::response::content(&frame);
        if let Some(status) = self.refusal(&frame, content, response.status) {
            return Err(ParseError::Refused(status));
        }
        let has_envelope = crate::response::has_envelope(&frame);
        match (self.body, content) {
            // Anybody answers so; GroupMe's null is in its envelope.
            (BodyRule::Expected | BodyRule::ExpectedOfPage, None) if !has_envelope => {
                return Err(ParseError::Absent);
            }
            (BodyRule::Acknowledgement, Some(content))
                if !has_envelope && !content.is_object() && !content.is_array() =>
            {
                return Err(ParseError::NotAnObject);
            }
            _ => {}
        }
        if self.is_list && content.is_some_and(|content| !self.may_be_list(content, has_envelope)) {
            return Err(ParseError::NotAList);
        }
        let value = content.and_then(|content| member(content, self.keys));
        if !self.is_whole && self.body != BodyRule::Acknowledgement {
            let losses = value.map(Losses::of).unwrap_or_default();
            if !losses.is_none() {
                tracing::warn!(%call, "an answer is not kept as it was sent: {losses}");
            }
        }
        (self.parse)(value.map(|value| Content {
            frame: &frame,
            value,
        }))
    }

    /// Returns whether the content has a member of one of the names, or is no object. An object without
    /// them is an empty list only in GroupMe's envelope, without which anybody may have sent it: an empty
    /// object, or any if the list may be left out because it has not changed. The answer to a change may
    /// also be an empty object alone.
    fn may_be_list(&self, content: Value<'_>, has_envelope: bool) -> bool {
        let is_optional = self.body == BodyRule::Optional;
        !content.is_object()
            || self.has_member(content)
            || content.is_empty() && (has_envelope || is_optional)
            || has_envelope && is_optional
    }

    fn has_member(&self, content: Value<'_>) -> bool {
        self.keys.iter().any(|key| content.get(key).is_some())
    }

    /// Parses an answer without a body.
    fn parse_nothing(&self, status: StatusCode) -> Result<T, ParseError> {
        match (self.body, status) {
            (_, StatusCode::NO_CONTENT)
            | (BodyRule::ExpectedOfPage, StatusCode::NOT_MODIFIED)
            | (BodyRule::Any, _) => (self.parse)(None),
            // Nothing was asked for that could be unchanged.
            (_, StatusCode::NOT_MODIFIED) => Err(ParseError::Refused(status)),
            (BodyRule::Expected | BodyRule::ExpectedOfPage, _) => Err(ParseError::NoBody),
            (BodyRule::Ignored | BodyRule::Acknowledgement | BodyRule::Optional, _) => {
                (self.parse)(None)
            }
        }
    }

    /// Returns the status of a failure that the body reports, although that of the answer is a success.
    fn refusal(
        &self,
        frame: &Frame,
        content: Option<Value<'_>>,
        status: StatusCode,
    ) -> Option<StatusCode> {
        if crate::response::has_envelope(frame) {
            // A content is an answer, whatever the code says.
            let is_decisive = content.is_none() || self.body == BodyRule::Acknowledgement;
            let refusal = crate::response::refusal(frame, status).filter(|_| is_decisive);
            let is_page = self.body == BodyRule::ExpectedOfPage;
            return refusal.filter(|code| !(is_page && *code == StatusCode::NOT_MODIFIED));
        }
        // Answers without an envelope are of many forms, and an object that was asked for may have a
        // member `error` of its own.
        let is_change = matches!(self.body, BodyRule::Acknowledgement | BodyRule::Optional);
        let is_found = content.is_some_and(|content| self.has_member(content));
        if is_change && !is_found {
            return crate::response::bare_refusal(frame, status);
        }
        None
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
            Self::Refused(_) => "the body tells of a failure",
            Self::Absent => "the content is missing",
            Self::NotAList => "the content is not a list",
            Self::NotAnObject => "the body is neither an object nor a list",
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
