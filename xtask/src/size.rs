//! Size of what others build: crates under `groupme-client`, and bytes of the command.

use std::{collections::BTreeSet, fs, process::Command};

use anyhow::{Context, bail};

use crate::{
    command::{cargo, run as sh, text_of},
    package,
    workspace::Workspace,
};

/// Prints both sizes.
///
/// # Errors
///
/// If one is beyond its limit, or cannot be found out.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let mut tree = cargo(&["tree", "--locked", "--package", "groupme-client"]);
    tree.args(["--edges", "normal,build", "--prefix", "none"])
        .current_dir(workspace.root());
    let tree = text_of(&mut tree)?;
    let crates = third_party(&tree).len();
    println!("groupme-client: {crates} third-party crates by default, limit {MAX_CRATES}");
    let built = package::build(
        workspace,
        "groupme",
        &["--package", "groupme-cli", "--release"],
    )?;
    let stripped = workspace.target_dir().join("groupme-stripped");
    sh(Command::new("strip").arg("-o").arg(&stripped).arg(built))?;
    let bytes = fs::metadata(&stripped)
        .context("cannot read the stripped program")?
        .len();
    println!("groupme: {bytes} bytes stripped, limit {MAX_BYTES}");
    // A workspace without crates would pass any limit.
    if crates == 0 || crates > MAX_CRATES || bytes > MAX_BYTES {
        bail!("a size is beyond its limit");
    }
    Ok(())
}

/// Returns names and versions of the crates in the output of `cargo tree`. Those of this workspace
/// have a path.
fn third_party(tree: &str) -> BTreeSet<(&str, &str)> {
    let lines = tree.lines().filter(|line| !line.contains("(/"));
    let crates = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    crates.collect()
}

/// Maximum number of third-party crates of `groupme-client` with its default features, those of
/// build scripts included.
const MAX_CRATES: usize = 90;

/// Maximum size of the command without symbols, in bytes.
const MAX_BYTES: u64 = 15_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_others_are_counted_once_by_version() {
        let tree = "groupme-client v0.1.0 (/src/groupme-client)\nsyn v2.0.1\nsyn v3.0.0\n\
                    serde_derive v1.0.0 (proc-macro)\nsyn v3.0.0 (*)\n";
        assert_eq!(third_party(tree).len(), 3);
    }
}
