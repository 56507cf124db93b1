//! Programs of this workspace: building and running them.

use std::{io::BufReader, path::PathBuf, process::Stdio};

use anyhow::{Context, bail};
use cargo_metadata::Message;

use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// Builds a program and returns its path. `options` are cargo's.
pub(crate) fn build(
    workspace: &Workspace,
    name: &str,
    options: &[&str],
) -> anyhow::Result<PathBuf> {
    build_target(workspace, name, &[&["--bin", name], options].concat())
}

/// Builds an example of a package and returns its path. `options` are cargo's.
pub(crate) fn build_example(
    workspace: &Workspace,
    package: &str,
    name: &str,
    options: &[&str],
) -> anyhow::Result<PathBuf> {
    let target = ["--package", package, "--example", name];
    build_target(workspace, name, &[&target, options].concat())
}

fn build_target(workspace: &Workspace, name: &str, options: &[&str]) -> anyhow::Result<PathBuf> {
    let line = [&["build"], options].concat();
    eprintln!("$ cargo {}", line.join(" "));
    let mut child = cargo(&line)
        .args([
            "--quiet",
            "--locked",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let stdout = child.stdout.take().context("cargo has no stdout")?;
    let mut binary = None;
    for message in Message::parse_stream(BufReader::new(stdout)) {
        if let Message::CompilerArtifact(artifact) = message?
            && artifact.target.name == name
        {
            binary = artifact.executable.or(binary);
        }
    }
    let status = child.wait()?;
    match binary {
        Some(binary) if status.success() => Ok(binary.into_std_path_buf()),
        _ => bail!("cargo {} failed: {status}", line.join(" ")),
    }
}

/// Builds the program of a package with optimizations and runs it.
pub(crate) fn run(workspace: &Workspace, package: &str, args: &[&str]) -> anyhow::Result<()> {
    sh(cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        package,
        "--",
    ])
    .args(args)
    .current_dir(workspace.root()))
}
