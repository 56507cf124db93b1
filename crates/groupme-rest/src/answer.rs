//! Answer as it was sent.

use core::fmt;
use std::sync::Arc;

use bayeux_wire::{Frame, Place, Value};

use crate::parse::Content;

/// Content of an answer as it was sent; the result of [`Call::as_sent`](crate::Call::as_sent).
#[derive(Clone, Default)]
pub struct Answer(Option<(Arc<Frame>, Place)>);

impl Answer {
    pub(crate) fn of(content: Content<'_>) -> Self {
        Self(Some((content.frame.clone(), content.value.place())))
    }

    /// Returns the content, which is null if there is none. What is nested more than 128 deep, and a number
    /// outside the range of a float, is [unreadable](Value::unreadable).
    pub fn value(&self) -> Value<'_> {
        let found = self.0.as_ref();
        found.map_or_else(Value::default, |(frame, place)| frame.value(*place))
    }
}

/// Shows no content: answers are private.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}
