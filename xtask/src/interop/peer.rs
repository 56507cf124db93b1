//! The servers of others.

use core::time::Duration;
use std::{collections::BTreeSet, path::PathBuf, process::Command};

use anyhow::{Context, bail};
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::{
    control,
    event::{Burst, Stream},
    listener::Transport,
    log::{Line, Mark},
    process::Process,
};

/// A kind of server.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    arguments: &'static [&'static str],
    pub(super) transports: &'static [Transport],
    /// What it advises to a client whose handshake it refuses.
    pub(super) after_refusal: AfterRefusal,
}

/// What a server advises to a client whose handshake it refuses.
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

const PEERS: &[Peer] = &[
    Peer {
        name: "faye-1.4.3",
        arguments: &["faye-server.js", "--faye", "faye"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
    },
    Peer {
        name: "faye-1.0.4",
        arguments: &["faye-server.js", "--faye", "faye-1.0"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
    },
    Peer {
        name: "faye-0.8.11",
        arguments: &["faye-server.js", "--faye", "faye-0.8"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
    },
    // Pushes in the replies to connects only, as GroupMe's documented frames show it.
    Peer {
        name: "faye-0.7.2",
        arguments: &["faye-server.js", "--faye", "faye-0.7"],
        transports: BOTH,
        after_refusal: AfterRefusal::Retry,
    },
    Peer {
        name: "cometd",
        arguments: &["cometd-server.js"],
        transports: &[Transport::LongPolling, Transport::Auto],
        after_refusal: AfterRefusal::GiveUp,
    },
];

/// Returns every kind of server.
pub(super) fn all() -> impl Iterator<Item = &'static Peer> {
    PEERS.iter()
}

/// Returns the parser of a server's name.
pub(super) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(PEERS.iter().map(|peer| peer.name))
}

/// How a server answers requests from now on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Unavailable(bool),
    RefuseUpgrade(bool),
    RefuseHandshake(bool),
    RefuseChannel(&'static str),
}

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    peer: &'static Peer,
    directory: PathBuf,
    token: String,
    process: Process,
    /// Where clients connect.
    pub(super) port: u16,
    control: u16,
    /// The sessions of its predecessors on the same port.
    past_sessions: BTreeSet<String>,
    /// From where on what it told is about connections that may be open.
    valid: Mark,
}

const PATIENCE: Duration = Duration::from_secs(30);
/// How long the server holds a connect, in seconds; it forgets a session after twice this time.
const HOLD: &str = "5";

