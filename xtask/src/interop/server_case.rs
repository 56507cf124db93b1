//! Cases of `groupme listen` against a third-party server.

use core::{fmt, time::Duration};

use anyhow::{bail, ensure};
use clap::ValueEnum;
use libtest_mimic::Failed;

use super::{
    Programs,
    env::{Env, Session},
    event::Channel,
    failure::failed,
    listener::{Listener, Transport},
    log::LogPosition,
    process::Signal,
    server::{self, AfterRefusal, Mode, Server, ServerKind},
};
use crate::clock;

/// A scenario with a server over a transport.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServerCase {
    server: &'static ServerKind,
    transport: Transport,
    pub(super) scenario: Scenario,
}

/// Behaviour of the server, and the expected behaviour of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scenario {
    /// A thousand events, in bursts of 1 to 200, arrive once and in order.
    Thousand,
    /// Every connection is reset.
    KillSockets,
    /// The server is killed, and a new one, without sessions, gets its port.
    Restart,
    /// The server forgets the session.
    DestroySession,
    /// Connections go dead without being closed.
    Stall,
    /// Connections stall for two seconds; nothing is lost.
    Hiccup,
    /// The upgrade to websocket is refused; the client falls back to long-polling.
    UpgradeRefused,
    /// The token is not accepted; the client gives up.
    WrongToken,
    /// The token is not accepted for the group; other subscriptions continue.
    WrongChannel,
    /// The client is terminated and disconnects.
    PoliteExit,
    /// Handshakes are refused for a while.
    RefusedHandshake,
    /// All requests are answered with 503 for a while.
    Unavailable,
}

/// Maximum attempts of a client in the first [`ATTEMPTS_WINDOW`] of a refusal.
const MAX_ATTEMPTS: usize = 10;
const ATTEMPTS_WINDOW: Duration = Duration::from_secs(5);
/// Duration of a stall that is shorter than every deadline of the client.
const HICCUP: Duration = Duration::from_secs(2);

/// Returns all cases: every server with every scenario over every transport.
pub(super) fn all() -> impl Iterator<Item = ServerCase> {
    server::kinds().flat_map(|server| {
        server.transports.iter().flat_map(move |&transport| {
            let scenarios = Scenario::value_variants().iter().copied();
            let scenarios = scenarios.filter(move |scenario| scenario.applies_to(transport));
            scenarios.map(move |scenario| ServerCase {
                server,
                transport,
                scenario,
            })
        })
    })
}

impl fmt::Display for ServerCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenario = self.scenario.to_possible_value();
        let scenario = scenario.as_ref().map_or("", |value| value.get_name());
        write!(
            f,
            "server/{}/{}/{scenario}",
            self.server.name, self.transport
        )
    }
}

impl ServerCase {
    /// Runs the scenario between a fresh server and a fresh client.
    pub(super) fn run(&self, programs: &Programs) -> Result<(), Failed> {
        // Unlike any other text of a log, and different in each case.
        let token = format!("Secret{self}").replace(['/', '-', '.'], "");
        let given = if self.scenario == Scenario::WrongToken {
            "SecretThatIsWrong"
        } else {
            &token
        };
        let start = clock::now();
        let early = |error| failed(&error, start, []);
        let mut server =
            Server::start(self.server, programs.scripts.clone(), &token).map_err(early)?;
        if let Some(mode) = self.scenario.mode() {
            server.set_mode(mode).map_err(early)?;
        }
        let listener = Listener::start(&programs.groupme, server.port, given, self.transport)
            .map_err(early)?;
        let mut env = Env::new(server, listener);
        self.scenario
            .run(&mut env, self.server, self.transport)
            .and_then(|()| env.check_events())
            .and_then(|()| check_no_secrets(&env, given))
            .map_err(|error| failed(&error, start, env.streams()))
    }
}

/// Checks that nothing was printed that gives access to the session.
fn check_no_secrets(env: &Env, token: &str) -> anyhow::Result<()> {
    let sessions = env.server.sessions();
    let mut secrets = vec![
        ("the token", token),
        ("the ext of a message", "access_token"),
    ];
    secrets.extend(sessions.iter().map(|id| ("a clientId", id.as_str())));
    env.listener.check_not_printed(&secrets)
}

impl Scenario {
    fn applies_to(self, transport: Transport) -> bool {
        (self == Self::UpgradeRefused) == (transport == Transport::Auto)
    }

    /// Returns whether the client waits for a deadline or a back-off.
    pub(super) fn is_long(self) -> bool {
        matches!(
            self,
            Self::Stall | Self::Unavailable | Self::RefusedHandshake | Self::DestroySession
        )
    }

    /// Returns the mode of the server before the client starts, unless it is the normal one.
    fn mode(self) -> Option<Mode> {
        match self {
            Self::UpgradeRefused => Some(Mode::RefuseUpgrade(true)),
            Self::WrongChannel => Some(Mode::RefuseChannel(Channel::Group.name())),
            Self::RefusedHandshake => Some(Mode::RefuseHandshake(true)),
            Self::Unavailable => Some(Mode::Unavailable(true)),
            _ => None,
        }
    }

