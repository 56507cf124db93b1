//! One case, against one server, over one transport.

use core::fmt;

use clap::ValueEnum;

use super::{
    build::Tools,
    case::Case,
    listener::{Listener, Transport},
    peer::{self, Peer, Server},
    report::Failure,
    scene::Scene,
};

/// One cell of the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) peer: &'static Peer,
    pub(super) transport: Transport,
    pub(super) case: Case,
}

/// Returns every trial there is.
pub(super) fn all() -> impl Iterator<Item = Trial> {
    peer::all().flat_map(|peer| {
        peer.transports.iter().flat_map(move |&transport| {
            Case::value_variants()
                .iter()
                .filter(move |case| case.concerns(transport))
                .map(move |&case| Trial {
                    peer,
                    transport,
                    case,
                })
        })
    })
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (server, transport) = (self.peer.name, self.transport);
        let case = self.case;
        write!(f, "--server {server} --transport {transport} --case {case}")
    }
}

impl Trial {
    /// Returns the place and the name of its row.
    pub(super) fn row(&self) -> (usize, String) {
        let place = peer::all().position(|peer| peer.name == self.peer.name);
        let name = format!("{:<11} {}", self.peer.name, self.transport);
        (place.unwrap_or_default(), name)
    }

    /// Plays the case between a fresh server and a fresh client.
    pub(super) fn run(&self, tools: &Tools) -> Result<(), Failure> {
        // Found in no log by accident, and the same in no two trials.
        let token = format!("Secret{self}").replace([' ', '-', '.'], "");
        let given = if self.case == Case::WrongToken {
            "SecretThatIsWrong"
        } else {
            &token
        };
        let server =
            Server::start(self.peer, tools.peers.clone(), &token).map_err(Failure::early)?;
        if let Some(mode) = self.case.mode() {
            server.change(mode).map_err(Failure::early)?;
        }
        let listener = Listener::start(&tools.binary, server.port, given, self.transport)
            .map_err(Failure::early)?;
        let mut scene = Scene::new(server, listener);
        self.case
            .play(&mut scene, self.peer, self.transport)
            .and_then(|()| scene.check())
            .and_then(|()| check_silence(&scene, given))
            .map_err(|error| Failure::of(error, scene.start, scene.streams()))
    }
}

/// What must never be printed: what lets others read along.
fn check_silence(scene: &Scene, token: &str) -> anyhow::Result<()> {
    let sessions = scene.server.sessions();
    let mut secrets = vec![
        ("the token", token),
        ("the ext of a message", "access_token"),
    ];
    secrets.extend(
        sessions
            .iter()
            .map(|session| ("a clientId", session.as_str())),
    );
    scene.listener.check_silence(&secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_is_tried_over_every_transport_it_speaks() {
        let count = |name: &str, transport| {
            all()
                .filter(|trial| trial.peer.name == name && trial.transport == transport)
                .count()
        };
        for faye in ["faye-1.4.3", "faye-1.0.4", "faye-0.8.11", "faye-0.7.2"] {
            assert_eq!(count(faye, Transport::WebSocket), 11, "{faye}");
            assert_eq!(count(faye, Transport::LongPolling), 11, "{faye}");
            assert_eq!(count(faye, Transport::Auto), 1, "{faye}");
        }
        assert_eq!(count("cometd", Transport::WebSocket), 0);
        assert_eq!(count("cometd", Transport::LongPolling), 11);
    }

    #[test]
    fn a_trial_is_shown_as_the_options_that_run_it_alone() {
        let trial = all().next().unwrap();
        assert_eq!(
            trial.to_string(),
            "--server faye-1.4.3 --transport websocket --case thousand"
        );
    }
}
