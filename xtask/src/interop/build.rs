//! What has to be there before the first trial: what is of others, and the command.

use std::{
    fs,
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use cargo_metadata::Message;

use crate::{
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

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
    for program in ["node", "npm"] {
        if !works(Command::new(program).arg("--version")) {
            bail!(
                "interop needs Node 20 or newer, but `{program}` does not run here; install it from nodejs.org"
            );
        }
    }
    if !installed(&directory)? {
        sh(Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&directory))?;
        fs::copy(directory.join(LOCK), directory.join(INSTALLED))
            .context("cannot note what is installed")?;
    }
    Ok(directory)
}

const LOCK: &str = "package-lock.json";
/// A copy of the lock file that was last installed.
const INSTALLED: &str = "node_modules/.installed.json";

fn installed(directory: &Path) -> anyhow::Result<bool> {
    let wanted = fs::read(directory.join(LOCK)).context("xtask/interop has no lock file")?;
    Ok(fs::read(directory.join(INSTALLED)).is_ok_and(|installed| installed == wanted))
}

/// Builds the `groupme` command and returns where it is.
///
/// # Errors
///
/// If it does not build.
pub(super) fn groupme(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    eprintln!("$ cargo build --bin groupme");
    let mut child = cargo(&["build", "--quiet", "--locked", "--bin", "groupme"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let stdout = child.stdout.take().context("cargo has no stdout")?;
    let mut binary = None;
    for message in Message::parse_stream(BufReader::new(stdout)) {
        if let Message::CompilerArtifact(artifact) = message?
            && artifact.target.name == "groupme"
        {
            binary = artifact.executable;
        }
    }
    let status = child.wait()?;
    match binary {
        Some(binary) if status.success() => Ok(binary.into_std_path_buf()),
        _ => bail!("cargo build --bin groupme failed: {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_installed_again_when_the_lock_file_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::create_dir(path.join("node_modules")).unwrap();
        fs::write(path.join(LOCK), "one").unwrap();
        assert!(!installed(path).unwrap());
        fs::write(path.join(INSTALLED), "one").unwrap();
        assert!(installed(path).unwrap());
        fs::write(path.join(LOCK), "two").unwrap();
        assert!(!installed(path).unwrap());
    }
}
