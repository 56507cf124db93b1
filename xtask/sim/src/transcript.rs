//! What happened, one line for each fact: as text, as a number that stands for the text, or not at
//! all.

use core::fmt::{self, Write};

use bayeux_proto::Instant;

use crate::fact::{ClientFact, Fact};

/// A transcript, as far as it is wanted.
#[derive(Clone, Debug)]
pub struct Transcript(Form);

#[derive(Clone, Debug)]
enum Form {
    None,
    Hash(Hash),
    Text(String),
}

/// FNV-1a, 64 bits.
#[derive(Clone, Copy, Debug)]
struct Hash(u64);

impl Transcript {
    /// None: the fast way.
    pub fn none() -> Self {
        Self(Form::None)
    }

    /// A number that is the same for the same text.
    pub fn hash() -> Self {
        Self(Form::Hash(Hash(0xCBF2_9CE4_8422_2325)))
    }

    /// All of it.
    pub fn text() -> Self {
        Self(Form::Text(String::new()))
    }

    /// The number, where one was asked for.
    pub fn fingerprint(&self) -> Option<u64> {
        match &self.0 {
            Form::Hash(Hash(hash)) => Some(*hash),
            Form::None | Form::Text(_) => None,
        }
    }

    /// The text, where it was asked for.
    pub fn as_text(&self) -> &str {
        match &self.0 {
            Form::Text(text) => text,
            Form::None | Form::Hash(_) => "",
        }
    }

    pub(crate) fn write(&mut self, now: Instant, fact: &Fact<'_>) {
        match &mut self.0 {
            Form::None => {}
            Form::Hash(hash) => line(hash, now, fact),
            // Nothing has happened where somebody rests; it is only to be compared.
            Form::Text(_) if matches!(fact, Fact::Client(_, ClientFact::Rested { .. })) => {}
            Form::Text(text) => line(text, now, fact),
        }
    }

    pub(crate) fn note(&mut self, now: Instant, note: &str) {
        match &mut self.0 {
            Form::None => {}
            Form::Hash(hash) => line(hash, now, &note),
            Form::Text(text) => line(text, now, &note),
        }
    }
}

fn line(out: &mut impl Write, now: Instant, what: &dyn fmt::Display) {
    // Neither of the two can fail.
    let _: fmt::Result = writeln!(out, "{:>12.6} {what}", now.since_origin().as_secs_f64());
}

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Ok(())
    }
}
