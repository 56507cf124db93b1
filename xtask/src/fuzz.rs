//! `cargo xtask fuzz`: damaged frames, from bytes to events and back, against `serde_json`.

use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// How much to try.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many frames to damage.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    cases: u64,
    /// Where to begin: the same seed damages the same frames in the same way.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

impl Options {
    /// As many as a check can wait for.
    pub(crate) fn short() -> Self {
        Self {
            cases: 100_000,
            seed: 1,
        }
    }
}

/// Builds the package `fuzz` for speed and runs it.
///
/// # Errors
///
/// If it does not build, or finds a difference; it has then printed the case.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let Options { cases, seed } = options;
    let build = [
        "run",
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "fuzz",
    ];
    sh(cargo(&build)
        .arg("--")
        .args([cases.to_string(), seed.to_string()])
        .current_dir(workspace.root()))
}
