//! `cargo xtask soak`: many accounts over real sockets with faults.
//!
//! The package `xtask/soak` has the run itself. Its programs are built here, and so are, for a
//! comparison, the third-party libraries that `xtask/soak/peers` pins.

mod peers;

use std::{path::Path, process::Command};

use clap::Args;

use crate::{command::run as sh, package, workspace::Workspace};

/// Options; `cargo xtask soak -- --help` shows those of the run.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Compare our client with npm `faye` and Python `groupme-push` under the same faults.
    #[arg(long)]
    compare: bool,
    /// Whether to build without optimizations.
    #[arg(skip)]
    is_debug: bool,
    /// Options of the run: `--accounts N --messages N --rate N --kill-every MS --seed S`, or
    /// `crowd --clients N --rate N --seconds N` for the simulator under load.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Returns the options of the check on every change, which takes some seconds.
pub(crate) fn short() -> Options {
    let args = "--accounts 2 --messages 100 --rate 50 --kill-every 400";
    Options {
        compare: false,
        is_debug: true,
        args: args.split(' ').map(str::to_owned).collect(),
    }
}

/// Builds the programs and runs them.
///
/// # Errors
///
/// If something does not build or install, or our client does not deliver every message once and
/// in order.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let profile: &[&str] = if options.is_debug {
        &[]
    } else {
        &["--release"]
    };
    let build = [profile, &["--package", "soak"]].concat();
    let mut command = Command::new(package::build(workspace, "soak", &build)?);
    // The option may also stand among those of the run.
    let is_compare = |arg: &&String| *arg == "--compare";
    command.args(options.args.iter().filter(|arg| !is_compare(arg)));
    if options.compare || options.args.iter().any(|arg| is_compare(&arg)) {
        compare(workspace, &mut command)?;
    } else {
        let groupme = package::build(workspace, "groupme", profile)?;
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
    let environment = workspace.target_dir().join("soak-python");
    add(
        "--python",
        peers::python(&directory, &environment)?.as_deref(),
    );
    Ok(())
}
