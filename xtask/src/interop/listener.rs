//! The `groupme listen` command under test.

use core::{fmt, time::Duration};
use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use serde_json::Value;

use super::{
    event::{self, Stream},
    log::{Line, Mark},
    process::{Process, Signal},
};

/// What the command is told to use.
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

/// Longer than a stalled connection takes to be given up, and a few back-offs.
const PATIENCE: Duration = Duration::from_mins(1);

impl Listener {
    /// Starts the command against a server on this machine, with all it can log.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
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
                // It would not outlive an interrupted run for long.
                .args(["--for", "10m"])
                .env("GROUPME_ACCESS_TOKEN", token)
                .env("RUST_LOG", "trace"),
        )?;
        Ok(Self { process })
    }

    /// Returns the place after the last line so far.
    pub(super) fn mark(&self) -> Mark {
        self.process.stdout.end()
    }

    /// Returns the lines from a place on.
    pub(super) fn since(&self, mark: Mark) -> Vec<Line> {
        self.process.stdout.since(mark)
    }

    /// Waits until the command says that it is connected, over the expected transport if one is
    /// given, with both subscriptions active.
    pub(super) fn wait_listening(&self, mark: Mark, over: Option<Transport>) -> anyhow::Result<()> {
        let mut said = String::new();
        self.wait(mark, "a connection", |line| {
            let is_connected = line["kind"] == "connection" && line["state"] == "connected";
            if is_connected {
                line["transport"]
                    .as_str()
                    .unwrap_or_default()
                    .clone_into(&mut said);
            }
            is_connected
        })?;
        if let Some(transport) = over {
            let expected = transport.to_string();
            ensure!(
                said == expected,
                "connected over {said:?}, not over {expected:?}"
            );
        }
        self.wait_active(mark, Stream::Messages)?;
        self.wait_active(mark, Stream::Unheard)
    }

    /// Waits until the command says that the subscription to a channel is active.
    pub(super) fn wait_active(&self, mark: Mark, stream: Stream) -> anyhow::Result<()> {
        let channel = stream.channel();
        self.wait(mark, &format!("a subscription to {channel}"), |line| {
            line["kind"] == "subscription"
                && line["channel"] == channel
                && line["state"] == "active"
        })?;
        Ok(())
    }

    /// Waits until the command says that the subscription to a channel is refused, and why.
    pub(super) fn wait_refused(&self, stream: Stream) -> anyhow::Result<()> {
        let channel = stream.channel();
        self.wait(
            Mark::default(),
            &format!("a refusal of {channel}"),
            |line| {
                line["kind"] == "subscription"
                    && line["channel"] == channel
                    && line["state"] == "refused"
                    && line["error"]
                        .as_str()
                        .is_some_and(|error| !error.is_empty())
            },
        )?;
        Ok(())
    }

    /// Tells whether the command has claimed that events may be missing.
    pub(super) fn claims_gap(&self, mark: Mark) -> bool {
        self.since(mark)
            .iter()
            .any(|line| line.json["kind"] == "connection_gap")
    }

    /// Waits until the command says that the connection is lost, and why.
    pub(super) fn wait_disconnected(&self, mark: Mark) -> anyhow::Result<()> {
        self.wait(mark, "a lost connection with its cause", |line| {
            line["kind"] == "connection"
                && line["state"] == "disconnected"
                && !line["cause"].is_null()
        })?;
        Ok(())
    }

    /// Tells whether the command has said that the connection is lost.
    pub(super) fn lost_connection(&self, mark: Mark) -> bool {
        let lines = self.since(mark);
        lines
            .iter()
            .any(|line| line.json["state"] == "disconnected")
    }

    /// Waits until the command says where events may be missing, and why.
    pub(super) fn wait_gap(&self, mark: Mark) -> anyhow::Result<()> {
        self.wait(mark, "a gap with its cause", |line| {
            line["kind"] == "connection_gap" && !line["cause"].is_null()
        })?;
        Ok(())
    }

    /// Waits for the event of this number.
    pub(super) fn wait_event(&self, mark: Mark, number: u64) -> anyhow::Result<()> {
        self.wait(mark, &format!("event {number}"), |line| {
            event::number(line) == Some(number)
        })?;
        Ok(())
    }

    fn wait(
        &self,
        mark: Mark,
        what: &str,
        mut is_meant: impl FnMut(&Value) -> bool,
    ) -> anyhow::Result<Mark> {
        let waited = self
            .process
            .stdout
            .wait(mark, PATIENCE, what, |line| is_meant(&line.json));
        waited.context("waiting for groupme")
    }

    /// Asks the command to end.
    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        self.process
            .signal(signal)
            .context("groupme is not there any more")
    }

    /// Waits until the command ends, and checks its status.
    pub(super) fn wait_exit(&mut self, status: i32) -> anyhow::Result<()> {
        let exit = self
            .process
            .exit(PATIENCE)
            .context("waiting for the end of groupme")?;
        ensure!(
            exit.code() == Some(status),
            "groupme ended with {exit}, not with status {status}"
        );
        Ok(())
    }

    /// Checks that none of these words has been printed anywhere; the error does not repeat them.
    pub(super) fn check_silence(&self, secrets: &[(&str, &str)]) -> anyhow::Result<()> {
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

    /// Returns what the command has logged.
    pub(super) fn logs(&self) -> Vec<Line> {
        self.process.stderr.since(Mark::default())
    }
}
