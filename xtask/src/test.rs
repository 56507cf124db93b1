//! `cargo xtask test`: all tests of the workspace.

use crate::{
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

/// Runs the tests with nextest, or with cargo's own runner where nextest is not installed.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let root = workspace.root();
    println!(
        "1 of 2: building all crates with their tests, and running these: some ten minutes on two idle \
         cores the first time, of which the tests take two"
    );
    if works(&mut cargo(&["nextest", "--version"])) {
        sh(cargo(&["nextest", "run", "--locked", "--workspace"]).current_dir(root))?;
        println!(
            "2 of 2: building and running the examples in the documentation: some five minutes more"
        );
        // nextest does not run the tests of the documentation.
        sh(cargo(&["test", "--locked", "--workspace", "--doc"]).current_dir(root))
    } else {
        sh(cargo(&["test", "--locked", "--workspace"]).current_dir(root))
    }
}
