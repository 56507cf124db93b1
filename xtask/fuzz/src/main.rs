//! `fuzz CASES SEED`: damaged frames, read here, by `serde_json` and by `simd-json`, from bytes to
//! events and back.
//!
//! A case is a frame of recorded payloads, damaged in a few places: at times as text, at times as
//! JSON that stays JSON. All readers have to accept or reject it, ours and `serde_json` see the same values, and make the
//! same events of it; a view has to equal its twin, and a twin what is read of it when it is written.
//! Known differences are let pass where they are compared, and nowhere else.
//!
//! The same seed makes the same cases. A failure prints the case, which is made of recordings and
//! holds nobody's secrets, and ends the program.

mod damage;
mod judge;
mod mended;
mod random;
mod seeds;

use std::process::ExitCode;

use crate::{judge::Judge, random::Random, seeds::Seeds};

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
    let seeds = Seeds::read()?;
    let mut random = Random::new(seed);
    let mut judge = Judge::default();
    for case in 0..cases {
        let mut frame = seeds.frame(&mut random);
        damage::damage(&mut frame, &mut random);
        judge.judge(&frame).map_err(|what| {
            let shown = String::from_utf8_lossy(&frame);
            format!("case {case} of seed {seed}: {what}\n{shown}")
        })?;
    }
    judge.verdict(cases, seed)
}
