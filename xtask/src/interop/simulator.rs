//! The server under test: the `groupme sim` command, or the example of `bayeux-server`.

use core::time::Duration;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{
    Programs,
    log::{Line, LogPosition},
    process::Process,
};

/// A running server.
#[derive(Debug)]
pub(super) struct Simulator {
    programs: Programs,
    profile: &'static str,
    process: Process,
    /// Lines of stderr of earlier processes.
    past: Vec<Line>,
    /// Port of the gateway.
    pub(super) port: u16,
    /// Access token of its user; the same after a restart.
    pub(super) token: String,
    /// Channel of its user; the same after a restart.
    pub(super) channel: String,
}

const TIMEOUT: Duration = Duration::from_secs(30);
/// Time that a connect is held. Faye 0.7.2 waits as long before it retries.
const HOLD_SECONDS: u64 = 2;
/// Start of the profiles of `bayeux-server`. The others are those of `groupme sim`.
const OF_THE_SERVER: &str = "server-";

impl Simulator {
    /// Starts the server on any port, with the behaviour of the profile, and waits until it prints
    /// its address.
    pub(super) fn start(programs: &Programs, profile: &'static str) -> anyhow::Result<Self> {
        let mut command = if let Some(dialect) = profile.strip_prefix(OF_THE_SERVER) {
            let mut command = Command::new(&programs.server);
            command.args([dialect, &HOLD_SECONDS.to_string()]);
            command
        } else {
            let mut command = Command::new(&programs.groupme);
            command
                .args(["sim", "--profile", profile, "--format", "json"])
                .args(["--hold", &format!("{HOLD_SECONDS}s")])
                // Ends it if this run is interrupted.
                .args(["--for", "10m"])
                .env("RUST_LOG", "debug");
            command
        };
        let process = Process::start(&mut command)?;
        let mut address = Value::Null;
        process
            .stdout
            .wait(LogPosition::default(), TIMEOUT, "address", |line| {
                address.clone_from(&line.json);
                true
            })
            .context("the simulator did not start")?;
        let field = |name: &str| {
            let field = address[name].as_str().map(str::to_owned);
            field.with_context(|| format!("the simulator printed no {name}"))
        };
        Ok(Self {
            programs: programs.clone(),
            profile,
            port: port(&field("gateway_url")?)?,
            token: field("token")?,
            channel: format!("/user/{}", field("user_id")?),
            process,
            past: Vec::new(),
        })
    }

    /// Kills the simulator and starts a new one, without sessions, on another port.
    pub(super) fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill();
        let past = self.logs();
        *self = Self::start(&self.programs, self.profile)?;
        self.past = past;
        Ok(())
    }

    /// Returns the lines of stderr.
    pub(super) fn logs(&self) -> Vec<Line> {
        let lines = self.process.stderr.since(LogPosition::default());
        self.past.iter().cloned().chain(lines).collect()
    }

    /// Checks that the token was not logged; an error hides it.
    pub(super) fn check_no_secrets(&self) -> anyhow::Result<()> {
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
