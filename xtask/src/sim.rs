//! `cargo xtask sim`: the deterministic simulation, built and run.

use clap::Args;

use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// What to simulate; `cargo xtask sim -- --help` tells more.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Arguments for the simulation: `--seeds N --from S --threads T`, or `--seed S [--shrink]`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// As many seeds as are run for every change.
pub(crate) fn some_seeds() -> Options {
    let args = ["--seeds", "5000", "--threads", "2"];
    Options {
        args: args.map(str::to_owned).to_vec(),
    }
}

/// Builds the simulation for speed and runs it.
///
/// # Errors
///
/// If it does not build, or a seed fails; the output says which and how to replay it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let run = [
        "run",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "sim",
        "--",
    ];
    sh(cargo(&run)
        .args(&options.args)
        .current_dir(workspace.root()))
}
