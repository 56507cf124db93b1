//! `cargo xtask ci`: every check that is not a test, one job each.

use core::{fmt, time::Duration};
use std::time::Instant;

use anyhow::bail;
use clap::ValueEnum;

use crate::{
    clock,
    command::{cargo, run as sh},
    deny, fuzz, interop, layering, release, sim, soak, tidy,
    workspace::Workspace,
};

/// A check that can run alone: `cargo xtask ci JOB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Job {
    /// rustfmt.
    Fmt,
    /// Direction of the dependencies between our crates, and of the public signatures.
    Layering,
    /// Licences, duplicates, sources and bans of dependencies.
    Deny,
    /// Habits of the sources.
    Tidy,
    /// clippy, over the workspace and over each library alone.
    Lint,
    /// rustdoc, warnings denied.
    Docs,
    /// The examples that end by themselves.
    Examples,
    /// bayeux-proto and bayeux-wire in a program without std.
    NoStd,
    /// Each library with no feature, each feature alone, and all of them.
    Features,
    /// Every published crate packed, and built from its own archive.
    Release,
    /// Damaged frames, from bytes to events, against `serde_json`.
    Fuzz,
    /// The groupme command at real Bayeux servers, and real clients at groupme sim.
    Interop,
    /// Some seeds of the simulation.
    Sim,
    /// Some accounts over real sockets that break.
    Soak,
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// Runs the named jobs, or all of them, to the end, and then says which failed.
///
/// # Errors
///
/// If a job failed.
pub(crate) fn run(workspace: &Workspace, jobs: &[Job]) -> anyhow::Result<()> {
    let jobs = if jobs.is_empty() {
        Job::value_variants()
    } else {
        jobs
    };
    let mut results = Vec::new();
    for &job in jobs {
        eprintln!("\n=== {job}");
        let start: Instant = clock::now();
        let result = job.run(workspace);
        if let Err(error) = &result {
            eprintln!("{job}: {error:#}");
        }
        results.push((job, clock::now().duration_since(start), result.is_ok()));
    }
    println!("\n{}", table(&results));
    let failed: Vec<_> = results
        .iter()
        .filter(|(.., ok)| !ok)
        .map(|(job, ..)| job.to_string())
        .collect();
    if !failed.is_empty() {
        bail!(
            "failed: {}; one alone: cargo xtask ci {}",
            failed.join(", "),
            failed[0]
        );
    }
    Ok(())
}

impl Job {
    fn run(self, workspace: &Workspace) -> anyhow::Result<()> {
        match self {
            Self::Fmt => sh(cargo(&["fmt", "--all", "--check"]).current_dir(workspace.root())),
            Self::Layering => layering::run(workspace),
            Self::Deny => deny::run(workspace),
            Self::Tidy => tidy::run(workspace),
            Self::Lint => lint(workspace),
            Self::Docs => sh(cargo(&["doc", "--locked", "--workspace", "--no-deps"])
                .args(["--all-features"])
                .env("RUSTDOCFLAGS", "-Dwarnings")
                .current_dir(workspace.root())),
            Self::Examples => examples(workspace),
            Self::NoStd => no_std(workspace),
            Self::Features => features(workspace),
            Self::Release => release::run(workspace, &release::Options::for_ci()),
            Self::Fuzz => fuzz::run(workspace, &fuzz::Options::short()),
            Self::Interop => interop::run(workspace, &interop::Options::default()),
            Self::Sim => sim::run(workspace, &sim::some_seeds()),
            Self::Soak => soak::run(workspace, &soak::a_little()),
        }
    }
}

/// The workspace as a whole hides a crate that borrows a feature from its neighbour, so each
/// library is also checked alone.
fn lint(workspace: &Workspace) -> anyhow::Result<()> {
    clippy(workspace, &["--workspace", "--all-targets"])?;
    for package in workspace.libraries() {
        clippy(workspace, &["--package", &package.name, "--lib"])?;
    }
    Ok(())
}

/// `cargo test` builds the others, too: `tail` never ends, and `blocking` wants arguments.
fn examples(workspace: &Workspace) -> anyhow::Result<()> {
    for name in ["many_accounts", "own_server", "parse_only", "test_your_bot"] {
        sh(cargo(&["run", "--quiet", "--locked", "--example", name]).current_dir(workspace.root()))?;
    }
    Ok(())
}

fn features(workspace: &Workspace) -> anyhow::Result<()> {
    for package in workspace.libraries() {
        let alone = ["--package", package.name.as_str(), "--lib"];
        let names: Vec<_> = package
            .features
            .keys()
            .filter(|name| *name != "default")
            .collect();
        if names.is_empty() {
            continue;
        }
        clippy(
            workspace,
            &[&alone[..], &["--no-default-features"]].concat(),
        )?;
        clippy(workspace, &[&alone[..], &["--all-features"]].concat())?;
        for name in names {
            let one = ["--no-default-features", "--features", name];
            clippy(workspace, &[&alone[..], &one].concat())?;
        }
    }
    Ok(())
}

fn clippy(workspace: &Workspace, args: &[&str]) -> anyhow::Result<()> {
    sh(cargo(&["clippy", "--quiet", "--locked"])
        .args(args)
        .args(["--", "-D", "warnings"])
        .current_dir(workspace.root()))
}

/// Builds `xtask/no-std`, which brings its own panic handler: a second one, from a std that came
/// in by any way, does not compile.
fn no_std(workspace: &Workspace) -> anyhow::Result<()> {
    sh(cargo(&["build", "--quiet", "--locked", "--offline"])
        .current_dir(workspace.root().join("xtask/no-std"))
        .env("CARGO_TARGET_DIR", workspace.target_dir().join("no-std")))
}

fn table(results: &[(Job, Duration, bool)]) -> String {
    let row = |name: &str, time: Duration, verdict: &str| {
        format!("{name:<10} {:>7.1} s{verdict}", time.as_secs_f32())
    };
    let total = results.iter().map(|(_, time, _)| *time).sum();
    results
        .iter()
        .map(|(job, time, ok)| {
            row(
                &job.to_string(),
                *time,
                if *ok { "  ok" } else { "  FAILED" },
            )
        })
        .chain([row("total", total, "")])
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_named_as_on_the_command_line() {
        assert_eq!(Job::NoStd.to_string(), "no-std");
    }

    #[test]
    fn the_table_shows_time_and_failure_of_each_job() {
        let table = table(&[
            (Job::Fmt, Duration::from_millis(1_240), true),
            (Job::Interop, Duration::from_secs(100), false),
        ]);
        assert_eq!(
            table,
            "fmt            1.2 s  ok\n\
             interop      100.0 s  FAILED\n\
             total        101.2 s"
        );
    }
}
