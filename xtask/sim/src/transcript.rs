//! A record of the facts of a run, one line each: as text, as a hash of the text, or discarded.

use core::{
    fmt::{self, Write},
    hash::Hasher,
};
use std::hash::DefaultHasher;

use bayeux_proto::Instant;

use crate::fact::{ClientFact, Fact};

/// A record of a run, in the form that is needed.
#[derive(Clone, Debug)]
pub struct Transcript(Form);

#[derive(Clone, Debug)]
enum Form {
    Discarded,
    /// With fixed keys, so that the same text has the same hash in every process.
    Hash(DefaultHasher),
    Text(String),
}

impl Transcript {
    /// Discards all facts, which is fastest.
    pub fn none() -> Self {
        Self(Form::Discarded)
    }

    /// Keeps a hash of the text.
    pub fn hash() -> Self {
        Self(Form::Hash(DefaultHasher::new()))
    }

    /// Keeps the whole text.
    pub fn text() -> Self {
        Self(Form::Text(String::new()))
    }

    /// Returns the hash, if this transcript keeps one.
    pub fn fingerprint(&self) -> Option<u64> {
        match &self.0 {
            Form::Hash(hash) => Some(hash.finish()),
            Form::Discarded | Form::Text(_) => None,
        }
    }

    /// Returns the text; empty if this transcript does not keep it.
    pub fn as_text(&self) -> &str {
        match &self.0 {
            Form::Text(text) => text,
            Form::Discarded | Form::Hash(_) => "",
        }
    }

    pub(crate) fn write(&mut self, now: Instant, fact: &Fact<'_>) {
        // A client at rest is of interest to a comparison only.
        let is_rest = matches!(fact, Fact::Client(_, ClientFact::Rested { .. }));
        if !(is_rest && matches!(self.0, Form::Text(_))) {
            self.line(now, fact);
        }
    }

    pub(crate) fn line(&mut self, now: Instant, what: &dyn fmt::Display) {
        let seconds = now.since_origin().as_secs_f64();
        // Writing to memory cannot fail.
        let _: fmt::Result = match &mut self.0 {
            Form::Discarded => Ok(()),
            Form::Hash(hash) => writeln!(Hashed(hash), "{seconds:>12.6} {what}"),
            Form::Text(text) => writeln!(text, "{seconds:>12.6} {what}"),
        };
    }
}

struct Hashed<'a>(&'a mut DefaultHasher);

impl Write for Hashed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
