//! Simulation in virtual time and a client that sends what a test tells it to.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;
use groupme_sim::{
    Cast, Gateway, GatewayConfig, LaneId, LaneKind, Output, RestRequest, RestResponse, SimUserId,
    Simulation, World,
};
use serde_json::{Value, json};

/// Simulation with the people of the story; collects all outputs by lane.
pub(crate) struct VirtualSim {
    pub(crate) simulation: Simulation,
    pub(crate) cast: Cast,
    pub(crate) now: Instant,
    sent: BTreeMap<LaneId, Vec<Sent>>,
    next_lane: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sent {
    Batch(Value),
    /// Error response with this status.
    Refused(u16),
    /// Close frame with this code.
    Closed(u16),
}

impl VirtualSim {
    /// Returns a simulation without pings, which would only clutter most tests.
    pub(crate) fn new() -> Self {
        let mut config = GatewayConfig::default();
        config.ping_interval = None;
        Self::with_config(config)
    }

    pub(crate) fn with_config(config: GatewayConfig) -> Self {
        let mut world = World::new(config.seed, Duration::from_secs(1_785_346_055));
        let cast = Cast::settle(&mut world).unwrap();
        Self {
            simulation: Simulation::new(world, Gateway::new(config)),
            cast,
            now: Instant::ORIGIN,
            sent: BTreeMap::new(),
            next_lane: 1,
        }
    }

    pub(crate) fn token(&self) -> String {
        self.simulation
            .world()
            .token(self.cast.me)
            .unwrap()
            .to_owned()
    }

    pub(crate) fn open(&mut self, kind: LaneKind) -> LaneId {
        let lane = LaneId::new(self.next_lane);
        self.next_lane += 1;
        self.simulation.handle_open(self.now, lane, kind);
        self.drain();
        lane
    }

    /// Opens a socket.
    pub(crate) fn socket(&mut self) -> LaneId {
        self.open(LaneKind::Socket)
    }

    /// Posts a payload in an exchange of its own.
    pub(crate) fn post(&mut self, payload: &Value) -> LaneId {
        let lane = self.open(LaneKind::Exchange);
        self.send(lane, payload);
        lane
    }

    pub(crate) fn send(&mut self, lane: LaneId, payload: &Value) {
        self.send_text(lane, &payload.to_string());
    }

    pub(crate) fn send_text(&mut self, lane: LaneId, payload: &str) {
        self.simulation
            .handle_payload(self.now, lane, payload.as_bytes());
        self.drain();
    }

    pub(crate) fn close(&mut self, lane: LaneId) {
        self.simulation.handle_close(self.now, lane);
        self.drain();
    }

    pub(crate) fn with_world<T>(&mut self, act: impl FnOnce(&mut World, Cast) -> T) -> T {
        let cast = self.cast;
        let result = self
            .simulation
            .with_world(self.now, |world| act(world, cast));
        self.drain();
        result
    }

