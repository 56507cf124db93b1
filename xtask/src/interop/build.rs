//! What has to be there before the first trial: what is of others, and the command.

use std::path::PathBuf;

use anyhow::bail;

use crate::{npm, program, workspace::Workspace};

/// What every trial and every visit uses.
#[derive(Debug)]
pub(super) struct Tools {
    /// Where the scripts of the servers and the clients of others are.
    pub(super) peers: PathBuf,
    /// The `groupme` command.
    pub(super) binary: PathBuf,
}

/// Installs the servers and the clients of others and returns where they are.
///
/// # Errors
///
/// If Node is missing or npm cannot install them: a run without them proves nothing.
pub(super) fn peers(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let directory = workspace.root().join("xtask/interop");
    if let Some(program) = npm::missing() {
        bail!(
            "interop needs Node 20 or newer, but `{program}` does not run here; install it from nodejs.org"
        );
    }
    npm::install(&directory)?;
    Ok(directory)
}

/// Builds the `groupme` command and returns where it is.
///
/// # Errors
///
/// If it does not build.
pub(super) fn groupme(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    program::build(workspace, "groupme", &[])
}
