//! Programs of this workspace: building and running them.

use std::{io::BufReader, path::PathBuf, process::Stdio};

use anyhow::{Context, ensure};
use cargo_metadata::{Artifact, Message};

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

/// Builds the examples of a package as `cargo test --workspace` does, and returns names and paths.
pub(crate) fn build_examples(
    workspace: &Workspace,
    package: &str,
) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let options = ["--workspace", "--examples", "--no-run"];
    let mut built = programs(workspace, "test", &options)?;
    let of_package = |artifact: &Artifact| {
        let mut members = workspace.metadata().workspace_packages().into_iter();
        members.any(|member| member.id == artifact.package_id && member.name == package)
    };
    built.retain(|artifact| artifact.target.is_example() && of_package(artifact));
    let paths = built.into_iter().filter_map(|artifact| {
        Some((
            artifact.target.name,
            artifact.executable?.into_std_path_buf(),
        ))
    });
    Ok(paths.collect())
}

fn build_target(workspace: &Workspace, name: &str, options: &[&str]) -> anyhow::Result<PathBuf> {
    let built = programs(workspace, "build", options)?.into_iter();
    let path = built
        .filter(|artifact| artifact.target.name == name)
        .filter_map(|artifact| artifact.executable)
        .next_back();
    let path = path.with_context(|| format!("cargo built no program {name}"))?;
    Ok(path.into_std_path_buf())
}

/// Runs a command of cargo that builds, and returns the programs of its output.
fn programs(
    workspace: &Workspace,
    command: &str,
    options: &[&str],
) -> anyhow::Result<Vec<Artifact>> {
    let line = [&[command], options].concat();
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
    let mut programs = Vec::new();
    for message in Message::parse_stream(BufReader::new(stdout)) {
        if let Message::CompilerArtifact(artifact) = message?
            && artifact.executable.is_some()
        {
            programs.push(artifact);
        }
    }
    let status = child.wait()?;
    ensure!(
        status.success(),
        "cargo {} failed: {status}",
        line.join(" ")
    );
    Ok(programs)
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
