//! The `groupme listen` command under test.

use core::{fmt, time::Duration};
use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use serde_json::Value;

use super::{
    event::{self, Channel},
    log::{Line, LogPosition},
    process::{Process, Signal},
};

/// Value of the option `--transport`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    #[value(name = "websocket")]
    WebSocket,
    LongPolling,
    Auto,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::WebSocket => "websocket",
            Self::LongPolling => "long-polling",
            Self::Auto => "auto",
        })
    }
}

/// A running `groupme listen`.
#[derive(Debug)]
pub(super) struct Listener {
    process: Process,
}

/// Limit of each wait: longer than the detection of a stall and a few back-offs.
const TIMEOUT: Duration = Duration::from_mins(1);

impl Listener {
    /// Starts the command against a server on this machine, with all logs.
    pub(super) fn start(
        binary: &Path,
        port: u16,
        token: &str,
        transport: Transport,
    ) -> anyhow::Result<Self> {
        let gateway = format!("http://127.0.0.1:{port}/faye");
        let process = Process::start(
            Command::new(binary)
                .args(["listen", "--user", "1", "--group", "2", "--format", "json"])
                .args([
                    "--gateway-url",
                    &gateway,
                    "--transport",
                    &transport.to_string(),
                ])
                // Ends it if this run is interrupted.
                .args(["--for", "10m"])
                .env("GROUPME_ACCESS_TOKEN", token)
                .env("RUST_LOG", "trace"),
        )?;
        Ok(Self { process })
    }

    /// Returns the position after the last line.
    pub(super) fn mark(&self) -> LogPosition {
        self.process.stdout.end()
    }

    /// Returns the lines from a position on.
    pub(super) fn since(&self, mark: LogPosition) -> Vec<Line> {
        self.process.stdout.since(mark)
    }

    /// Waits until the command reports a connection, over `transport` if given, and both
    /// subscriptions as active.
    pub(super) fn wait_connected(
        &self,
        mark: LogPosition,
        transport: Option<Transport>,
    ) -> anyhow::Result<()> {
        let connected = [("kind", "connection"), ("state", "connected")];
        let mut over = Value::Null;
        self.wait(mark, "connection", |line| {
            over.clone_from(&line["transport"]);
            has(line, connected)
        })?;
        if let Some(transport) = transport {
            ensure!(
                over == transport.to_string(),
                "connected over {over}, not {transport}"
            );
        }
        self.wait_active(mark, Channel::User)?;
        self.wait_active(mark, Channel::Group)
    }

    /// Waits until the command reports the subscription to a channel as active.
    pub(super) fn wait_active(&self, mark: LogPosition, channel: Channel) -> anyhow::Result<()> {
        let channel = channel.name();
        let fields = [
            ("kind", "subscription"),
            ("channel", channel),
            ("state", "active"),
        ];
        self.wait(mark, &format!("subscription to {channel}"), |line| {
            has(line, fields)
        })
    }

    /// Waits until the command reports the subscription to a channel as refused, with a reason.
    pub(super) fn wait_refused(&self, channel: Channel) -> anyhow::Result<()> {
        let channel = channel.name();
        let fields = [
            ("kind", "subscription"),
            ("channel", channel),
            ("state", "refused"),
        ];
        self.wait(
            LogPosition::default(),
            &format!("refusal of {channel}"),
            |line| {
                has(line, fields)
                    && line["error"]
                        .as_str()
                        .is_some_and(|error| !error.is_empty())
            },
        )
    }

    /// Waits until the command reports the loss of the connection, with its cause.
    pub(super) fn wait_disconnected(&self, mark: LogPosition) -> anyhow::Result<()> {
        let fields = [("kind", "connection"), ("state", "disconnected")];
        self.wait(mark, "lost connection with its cause", |line| {
            has(line, fields) && !line["cause"].is_null()
        })
    }

    /// Returns whether the command has reported the loss of the connection.
    pub(super) fn reported_disconnect(&self, mark: LogPosition) -> bool {
        let lines = self.since(mark);
        lines
            .iter()
            .any(|line| line.json["state"] == "disconnected")
    }

    /// Returns whether the command has reported that events may be missing.
    pub(super) fn reported_gap(&self, mark: LogPosition) -> bool {
        let lines = self.since(mark);
        lines
            .iter()
            .any(|line| line.json["kind"] == "connection_gap")
    }

    /// Waits until the command reports that events may be missing, with the cause.
    pub(super) fn wait_gap(&self, mark: LogPosition) -> anyhow::Result<()> {
        self.wait(mark, "gap with its cause", |line| {
            line["kind"] == "connection_gap" && !line["cause"].is_null()
        })
    }

    /// Waits for the event of this number.
    pub(super) fn wait_event(&self, mark: LogPosition, number: u64) -> anyhow::Result<()> {
        let what = format!("event {number}");
        self.wait(mark, &what, |line| event::number(line) == Some(number))
    }

    fn wait(
        &self,
        mark: LogPosition,
        what: &str,
        mut is_it: impl FnMut(&Value) -> bool,
    ) -> anyhow::Result<()> {
        let stdout = &self.process.stdout;
        let waited = stdout.wait(mark, TIMEOUT, what, |line| is_it(&line.json));
        waited.context("waiting for groupme").map(drop)
    }

    /// Sends a signal.
    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        self.process.signal(signal).context("groupme is gone")
    }

    /// Waits for the exit of the command and checks its status.
    pub(super) fn wait_exit(&mut self, status: i32) -> anyhow::Result<()> {
        let exit = self
            .process
            .exit(TIMEOUT)
            .context("waiting for the exit of groupme")?;
        ensure!(
            exit.code() == Some(status),
            "groupme exited with {exit}, not with status {status}"
        );
        Ok(())
    }

    /// Checks that none of the secrets, pairs of name and text, was printed; an error hides it.
    pub(super) fn check_not_printed(&self, secrets: &[(&str, &str)]) -> anyhow::Result<()> {
        for line in self.process.output() {
            for (name, secret) in secrets {
                ensure!(
                    !line.contains(secret),
                    "groupme printed {name}: {}",
                    line.replace(secret, "***")
                );
            }
        }
        Ok(())
    }

    /// Returns the lines of stderr.
    pub(super) fn logs(&self) -> Vec<Line> {
        self.process.stderr.since(LogPosition::default())
    }
}

/// Returns whether a line has these texts as the values of these fields.
fn has<const N: usize>(line: &Value, fields: [(&str, &str); N]) -> bool {
    fields.iter().all(|(name, text)| line[*name] == *text)
}
