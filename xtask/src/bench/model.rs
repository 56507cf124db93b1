//! `cargo xtask bench model` and `bench history`: reading of frames and of REST history, compared with
//! `serde_json`.
//!
//! criterion and divan measure wall-clock time of one function after another. Here all ways to read
//! a frame take turns, in CPU time of the thread, so that ratios hold on a machine with other
//! tenants, and instructions and allocations stand in the same table.

mod table;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use self::table::{Corpus, Row, Suite, Table, ratio};
pub(crate) use self::table::{FRAMES, HISTORY};
use crate::{
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

/// Attempts to measure while other programs disturb.
const ATTEMPTS: u32 = 4;
/// Maximum ratio of median to 10th percentile of an undisturbed measurement.
const MAX_DISTURBANCE: f64 = 1.15;

/// Builds the package `bench`, measures, and prints a table and the goals.
///
/// # Errors
///
/// If something does not build, or the rows read different values.
pub(crate) fn run(workspace: &Workspace, suite: &'static Suite) -> anyhow::Result<()> {
    // Counting allocations slows the program down, so there are two builds. They have the same
    // path, so the first is run before the second is built.
    let counting = build(workspace, &["--features", "count"])?;
    let allocations = columns(&counting, suite, "allocations")?;
    let program = build(workspace, &[])?;
    let corpus = match &columns(&program, suite, "check")?[..] {
        [line] => Corpus::parse(line)?,
        _ => bail!("`bench check` prints no sizes"),
    };
    let mut rows = times(&program, suite)?;
    for row in &mut rows {
        let line = allocations
            .iter()
            .find(|line| line.first() == Some(&row.name));
        let count = line.and_then(|line| line.get(1)?.parse().ok());
        row.allocations = count.with_context(|| format!("no allocations of {}", row.name))?;
    }
    count_instructions(&program, suite, &mut rows)?;
    println!("{}", Table::new(suite, corpus, rows)?);
    Ok(())
}

/// Builds the program with the given features and returns its path.
fn build(workspace: &Workspace, features: &[&str]) -> anyhow::Result<PathBuf> {
    sh(cargo(&[
        "build",
        "--locked",
        "--package",
        "bench",
        "--profile",
        "bench",
    ])
    .args(features)
    .current_dir(workspace.root()))?;
    // cargo puts the output of this profile beside that of `release`.
    let name = format!("bench{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target_dir().join("release").join(name))
}

/// Measures times until a measurement is undisturbed, and returns the least disturbed one.
fn times(program: &Path, suite: &'static Suite) -> anyhow::Result<Vec<Row>> {
    let mut best: Vec<Row> = Vec::new();
    for _ in 0..ATTEMPTS {
        let rows = columns(program, suite, "time")?;
        let rows = rows.iter().map(|line| Row::parse(line));
        let rows: Vec<Row> = rows.collect::<anyhow::Result<_>>()?;
        if best.is_empty() || disturbance(&rows) < disturbance(&best) {
            best = rows;
        }
        if disturbance(&best) <= MAX_DISTURBANCE {
            return Ok(best);
        }
    }
    let worst = disturbance(&best);
    eprintln!(
        "bench: other programs disturb: medians are up to {worst:.2} times the 10th percentile"
    );
    Ok(best)
}

/// Returns the largest ratio of median to 10th percentile. The copy is too short for one.
fn disturbance(rows: &[Row]) -> f64 {
    let rows = rows.iter().filter(|row| row.name != table::COPY);
    rows.map(|row| ratio(row.nanos, row.low))
        .fold(1.0, f64::max)
}

/// Counts the instructions of a pass under valgrind, if it is installed: the difference of three
/// passes and one, without start and end of the program.
fn count_instructions(program: &Path, suite: &Suite, rows: &mut [Row]) -> anyhow::Result<()> {
    if !works(Command::new("valgrind").arg("--version")) {
        eprintln!("bench: instructions are NOT counted: valgrind is not installed");
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let profile = directory.path().join("profile");
    let mut option = OsString::from("--callgrind-out-file=");
    option.push(&profile);
    let count = |row: &str, passes| -> anyhow::Result<u64> {
        let mut valgrind = Command::new("valgrind");
        valgrind.arg("--tool=callgrind").arg(&option).arg(program);
        output(valgrind.args([suite.name, "run", row, passes]))?;
        let text = fs::read_to_string(&profile).context("callgrind left no profile")?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals:"));
        Ok(total
            .context("callgrind's profile has no total")?
            .trim()
            .parse()?)
    };
    for row in rows {
        let two = count(&row.name, "3")?.saturating_sub(count(&row.name, "1")?);
        row.instructions = Some(two / 2);
    }
    Ok(())
}

/// Runs a command of the program and splits the lines of its output at tabs.
fn columns(
    program: &Path,
    suite: &'static Suite,
    command: &str,
) -> anyhow::Result<Vec<Vec<String>>> {
    let text = output(Command::new(program).args([suite.name, command]))?;
    let columns = |line: &str| line.split('\t').map(str::to_owned).collect();
    Ok(text.lines().map(columns).collect())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} failed: {}: {stderr}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disturbance_is_that_of_the_worst_row_without_the_copy() {
        let row = |name: &str, median: &str| {
            Row::parse(&[name, median, "100"].map(str::to_owned)).unwrap()
        };
        let rows = [row("copy", "300"), row("tape", "110"), row("view", "130")];
        assert!((disturbance(&rows) - 1.3).abs() < 1e-9);
        assert!((disturbance(&[]) - 1.0).abs() < 1e-9);
    }
}
