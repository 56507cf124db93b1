//! `cargo xtask release`: packs every published crate in dependency order.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

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

/// Packs the published crates and builds each from its own archive.
///
/// # Errors
///
/// If `--dry-run` is missing, an archive lacks a licence or a front page, the metadata of a crate
/// is incomplete, or an archive does not build.
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
    forget_earlier_archives(workspace)?;
    // Packed together, the crates resolve each other from their archives, in dependency order.
    let mut command = cargo(&["package", "--locked", "--allow-dirty", "--all-features"]);
    for package in workspace.published() {
        command.args(["--package", package.name.as_str()]);
    }
    sh(command.current_dir(workspace.root()))
}

/// Removes sources and builds that cargo keeps of archives of an earlier run.
///
/// Cargo resolves the archives by a registry in the target directory, whose unpacked sources lie in
/// cargo's home under a name made from that path. A source there is taken for immutable: with the
/// same path and version, a later run would verify the sources of the earlier one.
fn forget_earlier_archives(workspace: &Workspace) -> anyhow::Result<()> {
    if workspace.target_dir().join("package").exists() {
        let mut command = cargo(&["clean"]);
        for package in workspace.published() {
            command.args(["--package", package.name.as_str()]);
        }
        sh(command.current_dir(workspace.root()))?;
        remove(&workspace.target_dir().join("package"))?;
    }
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .context("set CARGO_HOME or HOME: cargo's home is unknown")?;
    let Ok(sources) = fs::read_dir(home.join("registry").join("src")) else {
        return Ok(());
    };
    for source in sources {
        let source = source?;
        // A registry without a host, as one in a directory, has a name that starts with a dash.
        if source.file_name().to_string_lossy().starts_with('-') {
            for package in workspace.published() {
                let unpacked = format!("{}-{}", package.name, package.version);
                remove(&source.path().join(unpacked))?;
            }
        }
    }
    Ok(())
}

fn remove(directory: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}
