//! Diagnostics of a payload: unreadable fields and unknown members.

use core::fmt::{self, Write as _};

use crate::json_source::{JsonSource, Shape};

/// Field whose value could not be read, or a required field that is absent.
///
/// The field counts as absent. The owned type keeps an unreadable value in its `extra`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Path of the field, such as `subject.attachments[0].url`; empty for the whole payload.
    pub path: String,
    /// Expected value, such as `text`.
    pub expected: &'static str,
    /// Kind of the value that was found, such as `an integer`; `nothing` for an absent field.
    pub found: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            expected,
            found,
        } = self;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        write!(f, "expected {expected}, found {found}")
    }
}

/// Diagnostics collected in one walk over a payload.
#[derive(Debug, Default)]
pub struct Diagnostics {
    /// Path of the current value.
    path: String,
    problems: Vec<Problem>,
    unknown: Vec<String>,
}

impl Diagnostics {
    /// Runs `walk` and returns the diagnostics it reported.
    pub(crate) fn of(walk: impl FnOnce(&mut Self)) -> Self {
        let mut diagnostics = Self::default();
        walk(&mut diagnostics);
        // A repeated member is still one field.
        diagnostics.unknown.sort_unstable();
        diagnostics.unknown.dedup();
        diagnostics
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(crate) fn into_unknown(self) -> Vec<String> {
        self.unknown
    }

    pub(crate) fn into_parts(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems, self.unknown)
    }

    /// Runs `walk` with the path of a member.
    pub(crate) fn member(&mut self, key: &str, walk: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        self.push_key(key);
        walk(self);
        self.path.truncate(len);
    }

    /// Runs `walk` with the path of a list element.
    pub(crate) fn element(&mut self, index: usize, walk: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        // Writing to a String does not fail.
        let _ = write!(self.path, "[{index}]");
        walk(self);
        self.path.truncate(len);
    }

    /// Reports a value of another kind than expected at the current path.
    pub(crate) fn problem(&mut self, expected: &'static str, found: Shape<'_>) {
        self.problems.push(Problem {
            path: self.path.clone(),
            expected,
            found: found.name(),
        });
    }

    /// Reports that a required value is absent at the current path.
    pub(crate) fn missing(&mut self, expected: &'static str) {
        self.problems.push(Problem {
            path: self.path.clone(),
            expected,
            found: "nothing",
        });
    }

    /// Reports a value of an unknown type at the current path, unless it is the whole payload.
    pub(crate) fn unknown(&mut self) {
        if !self.path.is_empty() {
            self.unknown.push(self.path.clone());
        }
    }

    /// Reports an unknown member, and what cannot be read in it.
    pub(crate) fn unknown_member<'s, S: JsonSource<'s>>(&mut self, key: &str, source: S) {
        self.member(key, |diagnostics| {
            diagnostics.unknown();
            diagnostics.unreadable_within(source);
        });
    }

    /// Reports the values that cannot be represented, in a value of which any content is accepted.
    pub(crate) fn unreadable_within<'s, S: JsonSource<'s>>(&mut self, source: S) {
        match source.shape() {
            shape @ Shape::Unreadable(_) => self.problem("a value that can be read", shape),
            Shape::List => {
                for (index, element) in source.elements().enumerate() {
                    self.element(index, |diagnostics| diagnostics.unreadable_within(element));
                }
            }
            Shape::Object => {
                for (key, value) in source.members() {
                    self.member(key, |diagnostics| diagnostics.unreadable_within(value));
                }
            }
            _ => {}
        }
    }

    fn push_key(&mut self, key: &str) {
        let plain = !key.is_empty()
            && key
                .chars()
                .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
        if !plain {
            let _ = write!(self.path, "[{key:?}]");
            return;
        }
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(key);
    }
}
