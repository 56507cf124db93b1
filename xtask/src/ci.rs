//! `cargo xtask ci`: all checks besides the tests, one job each.

use core::{fmt, time::Duration};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use anyhow::bail;
use cargo_metadata::Package;
use clap::ValueEnum;

use crate::{
    autobahn, bench, bots, clock,
    command::{cargo, run as sh, works},
    deny, interop, layering, package, relay, release, semver, size, soak, tidy,
    workspace::Workspace,
};

/// A check that can be run alone: `cargo xtask ci JOB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Job {
    /// rustfmt.
    Fmt,
    /// Dependencies between our crates, and types of dependencies in public signatures.
    Layering,
    /// Licences, duplicates, sources and bans of dependencies, and advisories if online.
    Deny,
    /// Third-party crates of groupme-client, and bytes of the command; runs only by name.
    Size,
    /// Rules on the sources that no linter has.
    Tidy,
    /// clippy on the workspace.
    Lint,
    /// rustdoc without warnings.
    Docs,
    /// Examples that end by themselves.
    Examples,
    /// bayeux-proto and bayeux-wire in a program without std.
    NoStd,
    /// clippy on each library alone: with no feature, each feature of its own, the default ones and all;
    /// and TLS without ring.
    Features,
    /// Changes of public items since the baseline, which changelogs and versions have to follow. Unless
    /// named, not run in a checkout without the baseline, and the table says so.
    Semver,
    /// Packages of the published crates, checked together from their archives.
    Release,
    /// 100,000 mutated frames, names and addresses, and fewer responses, callbacks, sockets, state files
    /// and arguments.
    Fuzz,
    /// The Autobahn suite against the WebSocket code; needs Python 2.7. Unless named, not run where
    /// there is none, and the table says so.
    Autobahn,
    /// `groupme listen` at third-party Bayeux servers, and third-party clients at `groupme sim`.
    Interop,
    /// A Python and a JavaScript bot, tested with `groupme sim`, and its page in Chromium.
    Bots,
    /// 5,000 seeds of the simulation, and 2,000 of that of the relay.
    Sim,
    /// Two accounts over real sockets with faults.
    Soak,
    /// Nodes of the relay and a NATS server of PyPI, which are killed, with the consumers of the README.
    Relay,
    /// Each client of `bench peers`, and each server of `bench server`, shortly; takes minutes to build, and runs only by name.
    Peers,
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// Runs the given jobs, all by default. A failure does not stop the rest.
pub(crate) fn run(workspace: &Workspace, jobs: &[Job], bots: bots::Options) -> anyhow::Result<()> {
    let all = Job::value_variants().iter().copied();
    let mut missing = Vec::new();
    let jobs: Vec<_> = if jobs.is_empty() {
        let by_name = |job: &Job| matches!(job, Job::Peers | Job::Size);
        all.filter(|job| !by_name(job))
            .filter(|job| match job.lacks(workspace) {
                Some(reason) => {
                    missing.push((*job, reason));
                    false
                }
                None => true,
            })
            .collect()
    } else {
        jobs.to_vec()
    };
    let mut results = Vec::new();
    for job in jobs {
        eprintln!("\n=== {job}");
        let start = clock::now();
        let result = job.run(workspace, bots);
        if let Err(error) = &result {
            eprintln!("{job}: {error:#}");
        }
        results.push((job, clock::now().duration_since(start), result.is_ok()));
    }
    println!("\n{}", table(&results));
    for (job, reason) in &missing {
        println!("{job:<10} NOT RUN: {reason:#}");
    }
    let failed = results.iter().filter(|(.., ok)| !ok);
    let failed: Vec<_> = failed.map(|(job, ..)| job.to_string()).collect();
    if let Some(first) = failed.first() {
        bail!(
            "failed: {}; to repeat one: cargo xtask ci {first}",
            failed.join(", ")
        );
    }
    Ok(())
}

impl Job {
    /// Returns why the job cannot run here, if it is one that not every checkout can run.
    fn lacks(self, workspace: &Workspace) -> Option<anyhow::Error> {
        match self {
            Self::Autobahn => autobahn::python(&autobahn::Options::default()).err(),
            Self::Semver => semver::check_history(workspace).err(),
            _ => None,
        }
    }

    fn run(self, workspace: &Workspace, bots: bots::Options) -> anyhow::Result<()> {
        match self {
            Self::Fmt => sh(cargo(&["fmt", "--all", "--check"]).current_dir(workspace.root())),
            Self::Layering => layering::run(workspace),
            Self::Deny => deny::run(workspace),
            Self::Size => size::run(workspace),
            Self::Tidy => tidy::run(workspace),
            Self::Lint => clippy(workspace, &["--workspace", "--all-targets"]),
            Self::Docs => sh(cargo(&["doc", "--locked", "--workspace", "--no-deps"])
                .arg("--all-features")
                .env("RUSTDOCFLAGS", "-Dwarnings")
                .current_dir(workspace.root())),
            Self::Examples => examples(workspace),
            Self::NoStd => no_std(workspace),
            Self::Features => features(workspace),
            Self::Semver => semver::run(workspace),
            Self::Release => release::run(workspace, &release::Options::for_ci()),
            Self::Fuzz => fuzz(workspace),
            Self::Autobahn => autobahn::run(workspace, &autobahn::Options::default()),
            Self::Interop => interop::run(workspace, &interop::Options::default()),
            Self::Bots => bots::run(workspace, bots),
            Self::Sim => {
                package::run(workspace, "sim", &["--seeds", "5000", "--threads", "2"])?;
                package::run(
                    workspace,
                    "relay-sim",
                    &["--seeds", "2000", "--threads", "2"],
                )
            }
            Self::Soak => soak::run(workspace, &soak::short()),
            Self::Relay => relay::run(workspace, &relay::short()),
            Self::Peers => {
                bench::server::run(workspace, &bench::server::check())?;
                bench::peers::run(workspace, &bench::peers::check())
            }
        }
    }
}