    /// Advances the time from deadline to deadline.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.simulation.poll_timeout().filter(|at| *at <= end) {
            assert!(at >= self.now, "a deadline in the past");
            self.now = at;
            self.simulation.handle_timeout(at);
            assert!(
                self.simulation.poll_timeout().is_none_or(|next| next > at),
                "a deadline that does not move on"
            );
            self.drain();
        }
        self.now = end;
    }

    /// Takes the outputs of a lane since the last call.
    pub(crate) fn received(&mut self, lane: LaneId) -> Vec<Sent> {
        self.sent.remove(&lane).unwrap_or_default()
    }

    /// Takes the only batch of a lane since the last call.
    #[track_caller]
    pub(crate) fn answer(&mut self, lane: LaneId) -> Value {
        match &self.received(lane)[..] {
            [Sent::Batch(batch)] => batch.clone(),
            other => panic!("expected one batch on {lane:?}, got {other:?}"),
        }
    }

    /// Takes all messages of a lane since the last call, from all batches.
    #[track_caller]
    pub(crate) fn messages(&mut self, lane: LaneId) -> Vec<Value> {
        let batches = self.received(lane).into_iter().map(|sent| match sent {
            Sent::Batch(Value::Array(messages)) => messages,
            other => panic!("expected batches on {lane:?}, got {other:?}"),
        });
        batches.flatten().collect()
    }

    /// Handshakes over an exchange; returns the client id.
    pub(crate) fn handshake(&mut self) -> String {
        let lane = self.post(&json!([handshake("1")]));
        let answer = self.answer(lane);
        answer[0]["clientId"].as_str().unwrap().to_owned()
    }

    /// Subscribes over an exchange with the user's token.
    #[track_caller]
    pub(crate) fn subscribe(&mut self, client: &str, channel: &str) {
        let token = self.token();
        let lane = self.post(&json!([subscribe(client, channel, &token)]));
        assert_eq!(self.answer(lane)[0]["successful"], true);
    }

    /// Handshakes, subscribes to `/user/{me}` and the group of the story, and connects, all over
    /// one socket.
    pub(crate) fn listen(&mut self) -> (LaneId, String) {
        let client = self.handshake();
        let own = format!("/user/{}", self.cast.me);
        let group = format!("/group/{}", self.cast.lake);
        self.subscribe(&client, &own);
        self.subscribe(&client, &group);
        let socket = self.socket();
        self.send(socket, &json!([connect(&client, "c")]));
        (socket, client)
    }

    /// Sends a REST request with a user's token.
    pub(crate) fn request(
        &mut self,
        user: SimUserId,
        method: &str,
        target: &str,
        body: &str,
    ) -> RestResponse {
        let token = self.simulation.world().token(user).unwrap().to_owned();
        self.request_as(Some(&token), method, target, body)
    }

    pub(crate) fn request_as(
        &mut self,
        token: Option<&str>,
        method: &str,
        target: &str,
        body: &str,
    ) -> RestResponse {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = RestRequest {
            method,
            path,
            query,
            token,
            host: None,
            media_type: None,
            body: body.as_bytes(),
        };
        let response = self.simulation.handle_request(self.now, &request);
        self.drain();
        response
    }

    fn drain(&mut self) {
        while let Some(output) = self.simulation.poll_output() {
            let lane = output.lane();
            let sent = match output {
                Output::Frame { text, .. } | Output::Respond { body: text, .. } => {
                    Sent::Batch(serde_json::from_str(&text).unwrap())
                }
                Output::Reject { status, .. } => Sent::Refused(status),
                Output::Close { code, .. } => Sent::Closed(code),
            };
            self.sent.entry(lane).or_default().push(sent);
        }
    }
}

pub(crate) fn handshake(id: &str) -> Value {
    json!({
        "channel": "/meta/handshake",
        "version": "1.0",
        "supportedConnectionTypes": ["websocket", "long-polling"],
        "id": id,
    })
}

pub(crate) fn connect(client: &str, id: &str) -> Value {
    json!({ "channel": "/meta/connect", "clientId": client, "connectionType": "websocket", "id": id })
}

pub(crate) fn connect_for(client: &str, id: &str, hold: i64) -> Value {
    let mut message = connect(client, id);
    message["advice"] = json!({ "timeout": hold });
    message
}

pub(crate) fn subscribe(client: &str, channel: &str, token: &str) -> Value {
    json!({
        "channel": "/meta/subscribe",
        "clientId": client,
        "subscription": channel,
        "id": "s",
        "ext": { "access_token": token, "timestamp": 1_785_346_055 },
    })
}

/// Returns a successful connect reply as GroupMe sends it.
pub(crate) fn connected(client: &str, id: &str) -> Value {
    json!({
        "id": id,
        "clientId": client,
        "channel": "/meta/connect",
        "successful": true,
        "advice": { "reconnect": "retry", "interval": 0, "timeout": 600_000 },
    })
}

/// Returns the refusal of an unknown session.
pub(crate) fn unknown(client: &str, id: &str) -> Value {
    json!({
        "id": id,
        "channel": "/meta/connect",
        "successful": false,
        "error": format!("401:{client}:Unknown client"),
        "advice": { "reconnect": "handshake" },
    })
}

pub(crate) const HOLD: Duration = Duration::from_mins(10);
