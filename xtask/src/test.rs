//! `cargo xtask test`: all tests of the workspace.

use crate::{
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

/// Runs the tests with nextest, or with cargo's own runner where nextest is not installed.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let root = workspace.root();
    if works(&mut cargo(&["nextest", "--version"])) {
        sh(cargo(&["nextest", "run", "--locked", "--workspace"]).current_dir(root))?;
        // nextest does not run the tests of the documentation.
        sh(cargo(&["test", "--locked", "--workspace", "--doc"]).current_dir(root))
    } else {
        sh(cargo(&["test", "--locked", "--workspace"]).current_dir(root))
    }
}
