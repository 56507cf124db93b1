//! `cargo xtask ci semver`: changes of public items since the baseline, and whether versions and
//! changelogs follow them.
//!
//! `public-api` lists the items in rustdoc's JSON of the baseline and of today. cargo-semver-checks
//! knows more: here a new variant of an exhaustive enum or a new required method of a trait counts as
//! an addition. But no registry has cargo-semver-checks as a program, and its 397 crates take longer to
//! build than this whole job.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, bail, ensure};
use cargo_metadata::{MetadataCommand, semver::Version};
use public_api::{Builder, PublicApi, diff::PublicApiDiff};

use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// Flags of rustdoc: JSON of public items, with the hidden ones that macros of other crates use.
const FLAGS: &str =
    "-Zunstable-options --output-format=json --cap-lints=allow --document-hidden-items";

/// Compares each published library with the revision `semver-baseline` in the root manifest.
///
/// # Errors
///
/// If a released crate breaks its users within compatible versions, or public items change and the
/// changelog does not.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let baseline = baseline(workspace)?;
    let directory = workspace.target_dir().join("semver");
    let sources = directory.join("sources");
    check_out(workspace.root(), baseline, &sources)?;
    let before = MetadataCommand::new()
        .manifest_path(sources.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cargo metadata failed for the baseline")?;
    let version = |name: &str| {
        let mut packages = before.packages.iter();
        let package = packages.find(|package| package.name == name);
        package.map(|package| package.version.clone())
    };
    let names: BTreeSet<&str> = workspace.libraries().map(|one| one.name.as_str()).collect();
    let known: BTreeSet<&str> = names
        .iter()
        .copied()
        .filter(|name| version(name).is_some())
        .collect();
    document(workspace, &sources, &known, &directory.join("before"))?;
    document(
        workspace,
        workspace.root(),
        &names,
        &directory.join("after"),
    )?;
    let mut objections = Vec::new();
    for package in workspace.libraries() {
        let name = package.name.as_str();
        let Some(old_version) = version(name) else {
            println!("semver: {name} is new since {baseline}");
            continue;
        };
        let items = |side: &str| items(&directory.join(side), name);
        let diff = PublicApiDiff::between(items("before")?, items("after")?);
        let changelog = |root: &Path| {
            let path = root.join("crates").join(name).join("CHANGELOG.md");
            fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let change = Change {
            is_breaking: !diff.removed.is_empty() || !diff.changed.is_empty(),
            adds: !diff.added.is_empty(),
            versions: (&old_version, &package.version),
            changelogs: (&changelog(&sources)?, &changelog(workspace.root())?),
        };
        print(name, &diff);
        if let Some(objection) = change.objection() {
            objections.push(format!("{name}: {objection}"));
        }
    }
    for objection in &objections {
        eprintln!("semver: {objection}");
    }
    if !objections.is_empty() {
        bail!(
            "{} libraries changed, and nothing tells their users",
            objections.len()
        );
    }
    Ok(())
}

/// Checks that the history of the checkout goes back to the baseline: shallow clones end earlier.
///
/// # Errors
///
/// If it does not, or no baseline is set.
pub(crate) fn check_history(workspace: &Workspace) -> anyhow::Result<()> {
    let baseline = baseline(workspace)?;
    let mut git = Command::new("git");
    git.arg("-C").arg(workspace.root());
    git.args(["cat-file", "-e", &format!("{baseline}^{{commit}}")]);
    git.stderr(Stdio::null());
    let is_there = git.status().is_ok_and(|status| status.success());
    ensure!(is_there, "this checkout lacks revision {baseline}");
    Ok(())
}

fn baseline(workspace: &Workspace) -> anyhow::Result<&str> {
    let baseline = workspace.metadata().workspace_metadata["semver-baseline"].as_str();
    baseline.context("the root manifest has no semver-baseline")
}

/// Clones the repository and checks out a revision.
fn check_out(repository: &Path, revision: &str, into: &Path) -> anyhow::Result<()> {
    if into.exists() {
        fs::remove_dir_all(into).with_context(|| format!("cannot remove {}", into.display()))?;
    }
    let git = || Command::new("git");
    sh(git()
        .args(["clone", "--quiet", "--shared", "--no-checkout"])
        .arg(repository)
        .arg(into))?;
    sh(git()
        .arg("-C")
        .arg(into)
        .args(["checkout", "--quiet", "--detach", revision]))
}

/// Writes rustdoc's JSON of some packages. Everything else that cargo builds stays in the target
/// directory of the workspace, so that dependencies are compiled once.
fn document(
    workspace: &Workspace,
    root: &Path,
    packages: &BTreeSet<&str>,
    into: &Path,
) -> anyhow::Result<()> {
    sh(cargo(&[
        "doc",
        "--quiet",
        "--locked",
        "--no-deps",
        "--lib",
        "--all-features",
    ])
    .args(packages.iter().flat_map(|package| ["--package", package]))
    .env("CARGO_TARGET_DIR", into)
    .env("CARGO_BUILD_BUILD_DIR", workspace.target_dir())
    .env("RUSTDOC", workspace.root().join("xtask/tools/rustdoc"))
    .env_remove("CARGO_ENCODED_RUSTDOCFLAGS")
    .env("RUSTDOCFLAGS", FLAGS)
    .current_dir(root))
}

/// Returns the public items of a package.
fn items(documents: &Path, package: &str) -> anyhow::Result<PublicApi> {
    let file = format!("doc/{}.json", package.replace('-', "_"));
    let items = Builder::from_rustdoc_json(documents.join(file)).omit_blanket_impls(true);
    items
        .build()
        .with_context(|| format!("rustdoc's JSON of {package}"))
}

/// Prints the changes of a library, additions only by their number.
fn print(package: &str, diff: &PublicApiDiff) {
    let (removed, changed, added) = (diff.removed.len(), diff.changed.len(), diff.added.len());
    println!("semver: {package}: {removed} items removed, {changed} changed, {added} added");
    for item in &diff.removed {
        println!("  - {item}");
    }
    for item in &diff.changed {
        println!("  - {}\n  + {}", item.old, item.new);
    }
}

/// Change of a library since the baseline.
struct Change<'c> {
    /// Whether an item was removed or changed.
    is_breaking: bool,
    adds: bool,
    /// Versions at the baseline and today.
    versions: (&'c Version, &'c Version),
    /// Changelogs at the baseline and today.
    changelogs: (&'c str, &'c str),
}

