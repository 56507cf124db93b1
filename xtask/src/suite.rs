//! `cargo xtask test`: every test of the workspace.

use crate::{
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

/// Runs the tests by nextest where it is installed, else by cargo's own runner.
///
/// # Errors
///
/// If a test fails or something does not build.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let root = workspace.root();
    if works(&mut cargo(&["nextest", "--version"])) {
        sh(cargo(&["nextest", "run", "--locked", "--workspace"]).current_dir(root))?;
        // nextest leaves the examples in the documentation to cargo.
        sh(cargo(&["test", "--locked", "--workspace", "--doc"]).current_dir(root))
    } else {
        sh(cargo(&["test", "--locked", "--workspace"]).current_dir(root))
    }
}
