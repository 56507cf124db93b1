//! `cargo xtask release`: packs every published crate in dependency order.

use core::fmt::Write;
use std::{fs, io, process::Command};

use anyhow::{Context, bail};
use clap::Args;

use crate::{
    command::{cargo, run as sh, text_of},
    workspace::Workspace,
};

/// Options of `cargo xtask release`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Pack and verify without uploading anything. The only mode: uploading is `cargo publish`.
    #[arg(long)]
    dry_run: bool,
}

impl Options {
    /// Returns the options with which CI runs the task.
    pub(crate) fn for_ci() -> Self {
        Self { dry_run: true }
    }
}

/// Files that every published archive contains.
const FRONT_MATTER: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Packs the published crates and compiles the contents of the archives.
///
/// # Errors
///
/// If `--dry-run` is missing, an archive lacks a licence or a front page, the metadata of a crate
/// is incomplete, or the contents of an archive do not compile.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    if !options.dry_run {
        bail!("pass --dry-run; after a successful dry run upload with `cargo publish --workspace`");
    }
    for package in workspace.published() {
        let name = &package.name;
        let has_metadata = package.description.is_some()
            && package.license.is_some()
            && package.rust_version.is_some()
            && !package.keywords.is_empty()
            && !package.categories.is_empty();
        if !has_metadata {
            bail!("{name}: set description, license, rust-version, keywords and categories");
        }
        let mut list = cargo(&["package", "--locked", "--allow-dirty", "--list"]);
        list.args(["--package", name.as_str()])
            .current_dir(workspace.root());
        let files = text_of(&mut list)?;
        for file in FRONT_MATTER {
            if !files.lines().any(|line| line == file) {
                bail!("{name}: the archive lacks {file}");
            }
        }
    }
    // Packed together, the crates resolve each other, in dependency order.
    let mut command = cargo(&["package", "--locked", "--allow-dirty", "--no-verify"]);
    for package in workspace.published() {
        command.args(["--package", package.name.as_str()]);
    }
    sh(command.current_dir(workspace.root()))?;
    check_archives(workspace)
}

/// Compiles the contents of the archives, as one workspace that has nothing else.
///
/// `cargo package` would compile each archive by itself, which takes five times as long: dependencies
/// are compiled anew for each set of features that an archive asks for.
fn check_archives(workspace: &Workspace) -> anyhow::Result<()> {
    let target = workspace.target_dir();
    let root = target.join("package").join("unpacked");
    match fs::remove_dir_all(&root) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", root.display()));
        }
        _ => fs::create_dir_all(&root)?,
    }
    let mut members = String::new();
    let mut patches = String::new();
    for package in workspace.published() {
        let (name, version) = (&package.name, &package.version);
        let archive = target.join(format!("package/{name}-{version}.crate"));
        sh(Command::new("tar")
            .arg("-xzf")
            .arg(archive)
            .arg("-C")
            .arg(&root))?;
        let directory = format!("{name}-{version}");
        writeln!(members, "    \"{directory}\",")?;
        writeln!(patches, "{name} = {{ path = \"{directory}\" }}")?;
    }
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n[patch.crates-io]\n{patches}"
    );
    fs::write(root.join("Cargo.toml"), manifest)?;
    fs::copy(workspace.root().join("Cargo.lock"), root.join("Cargo.lock"))?;
    // Not locked: the members that are not published leave the lock file.
    sh(cargo(&[
        "check",
        "--quiet",
        "--offline",
        "--workspace",
        "--all-features",
    ])
    .env("CARGO_TARGET_DIR", target)
    .current_dir(root))
}
