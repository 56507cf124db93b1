//! `cargo xtask soak`: many accounts over real sockets that break.
//!
//! What is run is in `xtask/soak`; here is what has to be there before: the programs, and for a
//! comparison the libraries of others, pinned in `xtask/soak/peers`.

mod peers;

use std::{path::Path, process::Command};

use clap::Args;

use crate::{command::run as sh, program, workspace::Workspace};

/// What to run; `cargo xtask soak -- --help` tells more.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Compare our client with npm `faye` and Python `groupme-push` under the same kills.
    #[arg(long)]
    compare: bool,
    /// Whether it is built for speed; what counts every message needs none.
    #[arg(skip = true)]
    is_fast: bool,
    /// Arguments for the run: `--accounts N --messages N --rate N --kill-every MS --seed S`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// As much as is run for every change: some seconds.
pub(crate) fn a_little() -> Options {
    let args = [
        "--accounts",
        "2",
        "--messages",
        "100",
        "--rate",
        "50",
        "--kill-every",
        "400",
    ];
    Options {
        compare: false,
        is_fast: false,
        args: args.map(str::to_owned).to_vec(),
    }
}

/// Builds what is needed and runs it.
///
/// # Errors
///
/// If something does not build or install, or our client does not deliver everything once and in
/// order.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let profile: &[&str] = if options.is_fast { &["--release"] } else { &[] };
    let soak = program::build(
        workspace,
        "soak",
        &[profile, &["--package", "soak"]].concat(),
    )?;
    let mut command = Command::new(soak);
    // Among the arguments of the run it means the same.
    let is_here = |arg: &&String| *arg == "--compare";
    command.args(options.args.iter().filter(|arg| !is_here(arg)));
    if options.compare || options.args.iter().any(|arg| is_here(&arg)) {
        compare(workspace, &mut command)?;
    } else {
        let groupme = program::build(workspace, "groupme", profile)?;
        command.arg("--groupme").arg(groupme);
    }
    sh(&mut command)
}

fn compare(workspace: &Workspace, command: &mut Command) -> anyhow::Result<()> {
    let directory = workspace.root().join("xtask/soak/peers");
    command.arg("--compare").arg("--peers").arg(&directory);
    let mut add = |option: &str, program: Option<&Path>| {
        if let Some(program) = program {
            command.arg(option).arg(program);
        }
    };
    add("--node", peers::node(&directory)?);
    add(
        "--python",
        peers::python(&directory, &workspace.target_dir().join("soak-python"))?.as_deref(),
    );
    Ok(())
}
