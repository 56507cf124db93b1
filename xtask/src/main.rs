//! Development tasks of this workspace: `cargo xtask TASK`.
//!
//! | task | effect |
//! |---|---|
//! | `test` | runs all tests, with nextest where it is installed |
//! | `bots` | tests a Python and a JavaScript bot with our simulator, and pages in Chromium |
//! | `ci` | runs all checks besides the tests; `cargo xtask ci JOB…` runs some of them |
//! | `layering` | checks the dependencies between our crates, and their public signatures |
//! | `tidy` | checks file sizes, names and comments |
//! | `autobahn` | runs the Autobahn suite against the WebSocket code |
//! | `bench` | measures costs, as ratios within one run |
//! | `dist` | packs the command with completions, manual pages and all licences |
//! | `fuzz` | feeds mutated bytes to frames, responses, callbacks, sockets, names, addresses, state files and arguments |
//! | `interop` | runs our client and our simulator with third-party Bayeux implementations |
//! | `relay` | kills nodes of the relay and a NATS server, and counts what is lost |
//! | `release` | packs the published crates and compiles the contents of their archives |
//! | `sim` | simulates client and server in virtual time, with faults, from a seed |
//! | `soak` | runs many accounts over real sockets with faults |

mod autobahn;
mod bench;
mod bots;
mod ci;
mod clock;
mod command;
mod deny;
mod dist;
mod interop;
mod layering;
mod npm;
mod package;
mod pip;
mod relay;
mod release;
mod semver;
mod size;
mod soak;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Development tasks of this workspace")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run all tests of the workspace, with those of the documentation.
    Test,
    /// Test a Python and a JavaScript bot with our simulator, and pages in Chromium.
    Bots(bots::Options),
    /// Run checks besides the tests.
    Ci {
        /// Jobs to run; all by default.
        jobs: Vec<ci::Job>,
        #[command(flatten)]
        bots: bots::Options,
    },
    /// Run the Autobahn test suite against the WebSocket code; needs Python 2.7.
    Autobahn(autobahn::Options),
    /// Measure costs, as ratios within one run.
    Bench {
        /// Subject of the measurement.
        #[command(subcommand)]
        suite: bench::Suite,
    },
    /// Build the command, and pack it with completions, manual pages, README and all licences.
    Dist(dist::Options),
    /// Mutate frames, responses, bytes of sockets, names, addresses and state files, and read them.
    Fuzz {
        /// Number of frames; slower targets get a fraction.
        #[arg(long, value_name = "N", default_value = "100000")]
        cases: String,
        /// Seed; equal seeds make equal cases.
        #[arg(long, value_name = "S", default_value = "1")]
        seed: String,
    },
    /// Check the dependencies between our crates, and their public signatures.
    Layering,
    /// Check file sizes, names and comments.
    Tidy,
    /// Run our client at third-party Bayeux servers, and third-party clients at our simulator.
    Interop(interop::Options),
    /// Kill nodes of the relay and a NATS server, and check what is in the stream.
    Relay(relay::Options),
    /// Pack the published crates and compile the contents of their archives.
    Release(release::Options),
    /// Simulate client and server in virtual time, with faults, from seeds.
    #[command(disable_help_flag = true)]
    Sim {
        /// Options: `--seeds N --from S --threads T`, or `--seed S [--shrink]`; `--help` shows
        /// more. After `relay`, those of nodes of the relay.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run many accounts over real sockets with faults, and check what is delivered.
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
        Task::Test => test::run(&workspace),
        Task::Bots(options) => bots::run(&workspace, *options),
        Task::Ci { jobs, bots } => ci::run(&workspace, jobs, *bots),
        Task::Autobahn(options) => autobahn::run(&workspace, options),
        Task::Bench { suite } => bench::run(&workspace, suite),
        Task::Dist(options) => dist::run(&workspace, options),
        Task::Fuzz { cases, seed } => package::run(&workspace, "fuzz", &[cases, seed]),
        Task::Layering => layering::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
        Task::Interop(options) => interop::run(&workspace, options),
        Task::Relay(options) => relay::run(&workspace, options),
        Task::Release(options) => release::run(&workspace, options),
        Task::Sim { args } => {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            match args.split_first() {
                Some((&"relay", args)) => package::run(&workspace, "relay-sim", args),
                _ => package::run(&workspace, "sim", &args),
            }
        }
        Task::Soak(options) => soak::run(&workspace, options),
    }
}
