//! The package `bench`, built and run.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

/// The program, built for speed.
pub(super) struct Program {
    path: PathBuf,
}

/// How large the corpus is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corpus {
    pub(super) frames: u64,
    pub(super) messages: u64,
    pub(super) bytes: u64,
}

/// What one row took for a pass over the corpus, in nanoseconds of CPU time.
#[derive(Clone, Debug)]
pub(super) struct Time {
    pub(super) row: String,
    pub(super) median: u64,
    /// The 10th percentile.
    pub(super) low: u64,
}

/// A number for each row.
pub(super) type Counts = Vec<(String, u64)>;

impl Program {
    pub(super) fn build(workspace: &Workspace, features: &[&str]) -> anyhow::Result<Self> {
        let build = [
            "build",
            "--locked",
            "--package",
            "bench",
            "--profile",
            "bench",
        ];
        sh(cargo(&build).args(features).current_dir(workspace.root()))?;
        // Cargo puts what it builds for this profile next to release builds.
        let name = format!("bench{}", std::env::consts::EXE_SUFFIX);
        let path = workspace.target_dir().join("release").join(name);
        Ok(Self { path })
    }

    /// Has all rows read the corpus and compares what they read.
    pub(super) fn check(&self) -> anyhow::Result<Corpus> {
        let lines = columns(&mut self.command(&["check"]))?;
        let [frames, messages, bytes] = lines.first().map_or(&[][..], Vec::as_slice) else {
            bail!("`bench check` says nothing of the corpus");
        };
        Ok(Corpus {
            frames: frames.parse()?,
            messages: messages.parse()?,
            bytes: bytes.parse()?,
        })
    }

    /// Measures times, again while the machine is restless, and keeps the calmest run.
    pub(super) fn times(&self) -> anyhow::Result<Vec<Time>> {
        let mut best: Option<Vec<Time>> = None;
        for _ in 0..ATTEMPTS {
            let times = columns(&mut self.command(&["time"]))?;
            let times: Vec<Time> = times
                .into_iter()
                .map(Time::parse)
                .collect::<Result<_, _>>()?;
            if best
                .as_ref()
                .is_none_or(|best| unrest(&times) < unrest(best))
            {
                best = Some(times);
            }
            if best.as_ref().is_some_and(|best| unrest(best) <= CALM) {
                break;
            }
        }
        let best = best.unwrap_or_default();
        if unrest(&best) > CALM {
            eprintln!(
                "bench: the machine never came to rest; medians are up to {:.2} times the 10th \
                 percentile",
                unrest(&best)
            );
        }
        Ok(best)
    }

    /// Counts instructions under valgrind, a pass each; `None` where it is not installed.
    ///
    /// Three passes less one: what comes before and after the passes cancels out.
    pub(super) fn instructions(&self, rows: &[Time]) -> anyhow::Result<Option<Counts>> {
        if !works(Command::new("valgrind").arg("--version")) {
            eprintln!("bench: no instruction counts, since valgrind is not installed");
            return Ok(None);
        }
        let directory = tempfile::tempdir()?;
        let profile = directory.path().join("profile");
        let mut into = OsString::from("--callgrind-out-file=");
        into.push(&profile);
        let count = |row: &str, passes| -> anyhow::Result<u64> {
            let mut command = Command::new("valgrind");
            command
                .arg("--tool=callgrind")
                .arg(&into)
                .arg(&self.path)
                .args(["run", row, passes]);
            capture(&mut command)?;
            total(&profile)
        };
        let rows = rows.iter().map(|Time { row, .. }| {
            let two_passes = count(row, "3")?.saturating_sub(count(row, "1")?);
            Ok((row.clone(), two_passes / 2))
        });
        rows.collect::<anyhow::Result<_>>().map(Some)
    }

    /// Counts allocations, a pass each, in a program that was built for it.
    pub(super) fn allocations(&self) -> anyhow::Result<Counts> {
        let lines = columns(&mut self.command(&["allocations"]))?;
        let counts = lines.into_iter().map(|line| match &line[..] {
            [row, count] => Ok((row.clone(), count.parse()?)),
            _ => bail!("`bench allocations` says {line:?}"),
        });
        counts.collect()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(args);
        command
    }
}

impl Time {
    fn parse(line: Vec<String>) -> anyhow::Result<Self> {
        let [row, median, low] = <[String; 3]>::try_from(line)
            .map_err(|line| anyhow::anyhow!("`bench time` says {line:?}"))?;
        Ok(Self {
            row,
            median: median.parse()?,
            low: low.parse()?,
        })
    }
}

/// How far medians are from the 10th percentile, as a ratio; of the row where it is largest. The
/// copy is too short to tell.
fn unrest(times: &[Time]) -> f64 {
    let rows = times.iter().filter(|time| time.row != "copy");
    let ratios = rows.map(|time| ratio(time.median, time.low));
    ratios.fold(1.0, f64::max)
}

/// One number over another, neither of them near 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds and counts of a pass"
)]
pub(super) fn ratio(over: u64, under: u64) -> f64 {
    over as f64 / under.max(1) as f64
}

fn total(profile: &Path) -> anyhow::Result<u64> {
    let text = fs::read_to_string(profile).context("callgrind has left no profile")?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals:"));
    let total = total.context("the profile of callgrind has no total")?;
    Ok(total.trim().parse()?)
}

/// Runs a program and splits each line of what it says at the tabs.
fn columns(command: &mut Command) -> anyhow::Result<Vec<Vec<String>>> {
    let text = capture(command)?;
    let lines = text.lines();
    Ok(lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect())
}

fn capture(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} failed: {}: {complaint}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

const ATTEMPTS: u32 = 4;
/// Unrest that medians can bear.
const CALM: f64 = 1.15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unrest_is_that_of_the_worst_row_but_the_copy() {
        let time = |row: &str, median, low| Time {
            row: row.to_owned(),
            median,
            low,
        };
        let times = [
            time("copy", 300, 100),
            time("tape", 110, 100),
            time("view", 130, 100),
        ];
        assert!((unrest(&times) - 1.3).abs() < 1e-9);
        assert!((unrest(&[]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_row_without_times_is_an_error() {
        let line = ["view".to_owned()].to_vec();
        let error = Time::parse(line).expect_err("two columns are missing");
        assert!(error.to_string().contains("view"), "{error}");
    }
}
