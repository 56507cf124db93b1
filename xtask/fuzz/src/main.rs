//! `fuzz CASES SEED [TARGET]`: cases made from a seed, for all targets or one.
//!
//! CASES is the number for `frames`; slower targets get a fraction. A failure prints the case and
//! ends the program; cases are made from recordings without secrets. The same seed gives the same
//! cases only in the same revision of this repository: another version of `fastrand`, another
//! corpus or another mutation changes them.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let target = args.get(2).map(String::as_str);
    let [cases, seed] = numbers[..] else {
        eprintln!("usage: fuzz CASES SEED [{}]", fuzz::NAMES.join("|"));
        return ExitCode::FAILURE;
    };
    for name in fuzz::NAMES {
        if target.is_some_and(|target| target != name) {
            continue;
        }
        match fuzz::run(name, cases, seed) {
            Ok(summary) => println!("{name}: {summary}"),
            Err(error) => {
                eprintln!("fuzz: {name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
