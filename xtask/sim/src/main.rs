//! `cargo xtask sim`: runs many seeds, or one seed with its transcript.

use std::process::ExitCode;

use clap::{Parser, ValueEnum as _};
use sim::{Campaign, Figures, Plan, Sabotage, Transcript, guarded, shrink};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask sim",
    about = "Simulates clients and server in virtual time, from a seed"
)]
struct Args {
    /// Number of seeds.
    #[arg(long, default_value_t = 500, conflicts_with = "seed")]
    seeds: u64,
    /// First seed.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    from: u64,
    /// Number of threads; each run stays in one.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    threads: usize,
    /// Runs this seed alone and prints its plan and transcript.
    #[arg(long)]
    seed: Option<u64>,
    /// Shrinks a failing plan to the steps that are needed for its failure.
    #[arg(long, requires = "seed")]
    shrink: bool,
    /// Injects this defect, to check that an invariant detects it.
    #[arg(long)]
    sabotage: Option<Sabotage>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    // A panic is reported with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(seed) = args.seed {
        return replay(seed, args.shrink, args.sabotage);
    }
    let mut campaign = Campaign::new(args.from, args.seeds);
    campaign.threads = args.threads;
    campaign.sabotage = args.sabotage;
    match campaign.run() {
        Ok(counters) => {
            println!("{counters}");
            show_figures()
        }
        Err(failure) => {
            let value = args.sabotage.and_then(|one| one.to_possible_value());
            let sabotage = value.map(|value| format!(" --sabotage {}", value.get_name()));
            println!("seed {} failed: {}", failure.seed, failure.violation);
            println!(
                "replay it: cargo xtask sim --seed {}{} [--shrink]",
                failure.seed,
                sabotage.unwrap_or_default()
            );
            ExitCode::FAILURE
        }
    }
}

/// Prints the figures of the back-off.
fn show_figures() -> ExitCode {
    match Figures::measure() {
        Ok(figures) => {
            println!("\n{figures}");
            ExitCode::SUCCESS
        }
        Err(missed) => {
            println!("{missed}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one seed and prints everything about it.
fn replay(seed: u64, shrinks: bool, sabotage: Option<Sabotage>) -> ExitCode {
    let mut plan = Plan::new(seed);
    let mut report = guarded(&plan, Transcript::text(), sabotage);
    if let Some(violation) = report.violation.as_ref().filter(|_| shrinks) {
        plan = shrink(&plan, violation.invariant, sabotage);
        report = guarded(&plan, Transcript::text(), sabotage);
    }
    println!("{plan}\n{}", report.transcript.as_text());
    match report.violation {
        None => {
            println!("seed {seed}: all invariants hold");
            ExitCode::SUCCESS
        }
        Some(violation) => {
            println!("seed {seed} failed: {violation}");
            ExitCode::FAILURE
        }
    }
}
