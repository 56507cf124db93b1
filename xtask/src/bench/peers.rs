//! `cargo xtask bench peers`: our clients beside those of others, against one load server.
//!
//! The package `xtask/bench/peers` has the run itself. Its programs are built here, and so are the
//! clients of others that `xtask/bench/peers/third-party` pins, each with its own lock file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;

use crate::{
    command::{cargo, run as sh},
    npm, package, pip,
    workspace::Workspace,
};

/// Options; `cargo xtask bench peers -- --help` shows those of the run.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Options {
    /// Only check that every client still runs.
    #[arg(skip)]
    is_check: bool,
    /// Options of the run: `--rows ROW,… --rounds N --clients TEXT --json`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Returns the options of the check on every change, which takes some seconds.
pub(crate) fn check() -> Options {
    Options {
        is_check: true,
        args: vec!["--check".to_owned()],
    }
}

/// Installs and builds the clients, and runs them.
///
/// # Errors
///
/// If something does not build or install, or a client does not run.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let profile: &[&str] = if options.is_check {
        &[]
    } else {
        &["--profile", "bench"]
    };
    let installed = workspace.target_dir().join("bench-peers");
    fs::create_dir_all(&installed)?;
    // Counting slows the program down, but optimizing removes hardly any allocation. Both builds
    // may have the same path.
    let count = ["--package", "bench-peers", "--features", "count"];
    let counting = installed.join("counting");
    fs::copy(package::build(workspace, "bench-peers", &count)?, &counting)?;
    let bench = if options.is_check {
        counting.clone()
    } else {
        let build = [profile, &count[..2]].concat();
        package::build(workspace, "bench-peers", &build)?
    };
    let mut command = Command::new(bench);
    command.arg("run").args(&options.args);
    command.arg("--counting").arg(counting);
    command
        .arg("--rust")
        .arg(rust(workspace, &installed, profile)?);
    let directory = workspace.root().join("xtask/bench/peers/third-party");
    if let Some(program) = npm::missing() {
        println!("clients from npm are left out: `{program}` does not run here");
    } else {
        npm::install(&directory.join("node"))?;
        command.arg("--node").arg(directory.join("node/client.js"));
    }
    if pip::is_available() {
        let requirements = directory.join("python/requirements.txt");
        let environment = installed.join("python");
        let programs = pip::install(&requirements, &environment)?;
        command.arg("--python").arg(programs.join("python"));
        command.arg(directory.join("python/client.py"));
    } else {
        println!("clients from PyPI are left out: `python3` with venv and pip does not run here");
    }
    sh(&mut command)
}

/// Builds the Rust clients of others, which are no part of the workspace, and returns their program.
fn rust(workspace: &Workspace, target: &Path, profile: &[&str]) -> anyhow::Result<PathBuf> {
    sh(cargo(&["build", "--quiet", "--locked"])
        .args(profile)
        .current_dir(workspace.root().join("xtask/bench/peers/third-party/rust"))
        .env("CARGO_TARGET_DIR", target))?;
    let directory = if profile.is_empty() {
        "debug"
    } else {
        "release"
    };
    let name = format!("third-party-clients{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join(directory).join(name))
}
