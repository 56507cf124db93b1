//! Answer as it was sent.

use core::fmt;
use std::sync::Arc;

use bayeux_wire::{Frame, Value, ValueIndex};

use crate::parse::Content;

/// Content of an answer as it was sent; the result of [`Call::as_sent`](crate::Call::as_sent).
#[derive(Clone, Default)]
pub struct RawContent(Option<(Arc<Frame>, ValueIndex)>);

impl RawContent {
    pub(crate) fn of(content: Content<'_>) -> Self {
        Self(Some((content.frame.clone(), content.value.index())))
    }

    /// Returns the content, which is null if there is none. What is nested more than 128 deep, and a number
    /// outside the range of a float, is [unreadable](Value::unreadable).
    pub fn value(&self) -> Value<'_> {
        let found = self.0.as_ref();
        found.map_or_else(Value::default, |(frame, index)| frame.value(*index))
    }
}

/// Shows no content: answers are private.
impl fmt::Debug for RawContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawContent").finish_non_exhaustive()
    }
}
