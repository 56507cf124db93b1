//! Push gateway: a Bayeux server with GroupMe's additions.
//!
//! The server is [`bayeux_proto::server`], which behaves as recorded from Faye, the server that
//! GroupMe's gateway appears to be. This module adds the JSON parsing, GroupMe's pings, and
//! behaviour seen of GroupMe on some days only.

mod authorizer;
mod config;
mod output;
mod pings;
mod policy;
mod request;

use core::time::Duration;
use std::collections::BTreeSet;

use bayeux_proto::{
    Instant,
    server::{Action, Config, Member, Server, ServerEvent},
};
pub use bayeux_proto::{LaneId, server::LaneKind};

pub use self::{
    authorizer::{AllowAll, Authorizer},
    config::{GatewayConfig, IdleConnects},
    output::Output,
};
use self::{pings::Pings, policy::PayloadPolicy};
use crate::random::Random;

/// Server side of all sessions, sans-IO.
///
/// The embedder reports lanes and their payloads, then drains [`poll_output`] and waits until
/// [`poll_timeout`]. Any order of calls is legal; unknown and closed lanes are ignored.
///
/// [`poll_output`]: Self::poll_output
/// [`poll_timeout`]: Self::poll_timeout
#[derive(Debug)]
pub struct Gateway {
    server: Server,
    random: Random,
    /// Latest time seen.
    now: Instant,
    pings: Pings,
    /// Maximum age of sockets, and the open sockets by the time at which they are closed.
    max_socket_age: Option<Duration>,
    sockets: BTreeSet<(Instant, LaneId)>,
    /// Id of the next event published by the server itself.
    next_event: u32,
}

impl Gateway {
    /// Returns a gateway without sessions.
    pub fn new(config: GatewayConfig) -> Self {
        let mut random = Random::new(config.seed);
        let next_event = u32::try_from(random.next() >> 36).unwrap_or(0);
        Self {
            pings: Pings::new(config.ping_interval),
            max_socket_age: config.max_socket_age,
            server: Server::new(server_config(config)),
            random,
            now: Instant::ORIGIN,
            sockets: BTreeSet::new(),
            next_event,
        }
    }

    /// Opens a lane: a socket, or an exchange of one HTTP request and its response.
    pub fn handle_open(&mut self, now: Instant, lane: LaneId, kind: LaneKind) {
        self.advance(now);
        if let Some(life) = self.max_socket_age.filter(|_| kind == LaneKind::Socket) {
            self.sockets.insert((self.now + life, lane));
        }
        self.server.handle_open(now, lane, kind);
    }

    /// Handles one text frame, or the body of one HTTP request.
    ///
    /// Malformed JSON gets no answer on a socket and an [`Output::Reject`] on an exchange.
    pub fn handle_payload(
        &mut self,
        now: Instant,
        lane: LaneId,
        payload: &[u8],
        authorizer: &dyn Authorizer,
    ) {
        self.advance(now);
        let parsed = request::parse(payload);
        let mut policy = PayloadPolicy {
            authorizer,
            payload: &parsed,
            random: &mut self.random,
            pinged: Vec::new(),
        };
        let server = &mut self.server;
        parsed.with(|payload| server.handle_payload(now, lane, payload, &mut policy));
        let pinged = policy.pinged;
        self.handle_events();
        for channel in pinged {
            self.pings.postpone(self.now, &channel);
        }
    }

    /// Closes a lane that its peer has ended.
    ///
    /// The held connect of a closed exchange stays held, and the next event goes into its response
    /// and is lost, because Faye does not notice an aborted poll. Closing any socket closes its
    /// session's *newest* socket.
    pub fn handle_close(&mut self, now: Instant, lane: LaneId) {
        self.advance(now);
        self.sockets.retain(|(_, open)| *open != lane);
        self.server.handle_close(now, lane);
        self.handle_events();
    }

