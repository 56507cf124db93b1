//! Bots of others, in Python and JavaScript, tested by `groupme sim` as the README of `groupme-sim`
//! shows.
//!
//! The bots and their tests are in `xtask/bots`; the libraries are those that `xtask/soak/peers`
//! pins. The simulator's page and those of an archive are tested there, too, in Chromium.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    command::{run as sh, works},
    npm, package, pip,
    workspace::Workspace,
};

/// Selection of the tests.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Leave out the tests of the simulator's page and of an archive's, which need Chromium.
    #[arg(long)]
    without_page: bool,
}

/// Runs the tests of both bots, of the simulator's page, and of an archive's pages.
///
/// # Errors
///
/// If Node, Python or Chromium is missing, something does not build or install, or a test fails.
pub(crate) fn run(workspace: &Workspace, options: Options) -> anyhow::Result<()> {
    if let Some(program) = npm::missing() {
        bail!("the bots need Node 20 or newer, but `{program}` does not run; see nodejs.org");
    }
    if !pip::is_available() {
        bail!("the bots need Python 3 with venv and pip, but `python3` does not run");
    }
    let browser = if options.without_page {
        None
    } else {
        let missing = "the pages need Chromium, but neither `chromium` nor \
             `google-chrome` runs; Debian's package is `chromium`, and `--without-page` leaves their \
             tests out";
        Some(browser().context(missing)?)
    };
    let bots = workspace.root().join("xtask/bots");
    let peers = workspace.root().join("xtask/soak/peers");
    npm::install(&peers)?;
    let environment = workspace.target_dir().join("soak-python");
    let python = pip::install(&peers.join("requirements.txt"), &environment)?;
    let groupme = package::build(workspace, "groupme", &[])?;
    let simulator = Simulator::start(&groupme)?;
    sh(Command::new(python.join("python"))
        .arg("test_ping_bot.py")
        .env("ROOT", &simulator.root_url)
        .current_dir(&bots))?;
    sh(Command::new("node")
        .arg("test_ping_bot.js")
        .env("ROOT", &simulator.root_url)
        .env("NODE_PATH", peers.join("node_modules"))
        .current_dir(&bots))?;
    let Some(browser) = browser else {
        println!("the pages are left out: --without-page");
        return Ok(());
    };
    npm::install(&bots)?;
    sh(Command::new("node")
        .arg("test_page.js")
        .env("ROOT", &simulator.root_url)
        .env("BROWSER", &browser)
        .env("NODE_PATH", peers.join("node_modules"))
        .current_dir(&bots))?;
    sh(Command::new("node")
        .arg("test_archive.js")
        .env("GROUPME", &groupme)
        .env("BROWSER", &browser)
        .current_dir(&bots))
}

/// Returns the path of a browser that runs here.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let programs = names.iter().flat_map(|name| {
        let directories = directories.iter();
        directories.map(move |directory| directory.join(name))
    });
    let mut programs = programs.filter(|program| program.is_file());
    programs.find(|program| works(Command::new(program).arg("--version")))
}

/// A running `groupme sim`, which ends with this value.
struct Simulator {
    process: Child,
    root_url: String,
}

impl Simulator {
    fn start(groupme: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(groupme)
            .args(["sim", "--quiet", "--format", "json", "--for", "5m"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the simulator")?;
        let stdout = process.stdout.take().context("no output to read")?;
        let mut simulator = Self {
            process,
            root_url: String::new(),
        };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address: Value = serde_json::from_str(&line).context("the simulator did not start")?;
        let root = address["root_url"].as_str();
        root.context("the simulator printed no root_url")?
            .clone_into(&mut simulator.root_url);
        Ok(simulator)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_readme_shows_the_tests_that_run() {
        let root = Workspace::load().unwrap().root().to_owned();
        let readme = fs::read_to_string(root.join("crates/groupme-sim/README.md")).unwrap();
        for name in ["test_ping_bot.py", "test_ping_bot.js"] {
            let test = fs::read_to_string(root.join("xtask/bots").join(name)).unwrap();
            assert!(
                readme.contains(test.trim_end()),
                "{name} is not in the README"
            );
        }
    }
}
