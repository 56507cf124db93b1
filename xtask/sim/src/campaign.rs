//! Many seeds, and what to do with one that fails.

use core::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};
use std::{
    panic::catch_unwind,
    sync::{Mutex, PoisonError},
};

use bayeux_proto::Instant;

use crate::{
    checks::Violation,
    plan::Plan,
    run::{Report, run},
    sabotage::Sabotage,
    tally::Tally,
    transcript::Transcript,
};

/// Which seeds to run, and how.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Campaign {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// By how many threads; each run stays in one.
    pub threads: usize,
    /// The fault to commit on purpose.
    pub sabotage: Option<Sabotage>,
    /// Each how manyth seed is run twice and has to do the same; 0 for none.
    pub twice: u64,
}

/// A seed that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What did not hold.
    pub violation: Violation,
}

impl Campaign {
    /// One thread, every 64th seed twice, and no fault on purpose.
    pub fn new(from: u64, seeds: u64) -> Self {
        Self {
            from,
            seeds,
            threads: 1,
            sabotage: None,
            twice: 64,
        }
    }

    /// Runs the seeds until one fails, and returns how much happened.
    ///
    /// # Errors
    ///
    /// The lowest seed that failed, as far as it had come.
    pub fn run(&self) -> Result<Tally, Failure> {
        let next = AtomicU64::new(0);
        let failed = AtomicBool::new(false);
        let result = Mutex::new((Tally::default(), None::<Failure>));
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| {
                    let mut tally = Tally::default();
                    let mut failure = None;
                    while !failed.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= self.seeds {
                            break;
                        }
                        match self.one(self.from + number, &mut tally) {
                            Ok(()) => {}
                            Err(found) => {
                                failed.store(true, Ordering::Relaxed);
                                failure = Some(found);
                            }
                        }
                    }
                    let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
                    result.0.add(&tally);
                    let known = result.1.take();
                    result.1 = known.into_iter().chain(failure).min_by_key(|one| one.seed);
                });
            }
        });
        match result.into_inner().unwrap_or_else(PoisonError::into_inner) {
            (tally, None) => Ok(tally),
            (_, Some(failure)) => Err(failure),
        }
    }

    fn one(&self, seed: u64, tally: &mut Tally) -> Result<(), Failure> {
        let plan = Plan::new(seed);
        let sampled = self.twice > 0 && seed.is_multiple_of(self.twice);
        let transcript = || {
            if sampled {
                Transcript::hash()
            } else {
                Transcript::none()
            }
        };
        let report = guarded(&plan, transcript(), self.sabotage);
        tally.runs += 1;
        tally.add(&report.tally);
        let violation = report.violation.or_else(|| {
            if !sampled {
                return None;
            }
            let again = guarded(&plan, transcript(), self.sabotage);
            (again.transcript.fingerprint() != report.transcript.fingerprint()).then(|| Violation {
                invariant: "same seed, same transcript",
                what: "the second run did something else".to_owned(),
                at: Instant::ORIGIN,
            })
        });
        violation.map_or(Ok(()), |violation| Err(Failure { seed, violation }))
    }
}

/// Carries out a plan; a panic is a violation, too.
pub fn guarded(plan: &Plan, transcript: Transcript, sabotage: Option<Sabotage>) -> Report {
    catch_unwind(AssertUnwindSafe(|| run(plan, transcript.clone(), sabotage))).unwrap_or_else(
        |panic| {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Report {
                violation: Some(Violation {
                    invariant: "no panic",
                    what: text.unwrap_or_default(),
                    at: Instant::ORIGIN,
                }),
                transcript,
                tally: Tally::default(),
            }
        },
    )
}

/// Leaves out of a plan whatever is not needed for the same invariant to fail, steps first, then
/// clients. The plan that is left fails, too.
pub fn shrink(plan: &Plan, invariant: &str, sabotage: Option<Sabotage>) -> Plan {
    let fails = |plan: &Plan| {
        let report = guarded(plan, Transcript::none(), sabotage);
        report
            .violation
            .is_some_and(|violation| violation.invariant == invariant)
    };
    let mut best = plan.clone();
    let mut chunk = best.steps.len().div_ceil(2);
    while chunk > 0 {
        let mut from = 0;
        let mut less = false;
        while from < best.steps.len() {
            let mut candidate = best.clone();
            let to = (from + chunk).min(candidate.steps.len());
            candidate.steps.drain(from..to);
            if fails(&candidate) {
                best = candidate;
                less = true;
            } else {
                from += chunk;
            }
        }
        if !less || chunk > 1 {
            chunk /= 2;
        }
    }
    let simpler: [fn(&mut Plan); 3] = [
        |plan| plan.road.idle = None,
        |plan| plan.farewell = false,
        |plan| plan.server.gateway.ping_interval = None,
    ];
    for simplify in simpler {
        let mut candidate = best.clone();
        simplify(&mut candidate);
        if fails(&candidate) {
            best = candidate;
        }
    }
    best
}
