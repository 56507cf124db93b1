//! World, gateway and scripts in one, still without sockets or a clock.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;

use crate::{
    gateway::{Gateway, Lane, LaneKind, Output},
    script::{Player, Script},
    world::{World, WorldError},
};

/// A simulated GroupMe, sans-IO: what clients send goes in, what they get comes out, and time is
/// an argument.
///
/// `Sim` puts it on real sockets; a test in virtual time drives it by itself.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    gateway: Gateway,
    players: BTreeMap<PlaybackId, Player>,
    failures: BTreeMap<PlaybackId, WorldError>,
    next_playback: u64,
}

/// Names a script being played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaybackId(u64);

impl Simulation {
    /// Puts the gateway in front of the world. What happened in the world so far is not published.
    pub fn new(mut world: World, gateway: Gateway) -> Self {
        while world.poll_push().is_some() {}
        Self {
            world,
            gateway,
            players: BTreeMap::new(),
            failures: BTreeMap::new(),
            next_playback: 0,
        }
    }

    /// A socket or an exchange has begun.
    pub fn handle_open(&mut self, now: Instant, lane: Lane, kind: LaneKind) {
        self.handle_timeout(now);
        self.gateway.handle_open(now, lane, kind);
    }

    /// One text frame, or the body of one request, has arrived.
    pub fn handle_payload(&mut self, now: Instant, lane: Lane, payload: &[u8]) {
        self.handle_timeout(now);
        self.gateway.handle_payload(now, lane, payload, &self.world);
    }

    /// A lane has ended by itself.
    pub fn handle_close(&mut self, now: Instant, lane: Lane) {
        self.handle_timeout(now);
        self.gateway.handle_close(now, lane);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.gateway.handle_timeout(now);
        let mut over = Vec::new();
        for (id, player) in &mut self.players {
            let played = player.handle_timeout(now, &mut self.world);
            if played.is_err() || player.poll_timeout().is_none() {
                over.push((*id, played));
            }
        }
        for (id, played) in over {
            self.players.remove(&id);
            if let Err(error) = played {
                self.failures.insert(id, error);
            }
        }
        self.world.advance(now);
        self.publish(now);
    }

    /// Lets something happen in the world, and publishes it.
    pub fn with<T>(&mut self, now: Instant, act: impl FnOnce(&mut World) -> T) -> T {
        self.handle_timeout(now);
        let result = act(&mut self.world);
        self.publish(now);
        result
    }

    /// Plays a script, once or round and round, the first beat one `pace` from now.
    pub fn play(
        &mut self,
        now: Instant,
        script: Script,
        pace: Duration,
        endless: bool,
    ) -> PlaybackId {
        self.handle_timeout(now);
        let id = PlaybackId(self.next_playback);
        self.next_playback += 1;
        self.players
            .insert(id, Player::new(now, script, pace, endless));
        id
    }

    /// Whether a script has more beats to come.
    pub fn is_playing(&self, playback: PlaybackId) -> bool {
        self.players
            .get(&playback)
            .is_some_and(|player| player.poll_timeout().is_some())
    }

    /// Takes what a beat could not do, for which its script was broken off.
    pub fn take_failure(&mut self, playback: PlaybackId) -> Option<WorldError> {
        self.failures.remove(&playback)
    }

    /// The next thing to do; `None` when nothing is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.gateway.poll_output()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let beats = self.players.values().filter_map(Player::poll_timeout);
        beats.chain(self.gateway.poll_timeout()).min()
    }

    /// The world, to look at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The gateway, to look at.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The gateway, to trouble its sessions.
    pub fn gateway_mut(&mut self) -> &mut Gateway {
        &mut self.gateway
    }

    fn publish(&mut self, now: Instant) {
        while let Some(push) = self.world.poll_push() {
            self.gateway.publish(now, &push.channel, &push.data);
        }
    }
}
