//! Complaints about the input, of which the first of each kind are printed and the others counted.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use super::elements::Position;

/// Complaints about one input.
#[derive(Debug)]
pub(super) struct Complaints {
    /// Name of the input.
    name: String,
    /// Number of complaints by their text.
    kinds: BTreeMap<String, u64>,
    /// Complaints of further kinds.
    others: u64,
}

impl Complaints {
    pub(super) fn about(name: String) -> Self {
        Self {
            name,
            kinds: BTreeMap::new(),
            others: 0,
        }
    }

    /// Tells of a document that begins at a position, or counts the complaint if there were enough of its
    /// kind.
    pub(super) fn add(&mut self, Position { line, offset }: Position, what: &str) {
        if let Some(count) = self.kinds.get_mut(what) {
            *count = count.saturating_add(1);
            if *count > TOLD {
                return;
            }
        } else if self.kinds.len() < MAX_KINDS {
            self.kinds.insert(what.to_owned(), 1);
        } else {
            self.others = self.others.saturating_add(1);
            return;
        }
        self.write(&format!("line {line}, offset {offset}: {what}"));
    }

    /// Prints the number of complaints that were only counted.
    pub(super) fn finish(&self) {
        for (what, count) in &self.kinds {
            if *count > TOLD {
                self.write(&format!("{} more: {what}", count - TOLD));
            }
        }
        if self.others > 0 {
            self.write(&format!("{} more complaints, of other kinds", self.others));
        }
    }

    fn write(&self, what: &str) {
        // With stderr closed, the exit status still reports the failure.
        let _ = writeln!(io::stderr(), "groupme: {}: {what}", self.name);
    }
}

/// Maximum number of complaints of one kind that are printed.
const TOLD: u64 = 10;

/// Maximum number of kinds; complaints of further kinds are counted together.
const MAX_KINDS: usize = 100;
