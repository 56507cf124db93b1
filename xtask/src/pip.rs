//! Packages of PyPI, in a Python environment of their own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::command::{run as sh, works};

/// Returns whether Python can install packages here.
pub(crate) fn is_available() -> bool {
    works(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

/// Installs the packages that `requirements` pins by hash into `environment`, unless they are there
/// already, and returns its directory of programs.
pub(crate) fn install(requirements: &Path, environment: &Path) -> anyhow::Result<PathBuf> {
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let installed = environment.join("installed.txt");
    let wanted = fs::read(requirements).with_context(|| requirements.display().to_string())?;
    if !fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        sh(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(environment))?;
        sh(Command::new(programs.join("python"))
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
            ])
            .args([
                "--disable-pip-version-check",
                "--only-binary",
                ":all:",
                "--requirement",
            ])
            .arg(requirements))?;
        fs::write(&installed, wanted).context("cannot note the installed packages")?;
    }
    Ok(programs)
}
