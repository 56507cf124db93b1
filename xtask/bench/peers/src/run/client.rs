//! The clients, and how each is started.

use std::{ffi::OsString, path::PathBuf, process::Command};

use super::Options;
use crate::task::{
    Task,
    Transport::{self, LongPolling, Websocket},
};

/// A client program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    /// Name in the tables.
    pub(super) name: &'static str,
    program: Program,
    /// Name of the client within the program.
    key: &'static str,
    pub(super) transports: &'static [Transport],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    Ours,
    Rust,
    Node,
    Python,
}

/// The paths of the programs.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) ours: PathBuf,
    rust: Option<PathBuf>,
    node: Option<PathBuf>,
    python: Option<Vec<PathBuf>>,
}

pub(super) const NAIVE: &str = "Rust naive: tungstenite + serde";
pub(super) const FLOOR: &str = "Rust fastwebsockets, no parser";
pub(super) const DRIVER: &str = "ours: bayeux-transport Driver";
pub(super) const CLIENT: &str = "ours: groupme-client";
pub(super) const PUSHES_ONLY: &str = "ours: groupme-client, no backfill";
pub(super) const COMETD_RUST: &str = "Rust cometd-client 0.3.6";

const BOTH: &[Transport] = &[Websocket, LongPolling];
const CLIENTS: &[(&str, Program, &str, &[Transport])] = &[
    (NAIVE, Program::Rust, "naive", &[Websocket]),
    (FLOOR, Program::Rust, "fastwebsockets", &[Websocket]),
    (DRIVER, Program::Ours, "driver", BOTH),
    (CLIENT, Program::Ours, "client", BOTH),
    (PUSHES_ONLY, Program::Ours, "pushes-only", BOTH),
    (COMETD_RUST, Program::Rust, "cometd", &[LongPolling]),
    ("npm faye 1.4.3", Program::Node, "faye", BOTH),
    ("npm cometd 9.0.0", Program::Node, "cometd", BOTH),
    (
        "PyPI aiocometd-ng 0.5.6",
        Program::Python,
        "aiocometd",
        BOTH,
    ),
    (
        "PyPI groupme-push 0.0.6",
        Program::Python,
        "groupme-push",
        &[Websocket],
    ),
];

impl Client {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        CLIENTS
            .iter()
            .map(|&(name, program, key, transports)| Self {
                name,
                program,
                key,
                transports,
            })
    }

    /// Returns options for the server of this client.
    pub(super) fn server_options(&self) -> &'static str {
        // Its start waits for the end of the first connect, which the server holds.
        if self.key == "aiocometd" {
            "--hold 1000"
        } else {
            ""
        }
    }

    /// Whether the client starts in milliseconds.
    pub(super) fn is_native(&self) -> bool {
        matches!(self.program, Program::Ours | Program::Rust)
    }

    pub(super) fn is_ours(&self) -> bool {
        self.program == Program::Ours
    }

    /// Whether the client reads messages, instead of counting them.
    pub(super) fn is_reading(&self) -> bool {
        self.name != FLOOR
    }

    /// Whether the client connects again by itself. aiocometd does, but its start takes a whole
    /// hold, longer than an outage is waited for.
    pub(super) fn is_reconnecting(&self) -> bool {
        self.is_reading() && self.name != NAIVE && self.key != "aiocometd"
    }
}

impl Programs {
    pub(super) fn new(options: &Options) -> anyhow::Result<Self> {
        Ok(Self {
            ours: std::env::current_exe()?,
            rust: options.rust.clone(),
            node: options.node.clone(),
            python: options.python.clone(),
        })
    }

    /// Returns whether the program of a client is installed.
    pub(super) fn has(&self, client: &Client) -> bool {
        match client.program {
            Program::Ours => true,
            Program::Rust => self.rust.is_some(),
            Program::Node => self.node.is_some(),
            Program::Python => self.python.is_some(),
        }
    }

    /// Returns the command that runs a client.
    pub(super) fn command(&self, client: &Client, task: &Task) -> Command {
        // A client without its program does not take part.
        let program = match client.program {
            Program::Ours => vec![self.ours.clone().into(), "listen".into()],
            Program::Rust => self.rust.iter().map(OsString::from).collect(),
            Program::Node => vec!["node".into(), self.node.clone().unwrap_or_default().into()],
            Program::Python => self.python.iter().flatten().map(OsString::from).collect(),
        };
        let mut program: std::vec::IntoIter<OsString> = program.into_iter();
        let mut command = Command::new(program.next().unwrap_or_default());
        command.args(program).arg(client.key).arg(task.to_json());
        command
    }
}
