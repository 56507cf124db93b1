//! Client libraries that a comparison runs beside ours. A library whose interpreter is missing is
//! left out, with a message.

use std::path::{Path, PathBuf};

use crate::{npm, pip};

/// Installs npm `faye` and returns the program that runs it, or `None` without Node.
pub(super) fn node(directory: &Path) -> anyhow::Result<Option<&'static Path>> {
    if let Some(program) = npm::missing() {
        println!("npm faye is left out: `{program}` does not run here");
        return Ok(None);
    }
    npm::install(directory)?;
    Ok(Some(Path::new("node")))
}

/// Installs PyPI `groupme-push` into `environment` and returns the program that runs it, or `None`
/// without Python.
pub(super) fn python(directory: &Path, environment: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !pip::is_available() {
        println!("PyPI groupme-push is left out: `python3` with venv and pip does not run here");
        return Ok(None);
    }
    let programs = pip::install(&directory.join("requirements.txt"), environment)?;
    Ok(Some(programs.join("python")))
}
