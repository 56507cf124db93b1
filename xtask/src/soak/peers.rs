//! The libraries of others. Where what they need is missing, they are left out, and it is said why.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::{
    command::{run as sh, works},
    npm,
};

/// Installs npm `faye`; the program that runs it, `None` if there is none here.
///
/// # Errors
///
/// If npm fails.
pub(super) fn node(directory: &Path) -> anyhow::Result<Option<&'static Path>> {
    if let Some(program) = npm::missing() {
        println!("npm faye is left out: `{program}` does not run here");
        return Ok(None);
    }
    npm::install(directory)?;
    Ok(Some(Path::new("node")))
}

/// Installs Python `groupme-push` into an environment of its own; the program that runs it, `None` if
/// there is none here.
///
/// # Errors
///
/// If pip fails.
pub(super) fn python(directory: &Path, environment: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !works(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        println!("PyPI groupme-push is left out: `python3` with venv and pip does not run here");
        return Ok(None);
    }
    let python = environment.join("bin/python");
    let requirements = directory.join("requirements.txt");
    let installed = environment.join("installed.txt");
    let wanted = fs::read(&requirements).context("no requirements for groupme-push")?;
    if !fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        sh(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(environment))?;
        sh(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args([
                "--only-binary",
                ":all:",
                "--require-hashes",
                "--requirement",
            ])
            .arg(&requirements))?;
        fs::write(&installed, wanted).context("cannot note what is installed")?;
    }
    Ok(Some(python))
}
