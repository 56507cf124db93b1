//! The `groupme sim` command under test.

use core::time::Duration;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{
    log::{Line, Mark},
    process::Process,
};

/// A running `groupme sim`.
#[derive(Debug)]
pub(super) struct Simulator {
    binary: PathBuf,
    profile: &'static str,
    process: Process,
    /// What its predecessors have logged.
    past: Vec<Line>,
    /// Where it listens.
    pub(super) port: u16,
    /// What lets its user in; the same after a restart.
    pub(super) token: String,
    /// The channel of its user; the same after a restart.
    pub(super) channel: String,
}

const PATIENCE: Duration = Duration::from_secs(30);
/// How long it holds a connect. Faye 0.7.2 waits as long before it tries again.
const HOLD: &str = "2s";

impl Simulator {
    /// Starts the command on any port, like the server that the profile names, and waits until it
    /// says where it is.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub(super) fn start(binary: &Path, profile: &'static str) -> anyhow::Result<Self> {
        let process = Process::start(
            Command::new(binary)
                .args(["sim", "--profile", profile, "--hold", HOLD])
                .args(["--format", "json"])
                // It would not outlive an interrupted run for long.
                .args(["--for", "10m"])
                .env("RUST_LOG", "debug"),
        )?;
        let mut told = Value::Null;
        process
            .stdout
            .wait(Mark::default(), PATIENCE, "its place", |line| {
                told.clone_from(&line.json);
                true
            })
            .context("the simulator did not start")?;
        let word = |name: &str| {
            let word = told[name].as_str().map(str::to_owned);
            word.with_context(|| format!("the simulator named no {name}"))
        };
        Ok(Self {
            binary: binary.to_owned(),
            profile,
            port: port(&word("gateway_url")?)?,
            token: word("token")?,
            channel: format!("/user/{}", word("user_id")?),
            process,
            past: Vec::new(),
        })
    }

    /// Kills it and starts another, on another port, which knows nothing of the first.
    ///
    /// # Errors
    ///
    /// If the other does not start.
    pub(super) fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill();
        let past = self.logs();
        *self = Self::start(&self.binary, self.profile)?;
        self.past = past;
        Ok(())
    }

    /// Returns what it has logged.
    pub(super) fn logs(&self) -> Vec<Line> {
        let lines = self.process.stderr.since(Mark::default());
        self.past.iter().cloned().chain(lines).collect()
    }

    /// Checks that it has not logged the token; the error does not repeat it.
    pub(super) fn check_silence(&self) -> anyhow::Result<()> {
        for line in self.logs() {
            ensure!(
                !line.text.contains(&self.token),
                "the simulator logged the token: {}",
                line.text.replace(&self.token, "***")
            );
        }
        Ok(())
    }
}

/// Returns the port in a URL such as `http://127.0.0.1:4000/faye`.
fn port(url: &str) -> anyhow::Result<u16> {
    let port = url
        .rsplit_once(':')
        .and_then(|(_, rest)| rest.split('/').next()?.parse().ok());
    port.with_context(|| format!("no port in {url}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_url() {
        assert_eq!(port("http://127.0.0.1:4000/faye").unwrap(), 4000);
        assert_eq!(port("http://[::1]:4001").unwrap(), 4001);
        assert!(port("http://localhost/faye").is_err());
    }
}
