//! `cargo xtask dist`: the command as one archive to download, with everything that belongs to it.

mod licences;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{
    clock,
    command::{cargo, run as sh, text_of},
    package, size,
    workspace::Workspace,
};

/// Options of `cargo xtask dist`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Directory for the archive. Default: `dist-archive` in the target directory.
    #[arg(long, value_name = "DIRECTORY")]
    into: Option<PathBuf>,
}

/// Builds the command, and packs it with completions, manual pages, README and licences.
///
/// # Errors
///
/// If something does not build or cannot be written, the program is too large, or a crate in it
/// comes without the text of its licence.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let start = clock::now();
    let program = build(workspace)?;
    let seconds = clock::now().duration_since(start).as_secs();
    let bytes = size::check(&program)?;
    println!("groupme: {bytes} bytes, built in {seconds} s");

    let into = options.into.clone();
    let into = into.unwrap_or_else(|| workspace.target_dir().join("dist-archive"));
    let name = format!("groupme-{}-{}", version(workspace)?, host()?);
    let root = into.join(&name);
    if root.exists() {
        fs::remove_dir_all(&root).with_context(|| root.display().to_string())?;
    }
    fs::create_dir_all(root.join("completions")).with_context(|| root.display().to_string())?;
    copy(&program, &root.join("groupme"))?;
    let command = workspace.root().join("crates/groupme-cli");
    for file in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&command.join(file), &root.join(file))?;
    }
    for (shell, file) in [
        ("bash", "groupme.bash"),
        ("zsh", "_groupme"),
        ("fish", "groupme.fish"),
    ] {
        let script = text_of(Command::new(&program).args(["completion", shell]))?;
        fs::write(root.join("completions").join(file), script)?;
    }
    sh(Command::new(&program).arg("man").arg(root.join("man")))?;
    let crates = licences::collect(workspace, &root.join("licenses"))?;
    println!("licences: the texts of {crates} crates and of the standard library");
    let archive = pack(&into, &name)?;
    let packed = fs::metadata(&archive)?.len();
    println!("{}: {packed} bytes", archive.display());
    Ok(())
}

/// Builds the command with the profile `dist`, which strips it. Returns its path.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let options = ["--package", "groupme-cli", "--profile", "dist"];
    package::build(workspace, "groupme", &options)
}

/// Packs a directory. Equal contents make equal archives: names are sorted, and neither owners nor
/// times are of this machine.
fn pack(into: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let archive = into.join(format!("{name}.tar.gz"));
    let plain = into.join(format!("{name}.tar"));
    sh(Command::new("tar")
        .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .args(["--mtime=@0", "--mode=u+rw,go=rX", "--format=ustar", "-cf"])
        .arg(&plain)
        .arg("-C")
        .arg(into)
        .arg(name))?;
    sh(Command::new("gzip").args(["-9nf"]).arg(&plain))?;
    Ok(archive)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn version(workspace: &Workspace) -> anyhow::Result<String> {
    let mut packages = workspace.published();
    let command = packages.find(|package| package.name == "groupme-cli");
    let command = command.context("there is no package groupme-cli")?;
    Ok(command.version.to_string())
}

/// Returns the triple of this machine, such as `x86_64-unknown-linux-gnu`.
fn host() -> anyhow::Result<String> {
    let facts = text_of(Command::new("rustc").arg("-vV"))?;
    let host = facts.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names no host")
}

/// Returns names and versions of the third-party crates in the command, as `cargo tree` prints them.
fn crates(workspace: &Workspace) -> anyhow::Result<String> {
    let mut tree = cargo(&["tree", "--locked", "--package", "groupme-cli"]);
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(workspace.root());
    let tree = text_of(&mut tree)?;
    if tree.is_empty() {
        bail!("cargo tree names no crates");
    }
    Ok(tree)
}
