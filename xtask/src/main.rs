//! The workspace's own chores: `cargo xtask <task>`.
//!
//! | task | what it does |
//! |---|---|
//! | `test` | every test of the workspace, by nextest where it is installed |
//! | `ci` | the checks that are not tests; `cargo xtask ci JOB…` runs some of them |
//! | `layering` | the layer diagram against `cargo metadata` and the public signatures |
//! | `bench` | what things cost, as ratios within one run |
//! | `fuzz` | damaged frames, from bytes to events, against `serde_json` |
//! | `tidy` | file sizes, names, comments and other habits of the sources |
//! | `interop` | the `groupme` command at real Bayeux servers, and real clients at `groupme sim` |
//! | `release` | every published crate packed, and built from its own archive |
//! | `sim` | client and server in virtual time, under every fault, from a seed |
//! | `soak` | many accounts over real sockets that break |

mod bench;
mod ci;
mod clock;
mod command;
mod deny;
mod fuzz;
mod interop;
mod layering;
mod npm;
mod pip;
mod program;
mod release;
mod sim;
mod soak;
mod suite;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The workspace's own chores")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run every test of the workspace, documentation included.
    Test,
    /// Run the checks that are not tests, all or the named ones.
    Ci {
        /// The jobs to run; all of them if none is named.
        jobs: Vec<ci::Job>,
    },
    /// Measure what things cost, as ratios within one run.
    Bench {
        /// What to measure.
        suite: bench::Suite,
    },
    /// Damage frames and read them, from bytes to events, here and by `serde_json`.
    Fuzz(fuzz::Options),
    /// Check who depends on whom, and that no signature shows it.
    Layering,
    /// Check file sizes, names, comments and other habits of the sources.
    Tidy,
    /// Run the groupme command at real Bayeux servers, and real clients at groupme sim.
    Interop(interop::Options),
    /// Pack every published crate and build each from its own archive.
    Release(release::Options),
    /// Run client and server against each other in virtual time, under faults, from seeds.
    #[command(disable_help_flag = true)]
    Sim(sim::Options),
    /// Run many accounts over real sockets that break, and count what is delivered.
    Soak(soak::Options),
}

fn main() -> ExitCode {
    match run(&Args::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let workspace = Workspace::load()?;
    match task {
        Task::Test => suite::run(&workspace),
        Task::Ci { jobs } => ci::run(&workspace, jobs),
        Task::Bench { suite } => bench::run(&workspace, *suite),
        Task::Fuzz(options) => fuzz::run(&workspace, options),
        Task::Layering => layering::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
        Task::Interop(options) => interop::run(&workspace, options),
        Task::Release(options) => release::run(&workspace, options),
        Task::Sim(options) => sim::run(&workspace, options),
        Task::Soak(options) => soak::run(&workspace, options),
    }
}
