//! Running rustdoc for its JSON.

use std::{
    collections::BTreeMap,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use cargo_metadata::TargetKind;
use serde_json::Value;

use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// Returns what rustdoc says of each library, by the library's name in code.
///
/// JSON is not stable yet. The variable that opens it names our crates only, so that dependencies
/// are built as ever; it still makes some of their build scripts run again, hence a target
/// directory of its own.
pub(super) fn documents(workspace: &Workspace) -> anyhow::Result<BTreeMap<String, Value>> {
    let target_dir = workspace.target_dir().join("xtask-signatures");
    let mut packages = Vec::new();
    let mut names = Vec::new();
    for package in workspace.libraries() {
        packages.extend(["--package", package.name.as_str()]);
        let library = package
            .targets
            .iter()
            .find(|target| target.kind.contains(&TargetKind::Lib))
            .with_context(|| format!("{} has no library", package.name))?;
        names.push(library.name.replace('-', "_"));
    }
    ensure!(!names.is_empty(), "the workspace has no library to read");
    // What is left out of the documentation can be reached all the same.
    let flags = "-Zunstable-options --output-format=json --cap-lints=allow \
                 --document-hidden-items --document-private-items";
    sh(cargo(&["doc", "--quiet", "--locked", "--no-deps", "--lib"])
        .arg("--all-features")
        .args(packages)
        .arg("--target-dir")
        .arg(&target_dir)
        .env("RUSTC_BOOTSTRAP", names.join(","))
        .env_remove("CARGO_ENCODED_RUSTDOCFLAGS")
        .env("RUSTDOCFLAGS", flags)
        .current_dir(workspace.root()))?;
    names
        .into_iter()
        .map(|name| {
            let document = read(&file(&target_dir, &name))?;
            Ok((name, document))
        })
        .collect()
}

fn file(target_dir: &Path, name: &str) -> PathBuf {
    target_dir.join("doc").join(format!("{name}.json"))
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let file = File::open(path)
        .with_context(|| format!("rustdoc did not leave {} behind", path.display()))?;
    serde_json::from_reader(BufReader::new(file))
        .with_context(|| format!("{} is no JSON", path.display()))
}
