//! `cargo xtask sim relay`: storms over nodes of the relay, from seeds.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{process::ExitCode, sync::Mutex, thread};

use clap::Parser;
use relay_sim::{Report, Sabotage, run};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask sim relay",
    about = "Simulates nodes of the relay in virtual time, from a seed"
)]
struct Args {
    /// Number of seeds.
    #[arg(long, default_value_t = 200, conflicts_with = "seed")]
    seeds: u64,
    /// First seed.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    from: u64,
    /// Number of threads; each storm stays in one.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    threads: u64,
    /// Runs this seed alone.
    #[arg(long)]
    seed: Option<u64>,
    /// Breaks this promise, to see which invariant notices.
    #[arg(long)]
    sabotage: Option<Sabotage>,
}

/// Number of storms from which on the share of answered requests says something.
const MANY: u64 = 100;

fn main() -> ExitCode {
    let args = Args::parse();
    let (first, end) = match args.seed {
        Some(seed) => (seed, seed.saturating_add(1)),
        None => (args.from, args.from.saturating_add(args.seeds)),
    };
    let next = AtomicU64::new(first);
    let has_failed = AtomicBool::new(false);
    let total = Mutex::new((0_u64, 0_usize, 0_u64, 0_u64));
    thread::scope(|scope| {
        for _ in 0..args.threads.max(1) {
            scope.spawn(|| {
                while !has_failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let report = storm(seed, args.sabotage);
                    if !report.faults.is_empty() {
                        has_failed.store(true, Ordering::Relaxed);
                        println!("seed {seed}: {}", report.faults.join("\n"));
                        println!("repeat it: cargo xtask sim relay --seed {seed}");
                    }
                    if let Ok(mut total) = total.lock() {
                        total.0 += 1;
                        total.1 += report.entries;
                        total.2 += u64::from(report.calls);
                        total.3 += u64::from(report.answered);
                    }
                }
            });
        }
    });
    if has_failed.load(Ordering::Relaxed) {
        return ExitCode::FAILURE;
    }
    if let Ok((storms, entries, calls, answered)) = total.into_inner() {
        println!("{storms} storms, {entries} entries, {answered} of {calls} requests answered");
        if storms >= MANY && answered < calls / 2 {
            println!("fewer than half of the requests were answered");
            return ExitCode::FAILURE;
        }
        println!("all invariants hold");
    }
    ExitCode::SUCCESS
}

/// Runs a storm; a panic is a fault of it.
fn storm(seed: u64, sabotage: Option<Sabotage>) -> Report {
    let run = std::panic::catch_unwind(|| run(seed, sabotage));
    run.unwrap_or_else(|_| {
        let mut report = Report::default();
        report.faults.push("a panic".to_owned());
        report
    })
}
