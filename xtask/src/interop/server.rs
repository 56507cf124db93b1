//! Third-party servers, run by `faye-server.js` and `cometd-server.js`.

use core::time::Duration;
use std::{collections::BTreeSet, path::PathBuf, process::Command};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::{
    event::{Burst, Channel},
    listener::Transport,
    log::{Line, LogPosition},
    process::Process,
};

/// An implementation of a server.
#[derive(Debug)]
pub(super) struct ServerKind {
    pub(super) name: &'static str,
    arguments: &'static [&'static str],
    pub(super) transports: &'static [Transport],
    /// Advice in a refused handshake.
    pub(super) after_refusal: AfterRefusal,
    /// Whether it has the acknowledge extension.
    pub(super) acknowledges: bool,
}

/// Advice in a refused handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterRefusal {
    Retry,
    GiveUp,
}

const BOTH: &[Transport] = &[
    Transport::WebSocket,
    Transport::LongPolling,
    Transport::Auto,
];

const KINDS: &[ServerKind] = &[
    ServerKind {
        name: "faye-1.4.3",
        arguments: &["faye-server.js", "--faye", "faye"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
        acknowledges: false,
    },
    ServerKind {
        name: "faye-1.0.4",
        arguments: &["faye-server.js", "--faye", "faye-1.0"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
        acknowledges: false,
    },
    ServerKind {
        name: "faye-0.8.11",
        arguments: &["faye-server.js", "--faye", "faye-0.8"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
        acknowledges: false,
    },
    // Sends events in the replies to connects only, as in GroupMe's documented frames.
    ServerKind {
        name: "faye-0.7.2",
        arguments: &["faye-server.js", "--faye", "faye-0.7"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
        acknowledges: false,
    },
    ServerKind {
        name: "cometd",
        arguments: &["cometd-server.js"],
        transports: &[Transport::LongPolling, Transport::Auto],
        after_refusal: AfterRefusal::GiveUp,
        acknowledges: false,
    },
];

/// The acknowledge extension, which `groupme listen` does not ask for.
const WITH_ACK: ServerKind = ServerKind {
    name: "cometd-ack",
    arguments: &["cometd-server.js", "--ack", "on"],
    transports: &[Transport::LongPolling],
    after_refusal: AfterRefusal::GiveUp,
    acknowledges: true,
};

/// Returns the implementations for the driver of `bayeux-transport`: those that keep a session whose
/// connections are gone.
pub(super) fn driver_kinds() -> impl Iterator<Item = &'static ServerKind> {
    let named = |name: &'static str| KINDS.iter().filter(move |kind| kind.name == name);
    named("faye-1.4.3")
        .chain(named("cometd"))
        .chain([&WITH_ACK])
}

/// Returns all implementations.
pub(super) fn kinds() -> impl Iterator<Item = &'static ServerKind> {
    KINDS.iter()
}

/// Change in the answers of a server, as `mode` in `server.js` has it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Unavailable(bool),
    RefuseUpgrade(bool),
    RefuseHandshake(bool),
    RefuseChannel(&'static str),
    /// The next response with events is lost.
    LoseEvents,
}

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    kind: &'static ServerKind,
    scripts: PathBuf,
    token: String,
    process: Process,
    /// Port for clients.
    pub(super) port: u16,
    /// Client ids of earlier processes on the same port.
    past_sessions: BTreeSet<String>,
    /// Position in the output after which its lines are about connections that may be open.
    current: LogPosition,
}

const TIMEOUT: Duration = Duration::from_secs(30);
/// Time that the server holds a connect, in seconds; it forgets a session after twice this time.
const HOLD: &str = "5";

impl Server {
    /// Starts a server that accepts subscriptions with `token`, on any port, and waits until it
    /// is ready.
    pub(super) fn start(
        kind: &'static ServerKind,
        scripts: PathBuf,
        token: &str,
    ) -> anyhow::Result<Self> {
        let process = spawn(kind, &scripts, token, 0)?;
        let mut server = Self {
            kind,
            scripts,
            token: token.to_owned(),
            process,
            port: 0,
            past_sessions: BTreeSet::new(),
            current: LogPosition::default(),
        };
        server.read_port()?;
        Ok(server)
    }

    /// Kills the server and starts a new one, without sessions, on the same port.
    pub(super) fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill();
        self.past_sessions = self.sessions();
        self.current = LogPosition::default();
        self.process = spawn(self.kind, &self.scripts, &self.token, self.port)?;
        self.read_port()
    }

    fn read_port(&mut self) -> anyhow::Result<()> {
        let mut ready = Value::Null;
        self.process
            .stdout
            .wait(LogPosition::default(), TIMEOUT, "first line", |line| {
                ready.clone_from(&line.json);
                line.json["ready"] == true
            })
            .with_context(|| format!("the server {} did not start", self.kind.name))?;
        let port = ready["port"]
            .as_u64()
            .and_then(|port| u16::try_from(port).ok());
        self.port =
            port.with_context(|| format!("the server {} printed no port", self.kind.name))?;
        Ok(())
    }

    /// Publishes the events of a burst.
    pub(super) fn publish(&mut self, burst: &Burst) -> anyhow::Result<()> {
        let arguments = json!({
            "channel": burst.channel.name(),
            "type": burst.channel.event_type(),
            "first": burst.numbers.start,
            "count": burst.numbers.end - burst.numbers.start,
        });
        self.command("publish", arguments)
    }

    fn command(&mut self, name: &str, command: Value) -> anyhow::Result<()> {
        let result = self.process.command(name, command, TIMEOUT);
        result.with_context(|| format!("waiting for the server {}", self.kind.name))
    }

    /// Removes every session.
    pub(super) fn destroy_sessions(&mut self) -> anyhow::Result<()> {
        self.command("destroy", json!({}))
    }

    /// Resets every connection.
    pub(super) fn reset_connections(&mut self) -> anyhow::Result<()> {
        self.command("reset", json!({}))
    }

    /// Stops reading and writing on every open connection, for `time` or for good.
    pub(super) fn stall_connections(&mut self, time: Option<Duration>) -> anyhow::Result<()> {
        let ms = time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let arguments = ms.map_or_else(|| json!({}), |ms| json!({ "ms": ms }));
        self.command("stall", arguments)
    }

    /// Changes how requests are answered.
    pub(super) fn set_mode(&mut self, mode: Mode) -> anyhow::Result<()> {
        let change = match mode {
            Mode::Unavailable(on) => json!({ "unavailable": on }),
            Mode::RefuseUpgrade(on) => json!({ "refuseUpgrade": on }),
            Mode::RefuseChannel(channel) => json!({ "refuseChannel": channel }),
            Mode::LoseEvents => json!({ "loseEvents": true }),
            Mode::RefuseHandshake(on) => json!({ "refuseHandshake": on }),
        };
        self.command("mode", change)
    }

    /// Returns the position after the last line.
    pub(super) fn mark(&self) -> LogPosition {
        self.process.stdout.end()
    }

    /// Waits until the server receives `what`, such as a message on `/meta/disconnect`.
    pub(super) fn wait_received(
        &self,
        mark: LogPosition,
        what: &str,
    ) -> anyhow::Result<LogPosition> {
        self.process
            .stdout
            .wait(mark, TIMEOUT, what, |line| line.json["received"] == what)
            .with_context(|| format!("waiting for the server {}", self.kind.name))
    }

    /// Excludes the output so far from [`wait_ready`](Self::wait_ready): its connections are gone.
    pub(super) fn discard_log(&mut self) {
        self.current = self.process.stdout.end();
    }

    /// Waits until a client is subscribed to both channels and its connect is held.
    pub(super) fn wait_ready(&mut self) -> anyhow::Result<()> {
        // The output is read by a thread, which may be behind what the client has received.
        self.command("sync", json!({}))?;
        let LogPosition(current) = self.current;
        self.process
            .stdout
            .wait_until(TIMEOUT, "a held connect", |lines| {
                is_ready(&lines[current..])
            })
            .with_context(|| format!("waiting for the server {}", self.kind.name))
    }

    /// Returns the lines since `mark` for which `is_it` holds.
    pub(super) fn received(&self, mark: LogPosition, is_it: impl Fn(&Value) -> bool) -> Vec<Line> {
        let lines = self.process.stdout.since(mark);
        lines.into_iter().filter(|line| is_it(&line.json)).collect()
    }

    /// Waits for `window` and counts how often the server receives `what`.
    ///
    /// # Errors
    ///
    /// If it is more than `limit` times.
    pub(super) fn expect_at_most(
        &self,
        limit: usize,
        window: Duration,
        what: &str,
    ) -> anyhow::Result<()> {
        let mut count = 0;
        let more = self
            .process
            .stdout
            .wait(LogPosition::default(), window, "one more", |line| {
                count += usize::from(line.json["received"] == what);
                count > limit
            });
        match more {
            Ok(_) => bail!(
                "the client tried more than {limit} times in {} s",
                window.as_secs()
            ),
            Err(_) => Ok(()),
        }
    }

    /// Returns every client id that the server has assigned.
    pub(super) fn sessions(&self) -> BTreeSet<String> {
        let given = self.received(LogPosition::default(), |line| line["received"] == "session");
        let ids = given
            .iter()
            .filter_map(|line| line.json["clientId"].as_str());
        ids.map(str::to_owned)
            .chain(self.past_sessions.iter().cloned())
            .collect()
    }

    /// Returns the lines of stderr.
    pub(super) fn logs(&self) -> Vec<Line> {
        self.process.stderr.since(LogPosition::default())
    }
}

