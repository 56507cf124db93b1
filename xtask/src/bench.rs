//! `cargo xtask bench`: costs, as ratios within one run.

mod program;
mod table;

use clap::ValueEnum;

use self::{program::Program, table::Table};
use crate::workspace::Workspace;

/// Subjects of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Parsing a frame into typed events, compared with `serde_json`.
    Model,
}

/// Builds the programs, measures, and prints a table and the goals.
///
/// # Errors
///
/// If something does not build, or the rows read different values.
pub(crate) fn run(workspace: &Workspace, suite: Suite) -> anyhow::Result<()> {
    match suite {
        Suite::Model => model(workspace),
    }
}

fn model(workspace: &Workspace) -> anyhow::Result<()> {
    // Counting slows the program down, so there are two builds. They have the same path, so the
    // first is used up before the second is built.
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
