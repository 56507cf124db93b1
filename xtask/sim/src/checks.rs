//! Whoever watches a run: all invariants, and the transcript where one is wanted.

use core::fmt;

use bayeux_proto::Instant;

use crate::{
    fact::Fact,
    invariants::{self, End, Invariant},
    plan::Plan,
    tally::Tally,
    transcript::Transcript,
};

/// The watchers of one run.
#[derive(Debug)]
pub struct Checks {
    invariants: Vec<Box<dyn Invariant>>,
    transcript: Transcript,
    tally: Tally,
    violation: Option<Violation>,
}

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// What happened instead.
    pub what: String,
    /// When.
    pub at: Instant,
}

impl Checks {
    /// Watches a run of this plan.
    pub fn new(plan: &Plan, transcript: Transcript) -> Self {
        Self {
            invariants: invariants::all(plan),
            transcript,
            tally: Tally::default(),
            violation: None,
        }
    }

    /// Something happened.
    pub fn see(&mut self, now: Instant, fact: &Fact<'_>) {
        if self.violation.is_some() {
            return;
        }
        self.transcript.write(now, fact);
        self.tally.count(fact);
        for invariant in &mut self.invariants {
            if let Err(what) = invariant.observe(now, fact) {
                let invariant = invariant.name();
                self.fail(now, invariant, what);
                return;
            }
        }
    }

    /// Something does not hold.
    pub fn fail(&mut self, now: Instant, invariant: &'static str, what: String) {
        if self.violation.is_none() {
            self.transcript
                .note(now, &format!("VIOLATION  {invariant}: {what}"));
            self.violation = Some(Violation {
                invariant,
                what,
                at: now,
            });
        }
    }

    /// Whether something did not hold. Nothing that comes after it is looked at.
    pub fn has_failed(&self) -> bool {
        self.violation.is_some()
    }

    /// What is still to come before all is well, by each invariant; empty when it is.
    pub fn missing(&self, end: &End<'_>) -> Vec<(&'static str, String)> {
        let missing = |invariant: &dyn Invariant| Some((invariant.name(), invariant.missing(end)?));
        self.invariants
            .iter()
            .filter_map(|invariant| missing(&**invariant))
            .collect()
    }

    /// What did not hold, what was seen, and how much of it.
    pub fn into_parts(self) -> (Option<Violation>, Transcript, Tally) {
        (self.violation, self.transcript, self.tally)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.invariant, self.at, self.what)
    }
}