    /// Handles everything that is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(at) = self.poll_timeout().filter(|at| *at <= self.now) {
            self.server.handle_timeout(at);
            self.handle_events();
            if let Some((due, channel)) = self.pings.pop(at) {
                self.publish(self.now, &channel, r#"{"type":"ping"}"#);
                self.pings.reschedule(self.now, due, channel);
            }
            if self.sockets.first().is_some_and(|(over, _)| *over <= at)
                && let Some((_, lane)) = self.sockets.pop_first()
            {
                self.server.close(at, lane);
            }
        }
        self.server.handle_timeout(self.now);
        self.handle_events();
    }

    /// Publishes `data`, a JSON text passed on unchanged, to all subscribers of `channel`.
    pub fn publish(&mut self, now: Instant, channel: &str, data: &str) {
        self.advance(now);
        let id = format!("\"{:08x}\"", self.next_event);
        self.next_event = self.next_event.wrapping_add(1);
        let members = [Member::new("id", &id), Member::new("data", data)];
        self.server.publish(now, channel, &members);
        self.handle_events();
    }

    /// Destroys one session as Faye's engine does: closes its socket, answers its held poll, and
    /// refuses later requests with `401:…:Unknown client`. Returns false if there is no such
    /// session.
    pub fn destroy_session(&mut self, now: Instant, client: &str) -> bool {
        self.advance(now);
        let known = self.server.end_session(now, client);
        self.handle_events();
        known
    }

    /// Loses all sessions without notice, as a restart or an emptied store does: sockets stay open
    /// and silent, held connects are answered at the end of their hold, and later requests are
    /// refused with `401:…:Unknown client`.
    pub fn forget_sessions(&mut self, now: Instant) {
        self.advance(now);
        self.server.forget_sessions(now);
        self.handle_events();
    }

    /// Returns the next output; `None` if none is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        let mut text = Vec::new();
        let action = self.server.poll_action(&mut text)?;
        self.handle_events();
        if let Action::Close(lane, _) = action {
            self.sockets.retain(|(_, open)| *open != lane);
        }
        Some(Output::new(action, text))
    }

    /// Returns the time of the next call of [`handle_timeout`](Self::handle_timeout); `None` for
    /// never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let life = self.sockets.first().map(|(over, _)| *over);
        let deadlines = [self.server.poll_timeout(), self.pings.earliest(), life];
        deadlines.into_iter().flatten().min()
    }

    /// Returns the client ids of all sessions, sorted.
    pub fn sessions(&self) -> impl Iterator<Item = &str> {
        self.server.sessions()
    }

    /// Returns the number of sessions subscribed to exactly this channel or pattern.
    pub fn subscribers(&self, channel: &str) -> usize {
        self.server.listeners(channel)
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Starts and stops pings as subscribers come and go.
    fn handle_events(&mut self) {
        let mut left = false;
        while let Some(event) = self.server.poll_event() {
            self.pings.handle_event(self.now, &event);
            left |= matches!(
                event,
                ServerEvent::Ended { .. } | ServerEvent::Unsubscribed { .. }
            );
        }
        if left {
            let server = &self.server;
            self.pings.retain(|channel| server.listeners(channel) > 0);
        }
    }
}

/// Maximum size of the events that wait for a session, and of the frames that wait for a socket, in
/// bytes: far more than a test needs, and too little for a client that never reads to fill the memory.
pub(crate) const MAX_QUEUED_BYTES: usize = 32 << 20;

/// Returns the configuration of the Bayeux server.
fn server_config(config: GatewayConfig) -> Config {
    let mut server = Config::new(config.profile);
    server.hold = config.hold;
    server.emit_events = true;
    server.limits.queue = config.max_queued_events;
    server.limits.queue_bytes = MAX_QUEUED_BYTES;
    server.limits.message = 1 << 20;
    server.profile.answers_idle_connects &= config.idle_connects == IdleConnects::AnsweredAfterHold;
    server.profile.sticky_sockets |= config.sticky_sockets;
    server
}
