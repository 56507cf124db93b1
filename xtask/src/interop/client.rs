//! Third-party clients, run by `client.js`.

use core::time::Duration;
use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::{
    listener::Transport,
    log::{Line, LogPosition},
    process::Process,
};

/// An implementation of a client.
#[derive(Debug)]
pub(super) struct ClientKind {
    pub(super) name: &'static str,
    /// Profiles of the simulator, `groupme sim --profile`, that the client is tested with, and those of
    /// `bayeux-server`, which begin with `server-`.
    pub(super) profiles: &'static [&'static str],
    /// Whether its own websockets speak a draft (version 8), which servers refuse.
    pub(super) has_draft_websockets: bool,
    /// Whether it takes an event with the id of its own publish for the reply, and for a refusal.
    pub(super) takes_events_for_replies: bool,
}

const KINDS: &[ClientKind] = &[
    ClientKind {
        name: "faye-1.4.3",
        profiles: &["faye", "server-faye"],
        has_draft_websockets: false,
        takes_events_for_replies: false,
    },
    // Its own websockets read the reply with an interface that crashes today's Node. `client.js`
    // gives it those of its successors, as browsers do, and `old-socket` checks that
    // its own are refused with 400, as Faye 1.4.3 does.
    //
    // Over websocket the profile `faye` sends an event before the reply to its publish, so every
    // publish must be received and must seem refused; with `faye-0.7` none may.
    ClientKind {
        name: "faye-0.7.2",
        profiles: &["faye", "faye-0.7"],
        has_draft_websockets: true,
        takes_events_for_replies: true,
    },
    ClientKind {
        name: "cometd",
        profiles: &["faye", "cometd", "server-faye", "server-cometd"],
        has_draft_websockets: false,
        takes_events_for_replies: false,
    },
];

/// Returns all implementations.
pub(super) fn kinds() -> impl Iterator<Item = &'static ClientKind> {
    KINDS.iter()
}

/// Reply to a publish, as the client reports it.
#[derive(Debug)]
pub(super) struct Reply {
    /// Number of the published event.
    pub(super) number: i64,
    error: Option<String>,
}

impl Reply {
    pub(super) fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// Returns whether the client took the event for the reply: Faye 0.7 reports an empty error.
    pub(super) fn is_event(&self) -> bool {
        self.error.as_deref() == Some(r#""null::""#)
    }
}

/// A running client.
#[derive(Debug)]
pub(super) struct Client {
    process: Process,
}

/// Limit of each wait: longer than every back-off, and than a thousand events in all cases at once.
const TIMEOUT: Duration = Duration::from_mins(1);

impl Client {
    /// Starts a client for the simulator at `port`.
    pub(super) fn start(
        scripts: &Path,
        kind: &ClientKind,
        transport: Transport,
        port: u16,
        token: &str,
    ) -> anyhow::Result<Self> {
        let process = Process::start(
            Command::new("node")
                .args(["client.js", "--client", kind.name])
                .args(["--transport", &transport.to_string()])
                .args(["--port", &port.to_string(), "--token", token])
                .current_dir(scripts),
        )?;
        let client = Self { process };
        client
            .wait(LogPosition::default(), "the first line", |line| {
                line["ready"] == true
            })
            .context("the client did not start")?;
        Ok(client)
    }

    /// Returns the position after the last line.
    pub(super) fn mark(&self) -> LogPosition {
        self.process.stdout.end()
    }

    /// Sends a command of `client.js` and waits until it is done.
    ///
    /// # Errors
    ///
    /// If the command fails, or takes longer than [`TIMEOUT`].
    pub(super) fn command(&mut self, name: &str, command: Value) -> anyhow::Result<()> {
        let result = self.process.command(name, command, TIMEOUT);
        result.context("waiting for the client")
    }

    /// Sends a command and returns the line with `field` that it prints.
    ///
    /// # Errors
    ///
    /// If the command fails, or prints no such line.
    pub(super) fn query(&mut self, name: &str, field: &str) -> anyhow::Result<Value> {
        let mark = self.mark();
        self.command(name, json!({}))?;
        let lines = self.process.stdout.since(mark);
        let line = lines.into_iter().find(|line| !line.json[field].is_null());
        let line = line.with_context(|| format!("the client printed no {field}"))?;
        Ok(line.json)
    }

    /// Waits until an event is received.
    pub(super) fn wait_event(&self, mark: LogPosition, number: i64) -> anyhow::Result<()> {
        self.wait(mark, &format!("event {number}"), |line| {
            line["event"] == number
        })
    }

    /// Returns whether a probe, an event with a negative number, is received within `timeout`.
    pub(super) fn receives_probe(&self, mark: LogPosition, timeout: Duration) -> bool {
        let is_probe = |line: &Line| line.json["event"].as_i64().is_some_and(|number| number < 0);
        let stdout = &self.process.stdout;
        stdout.wait(mark, timeout, "a probe", is_probe).is_ok()
    }

    /// Returns the numbers of all received events.
    pub(super) fn events(&self) -> Vec<i64> {
        let lines = self.process.stdout.since(LogPosition::default());
        let numbers = lines.iter().filter_map(|line| line.json["event"].as_i64());
        numbers.collect()
    }

    /// Returns the replies to publishes since `mark`, in their order.
    pub(super) fn replies(&self, mark: LogPosition) -> Vec<Reply> {
        let lines = self.process.stdout.since(mark);
        let replies = lines.iter().filter_map(|line| {
            let field = |name: &str| line.json[name].as_i64();
            let (number, error) = match field("published") {
                Some(number) => (number, None),
                None => (field("refused")?, Some(line.json["error"].to_string())),
            };
            Some(Reply { number, error })
        });
        replies.collect()
    }

    /// Closes the client's stdin and waits for its exit.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.process.close_stdin();
        let exit = self
            .process
            .exit(TIMEOUT)
            .context("waiting for the client's exit")?;
        ensure!(exit.success(), "the client exited with {exit}");
        Ok(())
    }

    /// Returns all output, for the message of a failure.
    pub(super) fn streams(&self) -> [(&'static str, Vec<Line>); 2] {
        let Process { stdout, stderr, .. } = &self.process;
        [("client, stdout", stdout), ("client, stderr", stderr)]
            .map(|(name, log)| (name, log.since(LogPosition::default())))
    }

    fn wait(
        &self,
        mark: LogPosition,
        what: &str,
        mut is_it: impl FnMut(&Value) -> bool,
    ) -> anyhow::Result<()> {
        let stdout = &self.process.stdout;
        stdout
            .wait(mark, TIMEOUT, what, |line| is_it(&line.json))
            .context("waiting for the client")?;
        Ok(())
    }
}