/// Returns whether the last session has its subscriptions and a held connect. A session from before
/// the first line counts as subscribed.
fn is_ready(lines: &[Line]) -> bool {
    let mut missing = BTreeSet::new();
    let mut held = BTreeSet::new();
    for line in lines.iter().map(|line| &line.json) {
        let id = line["id"].to_string();
        if line["received"] == "session" {
            missing = [Channel::User, Channel::Group].map(Channel::name).into();
            held.clear();
        } else if line["received"] == "/meta/subscribe" {
            missing.remove(line["subscription"].as_str().unwrap_or_default());
        } else if line["received"] == "/meta/connect" {
            held.insert(id);
        } else if line["answered"] == "/meta/connect" {
            held.remove(&id);
        }
    }
    missing.is_empty() && !held.is_empty()
}

fn spawn(kind: &ServerKind, scripts: &PathBuf, token: &str, port: u16) -> anyhow::Result<Process> {
    Process::start(
        Command::new("node")
            .args(kind.arguments)
            .args([
                "--timeout",
                HOLD,
                "--token",
                token,
                "--port",
                &port.to_string(),
            ])
            .current_dir(scripts),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(lines: &[Value]) -> bool {
        let lines: Vec<_> = lines
            .iter()
            .map(|json| Line::read(json.to_string()))
            .collect();
        is_ready(&lines)
    }

    #[test]
    fn a_client_is_ready_once_subscribed_and_held() {
        let lines = [
            json!({"received": "session", "clientId": "c"}),
            json!({"received": "/meta/subscribe", "subscription": "/user/1", "id": "2"}),
            json!({"received": "/meta/subscribe", "subscription": "/group/2", "id": "3"}),
            json!({"received": "/meta/connect", "id": "4"}),
        ];
        assert!(!ready(&lines[..3]));
        assert!(ready(&lines));
        assert!(
            !ready(&[&lines[..2], &lines[3..]].concat()),
            "one subscription is missing"
        );
    }

    #[test]
    fn an_answered_connect_is_not_held() {
        let lines = [
            json!({"received": "/meta/connect", "id": "4"}),
            json!({"answered": "/meta/connect", "id": "4"}),
            json!({"received": "/meta/connect", "id": "5"}),
        ];
        assert!(ready(&lines[..1]));
        assert!(!ready(&lines[..2]));
        assert!(ready(&lines));
    }
}
