//! `cargo xtask relay`: nodes of the relay and a NATS server that are killed.
//!
//! The package `xtask/relay` has the run itself. The server is the one that `NATS_SERVER` names, or the one of
//! the package of PyPI that `groupme-relay demo` takes, pinned in `nats-server.txt` there.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use clap::Args;

use crate::{command::run as sh, npm, package, pip, workspace::Workspace};

/// Options; `cargo xtask relay -- --help` shows those of the run.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Whether to build without optimizations.
    #[arg(skip)]
    is_debug: bool,
    /// Whether to run the consumers of the README, and the demonstration.
    #[arg(long = "consumers")]
    has_consumers: bool,
    /// Options of the run: `--accounts N --rate N --seconds N --lease SECONDS --seed S`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Returns the options of the check on every change, which takes less than a minute.
pub(crate) fn short() -> Options {
    let args = "--accounts 12 --rate 40 --seconds 24 --lease 2";
    Options {
        is_debug: true,
        has_consumers: true,
        args: args.split(' ').map(str::to_owned).collect(),
    }
}

/// Builds the programs and runs them.
///
/// # Errors
///
/// If something does not build, the server is not there, or a message is lost, doubled or out of order.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let profile: &[&str] = if options.is_debug {
        &[]
    } else {
        &["--release"]
    };
    let server = server(workspace)?;
    let build = [profile, &["--package", "relay-storm"]].concat();
    let storm = package::build(workspace, "relay-storm", &build)?;
    let build = [profile, &["--package", "groupme-relay"]].concat();
    let relay = package::build(workspace, "groupme-relay", &build)?;
    let mut command = Command::new(storm);
    command
        .arg("--nats")
        .arg(&server)
        .arg("--relay")
        .arg(&relay);
    if options.has_consumers {
        command.args(consumers(workspace)?);
    }
    sh(command.args(&options.args))?;
    if options.has_consumers {
        let line = "demo --for 12s --nats-server";
        sh(Command::new(relay).args(line.split(' ')).arg(server))?;
    }
    Ok(())
}

/// Returns the options with the consumers of the README, and what runs them.
fn consumers(workspace: &Workspace) -> anyhow::Result<Vec<OsString>> {
    if let Some(program) = npm::missing() {
        bail!("the consumers need Node 20 or newer, but `{program}` does not run");
    }
    let directory = workspace.root().join("xtask/relay/consumers");
    npm::install(&directory)?;
    let environment = workspace.target_dir().join("relay-python");
    let python = pip::install(&directory.join("requirements.txt"), &environment)?;
    let rust = package::build_example(workspace, "groupme-relay", "consumer", &[])?;
    let readme = workspace.root().join("crates/groupme-relay/README.md");
    let options: [(&str, PathBuf); 4] = [
        ("--readme", readme),
        ("--python", python.join("python")),
        ("--node-path", directory.join("node_modules")),
        ("--rust-consumer", rust),
    ];
    let words = options.into_iter();
    Ok(words
        .flat_map(|(name, path)| [OsString::from(name), path.into_os_string()])
        .collect())
}

/// Returns the program nats-server.
fn server(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    if let Some(program) = std::env::var_os("NATS_SERVER") {
        return Ok(program.into());
    }
    let requirements = workspace
        .root()
        .join("crates/groupme-relay/src/command/demo/nats-server.txt");
    let environment = workspace.target_dir().join("relay-nats");
    if !pip::is_available() {
        bail!(
            "there is no nats-server: name one in NATS_SERVER, or install Python 3 with venv and pip"
        );
    }
    pip::install(&requirements, &environment)?;
    let program = find(&environment, 6).context("the package of PyPI has no nats-server")?;
    make_executable(&program)?;
    Ok(program)
}

/// Finds the program below a directory, so many levels deep.
fn find(directory: &Path, depth: u32) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let mut directories = Vec::new();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            directories.push(path);
        } else if path.file_stem().is_some_and(|name| name == "nats-server")
            && path
                .parent()
                .is_some_and(|parent| !parent.join("python3").exists())
        {
            return Some(path);
        }
    }
    let depth = depth.checked_sub(1)?;
    directories.iter().find_map(|path| find(path, depth))
}

/// Allows to run the program: a package may hold it as data.
fn make_executable(program: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = fs::metadata(program)?.permissions();
        permissions.set_mode(permissions.mode() | 0o755);
        fs::set_permissions(program, permissions)?;
    }
    let _ = program;
    Ok(())
}
