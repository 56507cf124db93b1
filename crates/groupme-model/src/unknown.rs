//! What the model does not know: kept whole.

use bayeux_wire::Value;

use crate::finding::Findings;
use crate::json::Json;
use crate::source::{Shape, Source};

/// A value whose kind the model does not know, or that lacks what its kind requires.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    kind: Box<str>,
    raw: Json,
}

/// A view of what the model does not know; the owned twin is [`Unknown`].
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

    /// The kind, as GroupMe calls it; empty if the value does not say.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The whole value.
    pub fn raw(&self) -> &Json {
        &self.raw
    }
}

impl<'f> UnknownRef<'f> {
    pub(crate) fn new(kind: &'f str, raw: Value<'f>) -> Self {
        Self { kind, raw }
    }

    /// The kind, as GroupMe calls it; empty if the value does not say.
    pub fn kind(&self) -> &'f str {
        self.kind
    }

    /// The whole value.
    pub fn raw(&self) -> Value<'f> {
        self.raw
    }

    /// Copies everything out of the frame.
    pub fn into_owned(self) -> Unknown {
        Unknown::new(self.kind, Json::from(self.raw))
    }
}

impl PartialEq<Unknown> for UnknownRef<'_> {
    fn eq(&self, other: &Unknown) -> bool {
        *self.kind == *other.kind && Json::from(self.raw) == other.raw
    }
}

/// The `type` of an object; empty if it has none.
#[inline]
pub(crate) fn type_of<'s, S: Source<'s>>(member: impl Fn(&'static str) -> Option<S>) -> &'s str {
    match member("type").map(S::shape) {
        Some(Shape::Text(text)) => text,
        _ => "",
    }
}

/// Reports that an object does not say of which type it is.
pub(crate) fn report_type<'s, S: Source<'s>>(source: S, findings: &mut Findings) {
    let kind = source.member("type").map(S::shape);
    findings.member("type", |findings| match kind {
        Some(Shape::Text(_)) => {}
        Some(shape) => findings.problem("text", shape),
        None => findings.missing("text"),
    });
}
