//! Values of unknown type, kept whole.

use bayeux_wire::Value;

use crate::diagnostics::Diagnostics;
use crate::json::Json;
use crate::json_source::{JsonSource, Shape};

/// Value of an unknown type, or one that lacks a field its type requires.
///
/// Owned; the view is [`UnknownRef`].
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    kind: Box<str>,
    raw: Json,
}

/// Value of an unknown type, or one that lacks a field its type requires.
///
/// A view; the owned type is [`Unknown`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnknownRef<'f> {
    kind: &'f str,
    raw: Value<'f>,
}

impl Unknown {
    pub(crate) fn new(kind: &str, raw: Json) -> Self {
        Self {
            kind: kind.into(),
            raw,
        }
    }

    /// Returns the `type` that GroupMe sent; empty if there is none.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the whole value.
    pub fn raw(&self) -> &Json {
        &self.raw
    }
}

impl<'f> UnknownRef<'f> {
    pub(crate) fn new(kind: &'f str, raw: Value<'f>) -> Self {
        Self { kind, raw }
    }

    /// Returns the `type` that GroupMe sent; empty if there is none.
    pub fn kind(&self) -> &'f str {
        self.kind
    }

    /// Returns the whole value.
    pub fn raw(&self) -> Value<'f> {
        self.raw
    }

    /// Copies the value out of the frame.
    pub fn into_owned(self) -> Unknown {
        Unknown::new(self.kind, Json::from(self.raw))
    }
}

impl PartialEq<Unknown> for UnknownRef<'_> {
    fn eq(&self, other: &Unknown) -> bool {
        *self.kind == *other.kind && Json::from(self.raw) == other.raw
    }
}

/// Returns the `type` of an object; empty if it has none.
#[inline]
pub(crate) fn type_of<'s, S: JsonSource<'s>>(
    member: impl Fn(&'static str) -> Option<S>,
) -> &'s str {
    match member("type").map(S::shape) {
        Some(Shape::Text(text)) => text,
        _ => "",
    }
}

/// Reports an object without a `type`.
pub(crate) fn report_missing_type<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
    let kind = source.member("type").map(S::shape);
    diagnostics.member("type", |diagnostics| match kind {
        Some(Shape::Text(_)) => {}
        Some(shape) => diagnostics.problem("text", shape),
        None => diagnostics.missing("text"),
    });
}
