//! `cargo xtask bench`: tables of what things cost, as ratios within one run.

mod program;
mod table;

use clap::ValueEnum;

use self::{program::Program, table::Table};
use crate::workspace::Workspace;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// From a frame to typed events, against `serde_json`.
    Model,
}

/// Builds the programs, measures, and prints a table and how it compares with the goals.
///
/// # Errors
///
/// If something does not build, or the rows do not agree on what they read.
pub(crate) fn run(workspace: &Workspace, suite: Suite) -> anyhow::Result<()> {
    match suite {
        Suite::Model => model(workspace),
    }
}

fn model(workspace: &Workspace) -> anyhow::Result<()> {
    // One program counts and the other does not, and both are built to the same path: each is done
    // with before the next is built.
    let counting = Program::build(workspace, &["--features", "count"])?;
    let allocations = counting.allocations()?;
    let program = Program::build(workspace, &[])?;
    let corpus = program.check()?;
    let times = program.times()?;
    let instructions = program.instructions(&times)?;
    let table = Table::new(corpus, &times, instructions.as_ref(), &allocations)?;
    println!("{table}");
    Ok(())
}
