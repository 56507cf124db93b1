//! The observers of a run: invariants, counters and the transcript.

use core::fmt;

use bayeux_proto::Instant;

use crate::{
    counters::Counters,
    fact::{Fact, PublishedEvent, PublishedMessage},
    invariants::{self, Check, End},
    plan::Plan,
    transcript::Transcript,
};

/// The observers of one run.
#[derive(Debug)]
pub(crate) struct Checks {
    invariants: Vec<Check>,
    transcript: Transcript,
    counters: Counters,
    violation: Option<Violation>,
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Name of the invariant.
    pub invariant: &'static str,
    /// Description of what happened instead.
    pub what: String,
    /// Virtual time at which it happened.
    pub at: Instant,
}

impl Checks {
    pub(crate) fn new(plan: &Plan, transcript: Transcript) -> Self {
        Self {
            invariants: invariants::all(plan),
            transcript,
            counters: Counters::default(),
            violation: None,
        }
    }

    /// Observes a fact.
    pub(crate) fn see(&mut self, now: Instant, fact: &Fact<'_>) {
        if self.violation.is_some() {
            return;
        }
        self.transcript.write(now, fact);
        self.counters.count(fact);
        match *fact {
            Fact::Published {
                number,
                channel,
                data,
            } => {
                let event = PublishedEvent {
                    number,
                    channel,
                    message: PublishedMessage::parse(data),
                };
                for check in &mut self.invariants {
                    check.invariant.published(&event);
                }
            }
            Fact::Client(client, ref fact) => {
                let of_client = |check: &&mut Check| check.client == client;
                for check in self.invariants.iter_mut().filter(of_client) {
                    if let Err(what) = check.invariant.observe(fact) {
                        let name = check.name;
                        self.fail(now, name, format!("client {client}: {what}"));
                        return;
                    }
                }
            }
            _ => {}
        }
    }

    /// Records a violation; the first one counts.
    pub(crate) fn fail(&mut self, now: Instant, invariant: &'static str, what: String) {
        if self.violation.is_none() {
            self.transcript
                .line(now, &format!("VIOLATION  {invariant}: {what}"));
            self.violation = Some(Violation {
                invariant,
                what,
                at: now,
            });
        }
    }

    /// Returns whether an invariant was broken. Later facts are ignored.
    pub(crate) fn has_failed(&self) -> bool {
        self.violation.is_some()
    }

    /// Returns the first condition that does not hold yet, with the name of its invariant; `None`
    /// once all hold.
    pub(crate) fn missing(&self, end: &End<'_>) -> Option<(&'static str, String)> {
        self.invariants.iter().find_map(|check| {
            let what = check.invariant.missing(&end.clients[check.client], end)?;
            Some((check.name, format!("client {}: {what}", check.client)))
        })
    }

    /// Returns the violation, the transcript and the counters.
    pub(crate) fn into_parts(self) -> (Option<Violation>, Transcript, Counters) {
        (self.violation, self.transcript, self.counters)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.invariant, self.at, self.what)
    }
}
