//! `cargo xtask autobahn`: the Autobahn test suite against the WebSocket code of bayeux-transport and of
//! bayeux-server.
//!
//! The suite is Python 2, so it needs a Python 2.7 with pip, on Linux (x86-64).

mod python;
mod report;
mod suite;

use core::net::Ipv4Addr;
use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::Context;
use clap::Args;

pub(crate) use self::python::python;
use self::suite::{Running, Suite};
use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// Options of the task.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Options {
    /// Python 2.7 with pip. Default: `python2.7`, or the newest 2.7 of pyenv.
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
}

/// Runs the groups 1 to 10 against both sides, and prints a summary of each.
///
/// # Errors
///
/// If the suite cannot be installed or started, or a case fails.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let python = python(options)?;
    let directory = workspace.target_dir().join("autobahn");
    let suite = Suite {
        packages: python::install(workspace, &python, &directory)?,
        python,
        directory,
    };
    test_client(workspace, &suite)?;
    test_server(workspace, &suite)
}

fn test_client(workspace: &Workspace, suite: &Suite) -> anyhow::Result<()> {
    let client = example(workspace, CLIENT, "autobahn", &["--features", "autobahn"])?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port();
    let server = suite.serve(port)?;
    sh(Command::new(client).args([&format!("ws://127.0.0.1:{port}"), CLIENT]))?;
    drop(server);
    report::check(&suite.directory.join("reports"), CLIENT)
}

fn test_server(workspace: &Workspace, suite: &Suite) -> anyhow::Result<()> {
    let mut server = Command::new(example(workspace, SERVER, "autobahn_server", &[])?);
    // It ends with its stdin.
    let server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut server = Running(server.context("cannot start the echo server")?);
    let stdout = server.0.stdout.take().context("a child without stdout")?;
    let mut addr = String::new();
    BufReader::new(stdout).read_line(&mut addr)?;
    suite.test(SERVER, addr.trim())?;
    drop(server);
    report::check(&suite.directory.join("reports-of-servers"), SERVER)
}

/// Builds an example of a crate, and returns its program.
fn example(workspace: &Workspace, of: &str, name: &str, more: &[&str]) -> anyhow::Result<PathBuf> {
    sh(cargo(&["build", "--quiet", "--locked", "--package", of])
        .args(["--example", name])
        .args(more)
        .current_dir(workspace.root()))?;
    Ok(workspace.target_dir().join("debug/examples").join(name))
}

/// Names of crates, and of the agents in the reports.
const CLIENT: &str = "bayeux-transport";
const SERVER: &str = "bayeux-server";
