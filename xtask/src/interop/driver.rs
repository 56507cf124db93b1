//! The client of `bayeux-transport`, run as its example `interop_driver`.

use core::time::Duration;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    event::Channel,
    listener::Transport,
    log::{Line, LogPosition},
    process::Process,
};

/// A client, in one process after another.
#[derive(Debug)]
pub(super) struct Driver {
    binary: PathBuf,
    arguments: Vec<String>,
    folder: TempDir,
    process: Process,
    /// Output of earlier processes.
    past: Vec<Line>,
}

/// Limit of each wait: longer than a few back-offs.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Driver {
    /// Starts a client with a new session.
    pub(super) fn start(
        binary: &Path,
        port: u16,
        transport: Transport,
        token: &str,
        acknowledges: bool,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot create a folder for the session")?;
        let mut arguments = vec![
            format!("http://127.0.0.1:{port}/faye"),
            transport.to_string(),
            token.to_owned(),
            folder.path().to_string_lossy().into_owned(),
        ];
        arguments.extend(acknowledges.then(|| "--ack".to_owned()));
        let process = Process::start(Command::new(binary).args(&arguments))?;
        Ok(Self {
            binary: binary.to_owned(),
            arguments,
            folder,
            process,
            past: Vec::new(),
        })
    }

    /// Has the client write its session down, and waits for its exit. It does not disconnect.
    pub(super) fn leave(&mut self) -> anyhow::Result<()> {
        self.process.command("save", json!({}), TIMEOUT)?;
        let exit = self.process.exit(TIMEOUT)?;
        ensure!(exit.success(), "the client exited with {exit}");
        self.past
            .extend(self.process.stdout.since(LogPosition::default()));
        Ok(())
    }

    /// Continues the session in another process, `elapsed` seconds later by its clock.
    pub(super) fn go_on(&mut self, elapsed: u64) -> anyhow::Result<()> {
        ensure!(
            self.folder.path().join("session").exists(),
            "no session was written"
        );
        self.process = Process::start(
            Command::new(&self.binary)
                .args(&self.arguments)
                .args(["--continue", &elapsed.to_string()]),
        )?;
        Ok(())
    }

    /// Waits until this process reports both subscriptions, with the acknowledge extension on or
    /// off.
    pub(super) fn wait_subscribed(&self, acknowledges: bool) -> anyhow::Result<()> {
        for channel in [Channel::User, Channel::Group] {
            self.wait("a subscription", |line| {
                line["told"] == "subscribed"
                    && line["channel"] == channel.name()
                    && line["ack"] == acknowledges
            })?;
        }
        Ok(())
    }

    /// Waits until this process reports that its session is up.
    pub(super) fn wait_up(&self, resumed: bool) -> anyhow::Result<()> {
        let is_up = |line: &Value| line["told"] == "up";
        let mut told = Value::Null;
        self.wait("the session", |line| {
            told.clone_from(&line["resumed"]);
            is_up(line)
        })?;
        ensure!(told == resumed, "the session is resumed: {told}");
        Ok(())
    }

    /// Waits until this process reports a gap.
    pub(super) fn wait_gap(&self) -> anyhow::Result<()> {
        self.wait("a gap", |line| line["told"] == "gap")
    }

    /// Waits for the event of this number.
    pub(super) fn wait_event(&self, number: u64) -> anyhow::Result<()> {
        let what = format!("event {number}");
        self.wait(&what, |line| line["event"]["seq"] == number)
    }

    /// Returns whether any process has reported a gap.
    pub(super) fn reported_gap(&self) -> bool {
        self.lines().iter().any(|line| line.json["told"] == "gap")
    }

    /// Returns the numbers of all events that all processes have received.
    pub(super) fn events(&self) -> Vec<u64> {
        let lines = self.lines();
        let numbers = lines
            .iter()
            .filter_map(|line| line.json["event"]["seq"].as_u64());
        numbers.collect()
    }

    /// Returns all output, for the message of a failure.
    pub(super) fn streams(&self) -> [(&'static str, Vec<Line>); 2] {
        let logs = self.process.stderr.since(LogPosition::default());
        [("driver, stdout", self.lines()), ("driver, stderr", logs)]
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = self.past.clone();
        let current = self.process.stdout.since(LogPosition::default());
        // A process that has left is among the past.
        if !current.iter().any(|line| line.json["done"] == "save") {
            lines.extend(current);
        }
        lines
    }

    fn wait(&self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> anyhow::Result<()> {
        let stdout = &self.process.stdout;
        let waited = stdout.wait(LogPosition::default(), TIMEOUT, what, |line| {
            is_it(&line.json)
        });
        waited.context("waiting for the driver").map(drop)
    }
}
