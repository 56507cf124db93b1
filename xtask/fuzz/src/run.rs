//! The in-tree job: cases made from a seed.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use fastrand::Rng;

use crate::{corpus::Corpus, mutate, oracle::Oracle, seeds, target};

/// Runs a target on cases made from `seed`. Slower targets get a fraction of `cases`.
///
/// # Errors
///
/// The case that violates a property, or a target or a corpus that cannot be used.
pub fn run(name: &str, cases: u64, seed: u64) -> Result<String, String> {
    if name == "frames" {
        return frames(cases, seed);
    }
    let cases = cases.div_ceil(fraction(name));
    let seeds = seeds::read(name)?;
    let mut check = target::check(name)?;
    let mut rng = Rng::with_seed(seed);
    for case in 0..cases {
        let mut input = rng.choice(&seeds).cloned().unwrap_or_default();
        // The first cases are the unchanged seed inputs.
        if let Some(first) = usize::try_from(case).ok().and_then(|case| seeds.get(case)) {
            input.clone_from(first);
        } else {
            mutate::mutate(&mut input, &mut rng);
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&input)));
        let outcome = outcome.unwrap_or_else(|_| Err("panicked".to_owned()));
        outcome.map_err(|violation| {
            let text = input.escape_ascii();
            format!("case {case} of seed {seed}: {violation}\n{text}")
        })?;
    }
    Ok(format!("{cases} cases of seed {seed}"))
}

/// Runs the target `frames`. Outcomes are counted by kind: too few of one kind are an error, because
/// the cases would then show little.
fn frames(cases: u64, seed: u64) -> Result<String, String> {
    let corpus = Corpus::read()?;
    let mut rng = Rng::with_seed(seed);
    let mut oracle = Oracle::default();
    for case in 0..cases {
        let mut frame = corpus.frame(&mut rng);
        mutate::mutate(&mut frame, &mut rng);
        oracle.check(&frame).map_err(|difference| {
            let text = String::from_utf8_lossy(&frame);
            format!("case {case} of seed {seed}: {difference}\n{text}")
        })?;
    }
    oracle.summary(cases, seed)
}

/// Returns the divisor of the number of cases: the time that a case takes, as a multiple of the time
/// of a case of `names`.
fn fraction(name: &str) -> u64 {
    match name {
        "names" | "urls" => 1,
        "rest" | "callbacks" => 10,
        _ => 50,
    }
}
