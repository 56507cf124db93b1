//! World, gateway, REST API and scripts in one state machine, without sockets or a clock.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;

use crate::{
    fault::Incident,
    gateway::{Gateway, LaneId, LaneKind, Output},
    rest::{Rest, RestRequest, RestResponse},
    script::{Player, Script},
    world::{Push, World, WorldError},
};

/// Simulated GroupMe, sans-IO: messages and requests of clients go in, replies and events come out,
/// and time is an argument.
///
/// `Sim` runs it on real sockets; a test in virtual time drives it directly.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    gateway: Gateway,
    rest: Rest,
    /// Pushes to publish, with their earliest times. A delayed push delays all later ones.
    pending: VecDeque<(Instant, Push)>,
    players: BTreeMap<PlaybackId, Player>,
    failures: BTreeMap<PlaybackId, WorldError>,
    next_playback: u64,
    /// Pushes published so far, if they are recorded.
    #[cfg(feature = "net")]
    published: Option<Vec<Push>>,
}

/// Id of a script being played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaybackId(u64);

impl Simulation {
    /// Puts the gateway in front of the world. Earlier pushes of the world are dropped.
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
            #[cfg(feature = "net")]
            published: None,
        }
    }

    /// Opens a lane: a socket, or an exchange of one HTTP request and its response.
    pub fn handle_open(&mut self, now: Instant, lane: LaneId, kind: LaneKind) {
        self.handle_timeout(now);
        self.gateway.handle_open(now, lane, kind);
    }

    /// Handles one text frame, or the body of one HTTP request.
    pub fn handle_payload(&mut self, now: Instant, lane: LaneId, payload: &[u8]) {
        self.handle_timeout(now);
        self.gateway.handle_payload(now, lane, payload, &self.world);
    }

    /// Closes a lane that its peer has ended.
    pub fn handle_close(&mut self, now: Instant, lane: LaneId) {
        self.handle_timeout(now);
        self.gateway.handle_close(now, lane);
    }

    /// Handles a REST request. Its pushes are published after
    /// [`RestConfig::push_delay`](crate::RestConfig::push_delay).
    pub fn handle_request(&mut self, now: Instant, request: &RestRequest<'_>) -> RestResponse {
        self.handle_timeout(now);
        let response = self.rest.handle_request(now, request, &mut self.world);
        self.take_pushes(now + self.rest.config().push_delay);
        self.publish(now);
        response
    }

    /// Handles everything that is due by `now`.
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

    /// Changes the world and publishes the pushes.
    pub fn with_world<T>(&mut self, now: Instant, act: impl FnOnce(&mut World) -> T) -> T {
        self.handle_timeout(now);
        let result = act(&mut self.world);
        self.publish(now);
        result
    }

    /// Applies an incident of a [`FaultPlan`](crate::FaultPlan) to sessions, calendar and world.
    /// Resetting, freezing and thawing connections is left to the embedder.
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

    /// Plays a script, once or repeatedly. The first step comes one `interval` from now.
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

    /// Returns whether a script has steps left.
    pub fn is_playing(&self, playback: PlaybackId) -> bool {
        self.players
            .get(&playback)
            .is_some_and(|player| player.poll_timeout().is_some())
    }

    /// Removes and returns the error that ended a script.
    pub fn take_failure(&mut self, playback: PlaybackId) -> Option<WorldError> {
        self.failures.remove(&playback)
    }

    /// Returns the next output; `None` if none is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.gateway.poll_output()
    }

    /// Returns the time of the next call of [`handle_timeout`](Self::handle_timeout); `None` for
    /// never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let beats = self.players.values().filter_map(Player::poll_timeout);
        let pending = self.pending.front().map(|(at, _)| *at);
        beats
            .chain(self.gateway.poll_timeout())
            .chain(self.world.poll_timeout())
            .chain(pending)
            .min()
    }

    /// Returns the world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the world for changes. Their pushes are published by the next call that has a time.
    #[cfg(feature = "net")]
    pub(crate) fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Records all pushes from now on, for [`take_published`](Self::take_published).
    #[cfg(feature = "net")]
    pub(crate) fn record_pushes(&mut self) {
        self.published = Some(Vec::new());
    }

    /// Takes the pushes published since the last call.
    #[cfg(feature = "net")]
    pub(crate) fn take_published(&mut self) -> Vec<Push> {
        self.published
            .as_mut()
            .map(core::mem::take)
            .unwrap_or_default()
    }

    /// Returns the gateway.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Returns the REST API.
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// Returns the REST API for changes of its configuration.
    pub fn rest_mut(&mut self) -> &mut Rest {
        &mut self.rest
    }

    /// Returns the gateway for faults of its sessions.
    pub fn gateway_mut(&mut self) -> &mut Gateway {
        &mut self.gateway
    }

    /// Publishes all pushes whose time has come.
    fn publish(&mut self, now: Instant) {
        self.take_pushes(now);
        while self.pending.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, push)) = self.pending.pop_front() {
                self.gateway.publish(now, &push.channel, &push.data);
                #[cfg(feature = "net")]
                if let Some(published) = &mut self.published {
                    published.push(push);
                }
            }
        }
    }

    /// Queues the world's pushes, to be published no earlier than `at`.
    fn take_pushes(&mut self, at: Instant) {
        while let Some(push) = self.world.poll_push() {
            self.pending.push_back((at, push));
        }
    }
}
