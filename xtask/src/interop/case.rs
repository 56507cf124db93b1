//! What is done to a client, and what it must make of it.

use core::{fmt, time::Duration};

use anyhow::{bail, ensure};
use clap::ValueEnum;

use super::{
    event::Stream,
    listener::Transport,
    log::Mark,
    peer::{AfterRefusal, Mode, Peer},
    process::Signal,
    scene::{Scene, Session},
};

/// One story of a server and a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Case {
    /// A thousand events, singly and in bursts, arrive in order and once.
    Thousand,
    /// Every connection is reset.
    KillSockets,
    /// The server is killed and another, which knows no session, takes its port.
    Restart,
    /// The server forgets the session.
    DestroySession,
    /// Connections go dead without being closed.
    Stall,
    /// Connections are slow for a moment, which is no reason to lose anything.
    Hiccup,
    /// The websocket is refused, so long-polling has to do.
    UpgradeRefused,
    /// The token is not accepted.
    WrongToken,
    /// The token is accepted, but not for the group.
    WrongChannel,
    /// The command is asked to end.
    PoliteExit,
    /// Handshakes are refused for a while.
    RefusedHandshake,
    /// The server answers everything with 503 for a while.
    Unavailable,
}

/// How often a client may try in the first seconds of a refusal.
const MOST_ATTEMPTS: usize = 10;
const WINDOW: Duration = Duration::from_secs(5);
/// Shorter than any deadline of the client.
const HICCUP: Duration = Duration::from_secs(2);

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

impl Case {
    /// Tells whether the case says anything about this transport.
    pub(super) fn concerns(self, transport: Transport) -> bool {
        (self == Self::UpgradeRefused) == (transport == Transport::Auto)
    }

    /// Tells whether the case waits for a deadline or a back-off of the client.
    pub(super) fn is_long(self) -> bool {
        matches!(
            self,
            Self::Stall | Self::Unavailable | Self::RefusedHandshake | Self::DestroySession
        )
    }

    /// Returns how the server behaves before the client starts.
    pub(super) fn mode(self) -> Option<Mode> {
        match self {
            Self::UpgradeRefused => Some(Mode::RefuseUpgrade(true)),
            Self::WrongChannel => Some(Mode::RefuseChannel(Stream::Unheard.channel())),
            Self::RefusedHandshake => Some(Mode::RefuseHandshake(true)),
            Self::Unavailable => Some(Mode::Unavailable(true)),
            _ => None,
        }
    }

    /// Plays the case to its end.
    ///
    /// # Errors
    ///
    /// If the client does not behave.
    pub(super) fn play(
        self,
        scene: &mut Scene,
        peer: &Peer,
        transport: Transport,
    ) -> anyhow::Result<()> {
        match self {
            Self::Thousand => {
                scene.settle(transport)?;
                thousand(scene)?;
                scene.end(Signal::Interrupt)
            }
            Self::PoliteExit => {
                scene.settle(transport)?;
                scene.end(Signal::Terminate)
            }
            Self::Hiccup => {
                scene.settle(transport)?;
                hiccup(scene)?;
                scene.end(Signal::Interrupt)
            }
            Self::UpgradeRefused => {
                scene.settle(Transport::LongPolling)?;
                scene.end(Signal::Interrupt)
            }
            Self::KillSockets | Self::Restart | Self::DestroySession | Self::Stall => {
                scene.settle(transport)?;
                let mark = scene.listener.mark();
                self.strike(scene)?;
                scene.recover(mark, self.session_after(transport))?;
                scene.end(Signal::Interrupt)
            }
            Self::WrongToken => wrong_token(scene),
            Self::WrongChannel => {
                wrong_channel(scene)?;
                scene.end(Signal::Interrupt)
            }
            Self::RefusedHandshake if peer.after_refusal == AfterRefusal::GiveUp => give_up(scene),
            Self::RefusedHandshake => {
                refused(scene, "/meta/handshake", Mode::RefuseHandshake(false))?;
                scene.settle(transport)?;
                scene.end(Signal::Interrupt)
            }
            Self::Unavailable => {
                let saw = if transport == Transport::WebSocket {
                    "upgrade"
                } else {
                    "request"
                };
                refused(scene, saw, Mode::Unavailable(false))?;
                scene.settle(transport)?;
                scene.end(Signal::Interrupt)
            }
        }
    }

