//! Size of what others build: crates under `groupme-client`, and bytes of the command.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, bail};

use crate::{
    clock,
    command::{cargo, text_of},
    dist,
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
    // A workspace without crates would pass any limit.
    if crates == 0 || crates > MAX_CRATES {
        bail!("the number of crates is beyond its limit");
    }
    let start = clock::now();
    let built = dist::build(workspace)?;
    let seconds = clock::now().duration_since(start).as_secs();
    let bytes = check(&built)?;
    println!("groupme: {bytes} bytes stripped, limit {MAX_BYTES}, built in {seconds} s");
    Ok(())
}

/// Returns the size of the command, in bytes.
///
/// # Errors
///
/// If it is beyond the limit.
pub(crate) fn check(program: &Path) -> anyhow::Result<u64> {
    let facts = fs::metadata(program).context("cannot read the program")?;
    let bytes = facts.len();
    if bytes > MAX_BYTES {
        bail!("groupme has {bytes} bytes, and the limit is {MAX_BYTES}");
    }
    Ok(bytes)
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
