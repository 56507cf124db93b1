//! Runs of many seeds, and their first failure.

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
    counters::Counters,
    plan::Plan,
    run::{Report, run},
    sabotage::Sabotage,
    transcript::Transcript,
};

/// The seeds to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Campaign {
    /// The first seed.
    pub from: u64,
    /// Number of seeds.
    pub seeds: u64,
    /// Number of threads. Each run stays in one.
    pub threads: usize,
    /// Defect to inject.
    pub sabotage: Option<Sabotage>,
    /// Interval of the seeds that are run twice, with the same transcript; 0 for none.
    pub twice: u64,
}

/// A seed that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The broken invariant.
    pub violation: Violation,
}

impl Campaign {
    /// Creates a campaign with one thread, every 64th seed twice and no sabotage.
    pub fn new(from: u64, seeds: u64) -> Self {
        Self {
            from,
            seeds,
            threads: 1,
            sabotage: None,
            twice: 64,
        }
    }

    /// Runs the seeds until one fails, and returns the counts of all.
    ///
    /// # Errors
    ///
    /// The lowest seed that failed before all threads stopped.
    pub fn run(&self) -> Result<Counters, Failure> {
        let next = AtomicU64::new(0);
        let has_failed = AtomicBool::new(false);
        let result = Mutex::new((Counters::default(), None::<Failure>));
        let work = || {
            let mut counters = Counters::default();
            let mut failure = None;
            while !has_failed.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= self.seeds {
                    break;
                }
                failure = self.run_seed(self.from + number, &mut counters).err();
                has_failed.fetch_or(failure.is_some(), Ordering::Relaxed);
            }
            let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
            result.0.add(&counters);
            let known = result.1.take().into_iter();
            result.1 = known.chain(failure).min_by_key(|failure| failure.seed);
        };
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(work);
            }
        });
        let (counters, failure) = result.into_inner().unwrap_or_else(PoisonError::into_inner);
        failure.map_or(Ok(counters), Err)
    }

    fn run_seed(&self, seed: u64, counters: &mut Counters) -> Result<(), Failure> {
        let plan = Plan::new(seed);
        let is_sampled = self.twice > 0 && seed.is_multiple_of(self.twice);
        let once = || {
            let transcript = if is_sampled {
                Transcript::hash()
            } else {
                Transcript::none()
            };
            guarded(&plan, transcript, self.sabotage)
        };
        let report = once();
        counters.increment("runs");
        counters.add(&report.counters);
        let differs = || once().transcript.fingerprint() != report.transcript.fingerprint();
        let violation = match report.violation.clone() {
            None if is_sampled && differs() => Violation {
                invariant: "same seed, same transcript",
                what: "the second run differed".to_owned(),
                at: Instant::ORIGIN,
            },
            None => return Ok(()),
            Some(violation) => violation,
        };
        Err(Failure { seed, violation })
    }
}

/// Carries out a plan. A panic is a violation, too.
pub fn guarded(plan: &Plan, transcript: Transcript, sabotage: Option<Sabotage>) -> Report {
    let attempt = AssertUnwindSafe(|| run(plan, transcript.clone(), sabotage));
    catch_unwind(attempt).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()));
        Report {
            violation: Some(Violation {
                invariant: "no panic",
                what: text.unwrap_or_default(),
                at: Instant::ORIGIN,
            }),
            transcript,
            counters: Counters::default(),
        }
    })
}

/// Shrinks a plan to the steps that are needed for the same invariant to fail.
pub fn shrink(plan: &Plan, invariant: &str, sabotage: Option<Sabotage>) -> Plan {
    let fails = |plan: &Plan| {
        let violation = guarded(plan, Transcript::none(), sabotage).violation;
        violation.is_some_and(|violation| violation.invariant == invariant)
    };
    let mut best = plan.clone();
    let mut chunk = best.steps.len().div_ceil(2);
    while chunk > 0 {
        let mut from = 0;
        let mut has_shrunk = false;
        while from < best.steps.len() {
            let mut candidate = best.clone();
            let to = (from + chunk).min(candidate.steps.len());
            candidate.steps.drain(from..to);
            if fails(&candidate) {
                best = candidate;
                has_shrunk = true;
            } else {
                from += chunk;
            }
        }
        if !has_shrunk || chunk > 1 {
            chunk /= 2;
        }
    }
    let simpler: [fn(&mut Plan); 3] = [
        |plan| plan.network.idle = None,
        |plan| plan.disconnects = false,
        |plan| plan.gateway.ping_interval = None,
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
