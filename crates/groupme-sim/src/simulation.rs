//! World, gateway and scripts in one, still without sockets or a clock.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;

use crate::{
    fault::Incident,
    gateway::{Gateway, Lane, LaneKind, Output},
    rest::{Rest, RestRequest, RestResponse},
    script::{Player, Script},
    world::{Push, World, WorldError},
};

/// A simulated GroupMe, sans-IO: what clients send goes in, what they get comes out, and time is
/// an argument.
///
/// `Sim` puts it on real sockets; a test in virtual time drives it by itself.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    gateway: Gateway,
    rest: Rest,
    /// What is still to be published, and when at the earliest. One that has to wait makes those
    /// behind it wait, too.
    pending: VecDeque<(Instant, Push)>,
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
            rest: Rest::default(),
            pending: VecDeque::new(),
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

    /// A REST request has arrived. What it does is published, too, at once or so much later as
    /// [`RestConfig::push_delay`](crate::RestConfig::push_delay) says.
    pub fn handle_request(&mut self, now: Instant, request: &RestRequest<'_>) -> RestResponse {
        self.handle_timeout(now);
        let response = self.rest.handle_request(now, request, &mut self.world);
        self.take_pushes(now + self.rest.config().push_delay);
        self.publish(now);
        response
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
    pub fn with_world<T>(&mut self, now: Instant, act: impl FnOnce(&mut World) -> T) -> T {
        self.handle_timeout(now);
        let result = act(&mut self.world);
        self.publish(now);
        result
    }

    /// Has an incident of a [`FaultPlan`](crate::FaultPlan) happen, as far as it is not about
    /// connections: those are the embedder's to reset, freeze and thaw.
    pub fn apply(&mut self, now: Instant, incident: Incident) {
        self.handle_timeout(now);
        match incident {
            Incident::LoseSessions | Incident::Restart => self.gateway.forget_sessions(now),
            Incident::ClockAhead(by) => self.world.advance_calendar(by),
            Incident::ClockBack(by) => self.world.rewind_calendar(by),
            Incident::Burst(messages) => self.world.burst(messages),
            Incident::BreakConnections | Incident::Freeze | Incident::Thaw => {}
        }
        self.publish(now);
    }

    /// Plays a script, once or round and round, the first beat one `interval` from now.
    pub fn play(
        &mut self,
        now: Instant,
        script: Script,
        interval: Duration,
        repeat: bool,
    ) -> PlaybackId {
        self.handle_timeout(now);
        let id = PlaybackId(self.next_playback);
        self.next_playback += 1;
        self.players
            .insert(id, Player::new(now, script, interval, repeat));
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
        let pending = self.pending.front().map(|(at, _)| *at);
        beats
            .chain(self.gateway.poll_timeout())
            .chain(self.world.poll_timeout())
            .chain(pending)
            .min()
    }

    /// The world, to look at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The gateway, to look at.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The REST API, to look at.
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// The REST API, to have it behave otherwise.
    pub fn rest_mut(&mut self) -> &mut Rest {
        &mut self.rest
    }

    /// The gateway, to trouble its sessions.
    pub fn gateway_mut(&mut self) -> &mut Gateway {
        &mut self.gateway
    }

    /// Publishes what has happened, but for what has to wait.
    fn publish(&mut self, now: Instant) {
        self.take_pushes(now);
        while self.pending.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, push)) = self.pending.pop_front() {
                self.gateway.publish(now, &push.channel, &push.data);
            }
        }
    }

    /// Takes over what has happened, not to be published before `at`.
    fn take_pushes(&mut self, at: Instant) {
        while let Some(push) = self.world.poll_push() {
            self.pending.push_back((at, push));
        }
    }
}