    /// A session outlives the connections of long-polling, which come and go.
    fn session_after(self, transport: Transport) -> Session {
        match (self, transport) {
            (Self::KillSockets | Self::Stall, Transport::LongPolling) => Session::MaySurvive,
            _ => Session::Lost,
        }
    }

    /// Does the fault, with events published into it where that is possible.
    fn strike(self, scene: &mut Scene) -> anyhow::Result<()> {
        scene.server.forget();
        match self {
            Self::KillSockets => scene.server.kill_connections()?,
            Self::Restart => scene.server.restart()?,
            Self::DestroySession => scene.server.destroy_sessions()?,
            Self::Stall => scene.server.stall_connections(None)?,
            _ => bail!("not a fault: {self:?}"),
        }
        scene.publish_into_outage(3)
    }
}

fn thousand(scene: &mut Scene) -> anyhow::Result<()> {
    // A client that polls gets each burst in one reply.
    for burst in [1, 9, 40, 150, 200, 200, 200, 200] {
        // One of each burst is of an unheard type.
        if burst == 1 {
            let mark = scene.listener.mark();
            let last = scene.publish_owed(1)?;
            scene.listener.wait_event(mark, last)?;
        } else {
            scene.deliver(burst - 1)?;
        }
    }
    scene.check()
}

fn hiccup(scene: &mut Scene) -> anyhow::Result<()> {
    let mark = scene.listener.mark();
    scene.server.stall_connections(Some(HICCUP))?;
    let last = scene.publish_owed(50)?;
    scene.listener.wait_event(mark, last)?;
    scene.deliver(5)?;
    ensure!(
        !scene.listener.claims_gap(mark),
        "a gap was claimed where nothing was lost"
    );
    Ok(())
}

fn wrong_token(scene: &mut Scene) -> anyhow::Result<()> {
    scene.listener.wait_refused(Stream::Messages)?;
    scene.listener.wait_exit(3)?;
    let attempts = scene.server.saw(Mark::default(), |told| {
        told["saw"] == "/meta/subscribe" && told["subscription"] == "/user/1"
    });
    ensure!(
        attempts.len() <= 2,
        "{} attempts with a refused token",
        attempts.len()
    );
    Ok(())
}

/// One refused channel is told, and no reason to give up the other.
fn wrong_channel(scene: &mut Scene) -> anyhow::Result<()> {
    scene.listener.wait_refused(Stream::Unheard)?;
    scene
        .listener
        .wait_active(Mark::default(), Stream::Messages)?;
    let mark = scene.listener.mark();
    let last = scene.publish_owed(10)?;
    scene.listener.wait_event(mark, last)
}

/// A server that is refusing sees few attempts; when it has thought better of it, the client comes.
fn refused(scene: &Scene, saw: &str, relent: Mode) -> anyhow::Result<()> {
    let first = scene.server.wait_saw(Mark::default(), saw)?;
    scene.server.wait_saw(first, saw)?;
    scene
        .server
        .expect_at_most(MOST_ATTEMPTS, WINDOW, |told| told["saw"] == saw)?;
    scene.server.change(relent)
}

/// The server advised not to come back, so the client ends and says why.
fn give_up(scene: &mut Scene) -> anyhow::Result<()> {
    scene.listener.wait_disconnected(Mark::default())?;
    scene.listener.wait_exit(1)?;
    let attempts = scene
        .server
        .saw(Mark::default(), |told| told["saw"] == "/meta/handshake");
    ensure!(
        attempts.len() == 1,
        "{} attempts, though the server advised none",
        attempts.len()
    );
    Ok(())
}