impl Change<'_> {
    fn objection(&self) -> Option<&'static str> {
        let (old, new) = self.changelogs;
        let mut headings = old.lines().filter(|line| line.starts_with("## "));
        let is_released = headings.any(|heading| heading != "## Unreleased");
        if self.is_breaking && is_released && is_compatible(self.versions) {
            Some("breaks users of the released version; raise the version")
        } else if (self.is_breaking || self.adds) && old == new {
            Some("public items changed; add a line to its CHANGELOG.md")
        } else {
            None
        }
    }
}

/// Returns whether cargo takes the second version for the first: the leftmost number that is not 0 is
/// the same.
fn is_compatible((old, new): (&Version, &Version)) -> bool {
    let leftmost = |version: &Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    leftmost(old) == leftmost(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_needs_a_line_and_a_break_of_a_released_crate_a_version() {
        let version = |text: &str| Version::parse(text).unwrap();
        let objects = |is_breaking, adds, versions: (&str, &str), changelogs| {
            let (old, new) = (version(versions.0), version(versions.1));
            let versions = (&old, &new);
            let change = Change {
                is_breaking,
                adds,
                versions,
                changelogs,
            };
            change.objection().is_some()
        };
        let same = ("0.1.0", "0.1.0");
        let first = (
            "# C\n\n## Unreleased\n",
            "# C\n\n## Unreleased\n\n- A line.\n",
        );
        let later = (
            "## Unreleased\n\n## 0.1.0\n",
            "## Unreleased\n\n- A line.\n\n## 0.1.0\n",
        );
        assert!(!objects(false, false, same, (first.0, first.0)));
        assert!(objects(false, true, same, (first.0, first.0)));
        assert!(objects(true, false, same, (first.0, first.0)));
        assert!(!objects(true, true, same, first), "nothing is released yet");
        assert!(!objects(false, true, same, later));
        assert!(objects(true, false, same, later));
        assert!(objects(true, false, ("0.1.0", "0.1.1"), later));
        assert!(!objects(true, false, ("0.1.0", "0.2.0"), later));
        assert!(objects(true, false, ("1.2.0", "1.3.0"), later));
    }
}
