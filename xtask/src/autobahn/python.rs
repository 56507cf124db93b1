//! Python 2.7, and the packages of the suite in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use super::Options;
use crate::{
    command::{run as sh, works},
    workspace::Workspace,
};

/// Returns a Python in which the suite can be installed.
///
/// # Errors
///
/// If there is none. The text names a remedy.
pub(crate) fn python(options: &Options) -> anyhow::Result<PathBuf> {
    let candidates: Vec<_> = if let Some(python) = &options.python {
        vec![python.clone()]
    } else {
        let in_path = [PathBuf::from("python2.7")].into_iter();
        in_path.chain(of_pyenv()).collect()
    };
    let mut found = candidates.iter();
    let found = found.find(|python| works(Command::new(python).args(["-m", "pip", "--version"])));
    found.cloned().with_context(|| {
        let tried: Vec<_> = candidates
            .iter()
            .map(|python| format!("`{}`", python.display()))
            .collect();
        format!(
            "the Autobahn suite needs Python 2.7 with pip; tried {}; install one, as with `pyenv \
             install 2.7.18`, or name it with --python",
            tried.join(", ")
        )
    })
}

/// Returns the Pythons 2.7 that pyenv has installed, the newest first. Its `python2.7` refuses to run
/// where a directory or the environment does not select that version.
fn of_pyenv() -> Vec<PathBuf> {
    let root = Command::new("pyenv").arg("root").output();
    let root = root.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let Ok(Ok(versions)) = root.map(|root| fs::read_dir(Path::new(&root).join("versions"))) else {
        return Vec::new();
    };
    let versions = versions.filter_map(|entry| {
        let entry = entry.ok()?;
        let patch = entry.file_name().to_str()?.strip_prefix("2.7.")?.parse();
        let patch: u32 = patch.ok()?;
        Some((patch, entry.path().join("bin").join("python2.7")))
    });
    let mut versions: Vec<_> = versions.collect();
    versions.sort_by_key(|(patch, _)| core::cmp::Reverse(*patch));
    versions.into_iter().map(|(_, python)| python).collect()
}

/// Installs the suite into a directory of its own, unless it is there, and returns that directory.
pub(super) fn install(
    workspace: &Workspace,
    python: &Path,
    directory: &Path,
) -> anyhow::Result<PathBuf> {
    let requirements = workspace.root().join("xtask/autobahn/requirements.txt");
    let packages = directory.join("packages");
    let installed = directory.join("installed.txt");
    let wanted = fs::read(&requirements).context("cannot read the requirements")?;
    if !fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        fs::create_dir_all(directory)?;
        sh(Command::new(python)
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args([
                "--require-hashes",
                "--disable-pip-version-check",
                "--upgrade",
            ])
            .arg("--target")
            .arg(&packages)
            .arg("--requirement")
            .arg(&requirements))?;
        fs::write(&installed, wanted).context("cannot note the installed packages")?;
    }
    Ok(packages)
}