impl Server {
    /// Starts a server that accepts subscriptions with `token`, on any port, and waits until it
    /// listens.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub(super) fn start(
        peer: &'static Peer,
        directory: PathBuf,
        token: &str,
    ) -> anyhow::Result<Self> {
        let process = spawn(peer, &directory, token, 0)?;
        let mut server = Self {
            peer,
            directory,
            token: token.to_owned(),
            process,
            port: 0,
            control: 0,
            past_sessions: BTreeSet::new(),
            valid: Mark::default(),
        };
        server.read_ports()?;
        Ok(server)
    }

    /// Kills the server and starts another on the same port, which knows nothing of the first.
    ///
    /// # Errors
    ///
    /// If the other does not start.
    pub(super) fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill();
        self.past_sessions = self.sessions();
        self.valid = Mark::default();
        self.process = spawn(self.peer, &self.directory, &self.token, self.port)?;
        self.read_ports()
    }

    fn read_ports(&mut self) -> anyhow::Result<()> {
        let mut ready = Value::Null;
        self.process
            .stdout
            .wait(Mark::default(), PATIENCE, "its ports", |line| {
                ready.clone_from(&line.json);
                line.json["ready"] == true
            })
            .with_context(|| format!("the server {} did not start", self.peer.name))?;
        let port = |name: &str| {
            let port = ready[name]
                .as_u64()
                .and_then(|port| u16::try_from(port).ok());
            port.with_context(|| format!("the server {} named no {name} port", self.peer.name))
        };
        (self.port, self.control) = (port("port")?, port("control")?);
        Ok(())
    }

    pub(super) fn publish(&self, burst: &Burst) -> anyhow::Result<()> {
        let arguments = json!({
            "channel": burst.stream.channel(),
            "type": burst.stream.kind(),
            "first": burst.numbers.start,
            "count": burst.numbers.end - burst.numbers.start,
        });
        control::ask(self.control, "publish", &arguments)
    }

    /// Makes the server forget every session.
    pub(super) fn destroy_sessions(&self) -> anyhow::Result<()> {
        control::ask(self.control, "destroy", &json!({}))
    }

    /// Resets every connection.
    pub(super) fn kill_connections(&self) -> anyhow::Result<()> {
        control::ask(self.control, "kill", &json!({}))
    }

    /// Makes every open connection dead without closing it, for some time or for good.
    pub(super) fn stall_connections(&self, time: Option<Duration>) -> anyhow::Result<()> {
        let ms = time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let arguments = ms.map_or_else(|| json!({}), |ms| json!({ "ms": ms }));
        control::ask(self.control, "stall", &arguments)
    }

    pub(super) fn change(&self, mode: Mode) -> anyhow::Result<()> {
        let change = match mode {
            Mode::Unavailable(on) => json!({ "unavailable": on }),
            Mode::RefuseUpgrade(on) => json!({ "refuseUpgrade": on }),
            Mode::RefuseChannel(channel) => json!({ "refuseChannel": channel }),
            Mode::RefuseHandshake(on) => json!({ "refuseHandshake": on }),
        };
        control::ask(self.control, "mode", &change)
    }

    /// Returns the place after what the server has told so far.
    pub(super) fn mark(&self) -> Mark {
        self.process.stdout.end()
    }

    /// Waits until the server reads something, such as a message on `/meta/disconnect`.
    pub(super) fn wait_saw(&self, mark: Mark, saw: &str) -> anyhow::Result<Mark> {
        let what = format!("a sight of {saw}");
        self.process
            .stdout
            .wait(mark, PATIENCE, &what, |line| line.json["saw"] == saw)
            .with_context(|| format!("waiting for the server {}", self.peer.name))
    }

    /// Notes that what was told so far is about connections that are no more.
    pub(super) fn forget(&mut self) {
        self.valid = self.process.stdout.end();
    }

    /// Waits until a client is all set: subscribed to both channels, with its connect held.
    pub(super) fn wait_ready(&self) -> anyhow::Result<()> {
        let Mark(valid) = self.valid;
        self.process
            .stdout
            .wait_until(PATIENCE, "a held connect", |lines| {
                is_ready(&lines[valid..])
            })
            .with_context(|| format!("waiting for the server {}", self.peer.name))
    }

    /// Returns what the server has told since `mark`, as long as it is meant.
    pub(super) fn saw(&self, mark: Mark, is_meant: impl Fn(&Value) -> bool) -> Vec<Line> {
        let lines = self.process.stdout.since(mark);
        lines
            .into_iter()
            .filter(|line| is_meant(&line.json))
            .collect()
    }

    /// Waits for something the server must not read more than `limit` times within `window`.
    ///
    /// # Errors
    ///
    /// If it reads it more often.
    pub(super) fn expect_at_most(
        &self,
        limit: usize,
        window: Duration,
        is_meant: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<()> {
        let mut count = 0;
        let more = self
            .process
            .stdout
            .wait(Mark::default(), window, "one more", |line| {
                count += usize::from(is_meant(&line.json));
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

    /// Returns every clientId the server has given away.
    pub(super) fn sessions(&self) -> BTreeSet<String> {
        let given = self.saw(Mark::default(), |told| told["saw"] == "session");
        let ids = given
            .iter()
            .filter_map(|line| line.json["clientId"].as_str());
        ids.map(str::to_owned)
            .chain(self.past_sessions.iter().cloned())
            .collect()
    }

    /// Returns what the server has complained about.
    pub(super) fn complaints(&self) -> Vec<Line> {
        self.process.stderr.since(Mark::default())
    }
}

/// Tells whether the last session a server tells of has its subscriptions and a connect that is held.
///
/// A session from before the first line is taken to have its subscriptions.
fn is_ready(told: &[Line]) -> bool {
    let mut missing = BTreeSet::new();
    let mut held = BTreeSet::new();
    for line in told.iter().map(|line| &line.json) {
        let id = line["id"].to_string();
        if line["saw"] == "session" {
            missing = [Stream::Messages, Stream::Unheard]
                .map(Stream::channel)
                .into();
            held.clear();
        } else if line["saw"] == "/meta/subscribe" {
            missing.remove(line["subscription"].as_str().unwrap_or_default());
        } else if line["saw"] == "/meta/connect" {
            held.insert(id);
        } else if line["answered"] == "/meta/connect" {
            held.remove(&id);
        }
    }
    missing.is_empty() && !held.is_empty()
}

fn spawn(peer: &Peer, directory: &PathBuf, token: &str, port: u16) -> anyhow::Result<Process> {
    Process::start(
        Command::new("node")
            .args(peer.arguments)
            .args([
                "--timeout",
                HOLD,
                "--token",
                token,
                "--port",
                &port.to_string(),
            ])
            .current_dir(directory),
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
        let story = [
            json!({"saw": "session", "clientId": "c"}),
            json!({"saw": "/meta/subscribe", "subscription": "/user/1", "id": "2"}),
            json!({"saw": "/meta/subscribe", "subscription": "/group/2", "id": "3"}),
            json!({"saw": "/meta/connect", "id": "4"}),
        ];
        assert!(!ready(&story[..3]));
        assert!(ready(&story));
        assert!(
            !ready(&[&story[..2], &story[3..]].concat()),
            "one subscription is missing"
        );
    }

    #[test]
    fn an_answered_connect_is_not_held() {
        let story = [
            json!({"saw": "/meta/connect", "id": "4"}),
            json!({"answered": "/meta/connect", "id": "4"}),
            json!({"saw": "/meta/connect", "id": "5"}),
        ];
        assert!(ready(&story[..1]));
        assert!(!ready(&story[..2]));
        assert!(ready(&story));
    }
}