fn clippy(workspace: &Workspace, args: &[&str]) -> anyhow::Result<()> {
    sh(cargo(&["clippy", "--quiet", "--locked"])
        .args(args)
        .args(["--", "-D", "warnings"])
        .current_dir(workspace.root()))
}

/// Example that `cargo test` builds and nothing runs, because it never ends.
const NOT_RUN: &str = "tail";

/// Runs the examples as `cargo test` builds them, which after the tests compiles nothing.
fn examples(workspace: &Workspace) -> anyhow::Result<()> {
    for (name, program) in package::build_examples(workspace, "examples")? {
        if name != NOT_RUN {
            eprintln!("$ {name}");
            sh(Command::new(program).current_dir(workspace.root()))?;
        }
    }
    Ok(())
}

/// In the workspace as a whole a crate may use a feature that only its neighbour enables, so each
/// library is checked alone.
fn features(workspace: &Workspace) -> anyhow::Result<()> {
    for package in workspace.libraries() {
        for features in feature_sets(&package.features, |feature| is_own(package, feature)) {
            let features: Vec<_> = features.into_iter().collect();
            let set = ["--no-default-features", "--features", &features.join(",")];
            clippy(
                workspace,
                &[&["--package", &package.name, "--lib"], &set[..]].concat(),
            )?;
        }
    }
    // The tests of the workspace use ring, which is a default feature.
    sh(
        cargo(&["test", "--quiet", "--locked", "--package", "bayeux-dial"])
            .args(["--no-default-features", "--features"])
            .arg("bundled-roots,rustls-graviola")
            .current_dir(workspace.root()),
    )
}

/// Returns the sets of features to check: none, each feature of the crate's own, the default ones and
/// all, each set once.
fn feature_sets(
    features: &BTreeMap<String, Vec<String>>,
    is_own: impl Fn(&str) -> bool,
) -> BTreeSet<BTreeSet<&str>> {
    let names = features.keys().map(String::as_str);
    let all: BTreeSet<_> = names.filter(|name| *name != "default").collect();
    let default = features.get("default").into_iter().flatten();
    let singles = all.iter().filter(|name| is_own(name));
    let mut sets: BTreeSet<_> = singles.map(|name| BTreeSet::from([*name])).collect();
    sets.insert(BTreeSet::new());
    sets.insert(default.map(String::as_str).collect());
    sets.insert(all);
    sets
}

/// Whether a feature changes the crate itself. Others only enable features of the crates below, where
/// each is checked alone.
fn is_own(package: &Package, feature: &str) -> bool {
    let forwards = |value: &String| value.contains('/') && !value.contains('?');
    let sources = package.manifest_path.with_file_name("src");
    let pattern = format!("feature = \"{feature}\"");
    let is_named = || {
        works(
            Command::new("git")
                .args(["grep", "-q", &pattern])
                .current_dir(sources),
        )
    };
    !package.features[feature].iter().all(forwards) || is_named()
}

/// Runs the targets from a seed, and checks that the build under libFuzzer, which is run by hand, has
/// the lock file of today's crates.
fn fuzz(workspace: &Workspace) -> anyhow::Result<()> {
    sh(cargo(&["tree", "--quiet", "--locked", "--depth", "0"])
        .current_dir(workspace.root().join("xtask/fuzz/libfuzzer")))?;
    package::run(workspace, "fuzz", &["100000", "1"])
}

/// Builds `xtask/no-std`, which has a panic handler: std, if linked, has a second one, and the
/// program does not compile.
fn no_std(workspace: &Workspace) -> anyhow::Result<()> {
    sh(cargo(&["build", "--quiet", "--locked", "--offline"])
        .current_dir(workspace.root().join("xtask/no-std"))
        .env("CARGO_TARGET_DIR", workspace.target_dir().join("no-std")))
}

fn table(results: &[(Job, Duration, bool)]) -> String {
    let row = |name: &str, time: Duration, result: &str| {
        format!("{name:<10} {:>7.1} s{result}", time.as_secs_f32())
    };
    let rows = results.iter().map(|(job, time, ok)| {
        let result = if *ok { "  ok" } else { "  FAILED" };
        row(&job.to_string(), *time, result)
    });
    let total = results.iter().map(|(_, time, _)| *time).sum();
    rows.chain([row("total", total, "")])
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
    fn the_table_shows_time_and_result_of_each_job() {
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

    #[test]
    fn each_set_of_features_is_checked_once() {
        let features = |list: &[(&str, &[&str])]| {
            let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let pairs = list.iter().map(|(name, of)| ((*name).to_owned(), own(of)));
            let features: BTreeMap<String, Vec<String>> = pairs.collect();
            let sets = feature_sets(&features, |feature| feature != "forwards").into_iter();
            sets.map(|set| Vec::from_iter(set).join("+"))
                .collect::<Vec<_>>()
        };
        assert_eq!(features(&[]), [""]);
        assert_eq!(features(&[("default", &["a"]), ("a", &[])]), ["", "a"]);
        let some = features(&[("default", &["a", "b"]), ("a", &[]), ("b", &[]), ("c", &[])]);
        assert_eq!(some, ["", "a", "a+b", "a+b+c", "b", "c"]);
        let some = features(&[("a", &[]), ("forwards", &["below/a"])]);
        assert_eq!(some, ["", "a", "a+forwards"]);
    }
}