    fn run(self, env: &mut Env, server: &ServerKind, transport: Transport) -> anyhow::Result<()> {
        match self {
            Self::Thousand => {
                env.connect(transport)?;
                thousand(env)?;
                env.stop(Signal::Interrupt)
            }
            Self::PoliteExit => {
                env.connect(transport)?;
                env.stop(Signal::Terminate)
            }
            Self::Hiccup => {
                env.connect(transport)?;
                brief_outage(env)?;
                env.stop(Signal::Interrupt)
            }
            Self::UpgradeRefused => {
                env.connect(Transport::LongPolling)?;
                env.stop(Signal::Interrupt)
            }
            Self::KillSockets | Self::Restart | Self::DestroySession | Self::Stall => {
                env.connect(transport)?;
                let mark = env.listener.mark();
                self.inject_fault(env)?;
                env.wait_recovered(mark, self.session_after(transport))?;
                env.stop(Signal::Interrupt)
            }
            Self::WrongToken => wrong_token(env),
            Self::WrongChannel => {
                wrong_channel(env)?;
                env.stop(Signal::Interrupt)
            }
            Self::RefusedHandshake if server.after_refusal == AfterRefusal::GiveUp => give_up(env),
            Self::RefusedHandshake => {
                refused(env, "/meta/handshake", Mode::RefuseHandshake(false))?;
                env.connect(transport)?;
                env.stop(Signal::Interrupt)
            }
            Self::Unavailable => {
                let attempt = match transport {
                    Transport::WebSocket => "upgrade",
                    _ => "request",
                };
                refused(env, attempt, Mode::Unavailable(false))?;
                env.connect(transport)?;
                env.stop(Signal::Interrupt)
            }
        }
    }

    /// Returns what may become of the session: it outlives the connections of long-polling.
    fn session_after(self, transport: Transport) -> Session {
        match (self, transport) {
            (Self::KillSockets | Self::Stall, Transport::LongPolling) => Session::MaySurvive,
            _ => Session::Lost,
        }
    }

    /// Injects the fault, and publishes events that may be lost in it.
    fn inject_fault(self, env: &mut Env) -> anyhow::Result<()> {
        env.server.discard_log();
        match self {
            Self::KillSockets => env.server.reset_connections()?,
            Self::Restart => env.server.restart()?,
            Self::DestroySession => env.server.destroy_sessions()?,
            Self::Stall => env.server.stall_connections(None)?,
            _ => bail!("not a fault: {self:?}"),
        }
        env.publish_during_outage(3)
    }
}

fn thousand(env: &mut Env) -> anyhow::Result<()> {
    // Over long-polling each burst is one reply.
    for burst in [1, 9, 40, 150, 200, 200, 200, 200] {
        // The last event of a burst is of an unknown type.
        if burst == 1 {
            let mark = env.listener.mark();
            let last = env.publish_required(1)?;
            env.listener.wait_event(mark, last)?;
        } else {
            env.publish_and_receive(burst - 1)?;
        }
    }
    env.check_events()
}

fn brief_outage(env: &mut Env) -> anyhow::Result<()> {
    let mark = env.listener.mark();
    env.server.stall_connections(Some(HICCUP))?;
    let last = env.publish_required(50)?;
    env.listener.wait_event(mark, last)?;
    env.publish_and_receive(5)?;
    ensure!(
        !env.listener.reported_gap(mark),
        "a gap was reported, but nothing was lost"
    );
    Ok(())
}

fn wrong_token(env: &mut Env) -> anyhow::Result<()> {
    env.listener.wait_refused(Channel::User)?;
    env.listener.wait_exit(3)?;
    let attempts = env.server.received(LogPosition::default(), |line| {
        line["received"] == "/meta/subscribe" && line["subscription"] == "/user/1"
    });
    let attempts = attempts.len();
    ensure!(attempts <= 2, "{attempts} attempts with a refused token");
    Ok(())
}

/// The refusal of one channel is reported and does not end the subscription to the other.
fn wrong_channel(env: &mut Env) -> anyhow::Result<()> {
    env.listener.wait_refused(Channel::Group)?;
    env.listener
        .wait_active(LogPosition::default(), Channel::User)?;
    let mark = env.listener.mark();
    let last = env.publish_required(10)?;
    env.listener.wait_event(mark, last)
}

/// A refusing server receives few attempts; the client continues trying until it is accepted.
fn refused(env: &mut Env, attempt: &str, accept: Mode) -> anyhow::Result<()> {
    let first = env.server.wait_received(LogPosition::default(), attempt)?;
    env.server.wait_received(first, attempt)?;
    env.server
        .expect_at_most(MAX_ATTEMPTS, ATTEMPTS_WINDOW, attempt)?;
    env.server.set_mode(accept)
}

/// The server advised not to reconnect, so the client exits and reports the cause.
fn give_up(env: &mut Env) -> anyhow::Result<()> {
    env.listener.wait_disconnected(LogPosition::default())?;
    env.listener.wait_exit(1)?;
    let is_attempt = |line: &serde_json::Value| line["received"] == "/meta/handshake";
    let attempts = env
        .server
        .received(LogPosition::default(), is_attempt)
        .len();
    ensure!(
        attempts == 1,
        "{attempts} attempts, although the server advised none"
    );
    Ok(())
}
