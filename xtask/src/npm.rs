//! Packages of npm, pinned by a lock file.

use std::{fs, path::Path, process::Command};

use anyhow::Context;

use crate::command::{run as sh, works};

/// Returns the required program that does not run here, if any.
pub(crate) fn missing() -> Option<&'static str> {
    ["node", "npm"]
        .into_iter()
        .find(|program| !works(Command::new(program).arg("--version")))
}

/// Installs the packages of a lock file, unless they are installed already.
pub(crate) fn install(directory: &Path) -> anyhow::Result<()> {
    if installed(directory)? {
        return Ok(());
    }
    sh(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(directory))?;
    fs::copy(directory.join(LOCK), directory.join(INSTALLED))
        .context("cannot note the installed packages")?;
    Ok(())
}

const LOCK: &str = "package-lock.json";
/// Copy of the lock file of the last installation.
const INSTALLED: &str = "node_modules/.installed.json";

fn installed(directory: &Path) -> anyhow::Result<bool> {
    let lock = directory.join(LOCK);
    let wanted = fs::read(&lock).with_context(|| format!("there is no {}", lock.display()))?;
    Ok(fs::read(directory.join(INSTALLED)).is_ok_and(|installed| installed == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_again_when_the_lock_file_changed() {
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
