//! Texts of the licences of everything in the command.

use core::fmt::Write as _;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use cargo_metadata::Package;

use crate::{command::text_of, workspace::Workspace};

/// Copies the licence texts of each crate and of the standard library into a directory, and lists
/// them. Returns the number of crates.
///
/// # Errors
///
/// If a crate comes without a text, or a file cannot be read or written.
pub(super) fn collect(workspace: &Workspace, into: &Path) -> anyhow::Result<usize> {
    let tree = super::crates(workspace)?;
    let wanted = third_party(&tree);
    let mut list = String::from("Software in `groupme` by others, and its licences\n\n");
    let mut missing = Vec::new();
    for (name, version) in &wanted {
        let packages = workspace.metadata().packages.iter();
        let mut packages = packages.filter(|package| {
            package.name.as_str() == *name && package.version.to_string() == *version
        });
        let package = packages
            .next()
            .with_context(|| format!("cargo metadata does not know {name} {version}"))?;
        let texts = texts(package)?;
        if texts.is_empty() {
            missing.push(format!("{name} {version}"));
        }
        let directory = into.join(format!("{name}-{version}"));
        fs::create_dir_all(&directory)?;
        for text in texts {
            let file = text.file_name().context("a licence has no name")?;
            fs::copy(&text, directory.join(file))
                .with_context(|| format!("cannot copy {}", text.display()))?;
        }
        let licence = package.license.as_deref().unwrap_or("see the text");
        let _ = writeln!(list, "{name} {version}: {licence}");
    }
    if !missing.is_empty() {
        bail!(
            "no licence text comes with {}: use another crate, or ask its authors to pack one",
            missing.join(", ")
        );
    }
    standard_library(into)?;
    list.push_str("The standard library of Rust: MIT OR Apache-2.0, and others\n");
    fs::write(into.join("LIST.txt"), list)?;
    Ok(wanted.len())
}

/// Returns names and versions in the output of `cargo tree`. Crates of this workspace have a path.
fn third_party(tree: &str) -> BTreeSet<(&str, &str)> {
    let lines = tree.lines().filter(|line| !line.contains("(/"));
    let crates = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?.strip_prefix('v')?))
    });
    crates.collect()
}

/// Returns the files with licences and notices in the directory of a package.
fn texts(package: &Package) -> anyhow::Result<Vec<PathBuf>> {
    let root = package.manifest_path.parent();
    let root = root.context("a manifest is in no directory")?.as_std_path();
    let mut texts: Vec<PathBuf> = package
        .license_file
        .iter()
        .map(|file| root.join(file))
        .collect();
    for entry in fs::read_dir(root).with_context(|| root.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() && is_text(&entry.file_name().to_string_lossy()) {
            texts.push(entry.path());
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

/// Returns whether a file is a licence or a notice, by its name.
fn is_text(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "UNLICENSE",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

/// Copies the notice of the standard library and of the crates in it, which comes with each toolchain.
fn standard_library(into: &Path) -> anyhow::Result<()> {
    let root = text_of(Command::new("rustc").args(["--print", "sysroot"]))?;
    let notice = Path::new(root.trim()).join("share/doc/rust/COPYRIGHT-library.html");
    fs::copy(&notice, into.join("rust-standard-library.html"))
        .with_context(|| format!("the toolchain has no {}", notice.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_others_are_named_with_their_versions() {
        let tree = "groupme-cli v0.1.0 (/src/groupme-cli)\nanyhow v1.0.1\nserde_derive v1.0.2 (proc-macro)\n\
                    anyhow v1.0.1 (*)\n";
        let crates = third_party(tree);
        assert_eq!(
            crates,
            [("anyhow", "1.0.1"), ("serde_derive", "1.0.2")].into()
        );
    }

    #[test]
    fn licences_are_found_by_their_names() {
        for name in [
            "LICENSE",
            "LICENSE-MIT.txt",
            "license.md",
            "COPYING",
            "NOTICE",
            "Licence",
        ] {
            assert!(is_text(name), "{name}");
        }
        assert!(!is_text("README.md") && !is_text("src"));
    }

    #[test]
    fn every_crate_of_the_command_comes_with_its_licence() {
        let workspace = Workspace::load().unwrap();
        let into = tempfile::tempdir().unwrap();
        let crates = collect(&workspace, into.path()).unwrap();
        assert!(crates > 50, "{crates}");
        let list = fs::read_to_string(into.path().join("LIST.txt")).unwrap();
        assert!(list.contains("\nclap "), "{list}");
    }
}
