//! `cargo xtask sim`: runs seeds, or one seed with a transcript.

use std::process::ExitCode;

use clap::Parser;
use sim::{Campaign, Plan, Sabotage, Transcript, guarded, shrink};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask sim",
    about = "Client and server in virtual time, from a seed"
)]
struct Args {
    /// How many seeds to run.
    #[arg(long, default_value_t = 500, conflicts_with = "seed")]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    from: u64,
    /// By how many threads; each run stays in one.
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    threads: usize,
    /// Run this one seed, and show what happens.
    #[arg(long)]
    seed: Option<u64>,
    /// Leave out of the plan what is not needed for it to fail.
    #[arg(long, requires = "seed")]
    shrink: bool,
    /// Commit this fault on purpose, to see it caught.
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
        Ok(tally) => {
            println!("{tally}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            println!("seed {} failed: {}", failure.seed, failure.violation);
            let sabotage = args.sabotage.map_or_else(String::new, |sabotage| {
                let value = clap::ValueEnum::to_possible_value(&sabotage);
                let name = value.as_ref().map_or("", |value| value.get_name());
                format!(" --sabotage {name}")
            });
            println!(
                "replay it: cargo xtask sim --seed {}{sabotage} [--shrink]",
                failure.seed
            );
            ExitCode::FAILURE
        }
    }
}

/// Runs one seed and shows all of it.
fn replay(seed: u64, shrunk: bool, sabotage: Option<Sabotage>) -> ExitCode {
    let mut plan = Plan::new(seed);
    let mut report = guarded(&plan, Transcript::text(), sabotage);
    if let Some(violation) = report.violation.as_ref().filter(|_| shrunk) {
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
