//! `fuzz CASES SEED`: mutated frames, read by `bayeux-wire`, `serde_json` and `simd-json`, from
//! bytes to events and back.
//!
//! A case is a frame of recorded payloads with a few mutations, of bytes or of JSON values. Three
//! properties are checked:
//!
//! - All readers accept or reject the frame together, and `bayeux-wire` and `serde_json` read the
//!   same values and events.
//! - A view equals its owned value.
//! - An owned value survives serialization.
//!
//! Known differences between the readers are allowed where they are compared, in `oracle.rs`.
//!
//! A failure prints the case and ends the program; cases are made from recordings without secrets.
//! The same seed gives the same cases only in the same revision of this repository: another version
//! of `fastrand`, another fixture or another mutation changes them.

mod corpus;
mod mutate;
mod oracle;
mod repair;

use std::process::ExitCode;

use fastrand::Rng;

use crate::{corpus::Corpus, oracle::Oracle};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let [cases, seed] = numbers[..] else {
        eprintln!("usage: fuzz CASES SEED");
        return ExitCode::FAILURE;
    };
    match run(cases, seed) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cases: u64, seed: u64) -> Result<String, String> {
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
