//! What a payload holds that the model does not know, or cannot read.

use core::fmt::{self, Write as _};

use crate::source::Shape;

/// A field whose value is not what the model expects there, or that must be there and is not. The
/// field counts as absent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it is, such as `subject.attachments[0].url`; empty for the whole.
    pub path: String,
    /// What belongs there, such as `text`.
    pub expected: &'static str,
    /// What kind of value is there, such as `an integer`, or `nothing`.
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

/// Findings of one walk over a payload.
#[derive(Debug, Default)]
pub struct Findings {
    path: String,
    problems: Vec<Problem>,
    unknown: Vec<String>,
}

impl Findings {
    /// Walks with `look` and hands back what it found.
    pub(crate) fn of(look: impl FnOnce(&mut Self)) -> Self {
        let mut findings = Self::default();
        look(&mut findings);
        // A member can occur twice, but it is one field.
        findings.unknown.sort_unstable();
        findings.unknown.dedup();
        findings
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

    /// Walks a member.
    pub(crate) fn member(&mut self, key: &str, look: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        self.push_key(key);
        look(self);
        self.path.truncate(len);
    }

    /// Walks an element of a list.
    pub(crate) fn element(&mut self, index: usize, look: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        // Writing to a String does not fail.
        let _ = write!(self.path, "[{index}]");
        look(self);
        self.path.truncate(len);
    }

    /// Reports that the value here is not what belongs here.
    pub(crate) fn problem(&mut self, expected: &'static str, found: Shape<'_>) {
        self.problems.push(Problem {
            path: self.path.clone(),
            expected,
            found: found.name(),
        });
    }

    /// Reports that there is nothing here, where something must be.
    pub(crate) fn missing(&mut self, expected: &'static str) {
        self.problems.push(Problem {
            path: self.path.clone(),
            expected,
            found: "nothing",
        });
    }

    /// Reports that the value here is of a kind the model does not know. Not said of the whole.
    pub(crate) fn unknown(&mut self) {
        if !self.path.is_empty() {
            self.unknown.push(self.path.clone());
        }
    }

    /// Reports a member that the model does not know.
    pub(crate) fn unknown_member(&mut self, key: &str) {
        self.member(key, Self::unknown);
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
