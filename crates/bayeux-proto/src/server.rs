//! Server side of Bayeux, as sans-IO as the client.
//!
//! A [`Server`] keeps sessions, subscriptions and queued events, holds connects, and decides what
//! to send over which lane. It has no socket, no clock and no JSON parser. The embedder reports
//! lanes and parsed messages ([`Payload`], [`Request`]), performs what [`Server::poll_action`]
//! returns, and calls [`Server::handle_timeout`] at [`Server::poll_timeout`]. A [`SecurityPolicy`]
//! grants or refuses permission.
//!
//! A [`Profile`] selects the behaviour: Faye 1.x, 0.8 or 0.7, or `CometD`, each as recorded from
//! the original, and each difference a field of its own.
//!
//! # Limits
//!
//! [`Limits`] bounds sessions, subscriptions, names, payloads, messages and queues. A request
//! beyond a limit is refused with an error and changes nothing. [`Overflow`] selects the handling
//! of an event beyond the queue limit. The embedder bounds lanes and pending outputs: it limits its
//! connections, and drains outputs after every call.

mod action;
mod batch;
mod cometd;
mod config;
mod connects;
mod delivery;
mod event;
mod faye;
mod id;
mod lane;
mod output;
mod policy;
mod profile;
mod reply;
mod request;
mod session;
mod sessions;
mod timers;

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet, VecDeque},
};
use core::fmt;

pub use self::{
    action::{Action, Cookie, Rejection},
    config::{Config, Limits, Overflow},
    event::{EndReason, ServerEvent},
    lane::LaneKind,
    policy::{RequestContext, SecurityPolicy},
    profile::{ConcurrentConnects, Dialect, Expiry, Profile, Push, SessionEnd},
    request::{Ack, Element, Member, Payload, Request},
};
use self::{
    batch::Batches,
    id::{BatchId, ClientId},
    lane::LaneState,
    output::Step,
    reply::{Reply, error},
    session::Session,
    timers::{Timer, Timers},
};
use crate::{Instant, LaneId};

/// Server side of all sessions.
///
/// The embedder reports lanes and payloads, then drains [`poll_action`](Self::poll_action) and
/// waits until [`poll_timeout`](Self::poll_timeout). Any order of calls is legal; a lane that is
/// unknown or gone is ignored. Time that goes backwards is clamped to the latest instant seen.
pub struct Server {
    config: Config,
    /// Latest instant seen.
    now: Instant,
    lanes: BTreeMap<LaneId, LaneState>,
    sessions: BTreeMap<ClientId, Session>,
    /// Subscribers, by the exact name or pattern of their subscription.
    listeners: BTreeMap<Box<str>, BTreeSet<ClientId>>,
    batches: Batches,
    timers: Timers,
    /// Sessions whose held connect may be due. Answered after all pending steps, so that one answer
    /// carries all events.
    due_connects: BTreeSet<ClientId>,
    /// Pending steps, in order.
    steps: VecDeque<Step>,
    /// Steps to take when nothing else is pending.
    deferred: VecDeque<Step>,
    events: VecDeque<ServerEvent>,
    /// Polling session of each cookie.
    cookie_sessions: BTreeMap<Box<str>, ClientId>,
    is_shut_down: bool,
}

/// Received message and its position in the payload.
#[derive(Clone, Copy)]
struct Received<'a> {
    lane: LaneId,
    batch: BatchId,
    index: usize,
    /// Whether the payload has other messages.
    is_batched: bool,
    request: &'a Request<'a>,
}

impl Server {
    /// Creates a server without sessions.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            now: Instant::ORIGIN,
            lanes: BTreeMap::new(),
            sessions: BTreeMap::new(),
            listeners: BTreeMap::new(),
            batches: Batches::default(),
            timers: Timers::default(),
            due_connects: BTreeSet::new(),
            steps: VecDeque::new(),
            deferred: VecDeque::new(),
            events: VecDeque::new(),
            cookie_sessions: BTreeMap::new(),
            is_shut_down: false,
        }
    }

    /// Reports that a socket or an exchange has begun.
    pub fn handle_open(&mut self, now: Instant, lane: LaneId, kind: LaneKind) {
        self.advance(now);
        if self.lanes.contains_key(&lane) {
            return;
        }
        self.lanes.insert(lane, LaneState::new(kind));
        if self.is_shut_down {
            self.reject(lane, Rejection::Unavailable);
        }
    }

    /// Reports the cookie of the request that began this lane, an exchange or an upgrade. Must
    /// precede its payload if [`Config::cookies`] is set.
    pub fn handle_cookie(&mut self, now: Instant, lane: LaneId, cookie: &str) {
        self.advance(now);
        if let Some(state) = self.lanes.get_mut(&lane)
            && state.cookie.is_none()
        {
            state.cookie = Some(cookie.into());
        }
    }

    /// Reports a text frame or the body of a request.
    pub fn handle_payload(
        &mut self,
        now: Instant,
        lane: LaneId,
        payload: &Payload<'_>,
        policy: &mut dyn SecurityPolicy,
    ) {
        self.advance(now);
        let Some(state) = self.lanes.get_mut(&lane) else {
            return;
        };
        let is_exchange = state.kind == LaneKind::Exchange;
        if is_exchange && core::mem::replace(&mut state.has_payload, true) {
            return;
        }
        let strict = self.config.profile.dialect == Dialect::CometD;
        let primitive = [Element::Other];
        let elements: &[Element<'_>] = match payload {
            Payload::Messages(elements) => elements,
            Payload::Null if strict && !is_exchange => return,
            Payload::Null if !strict => &[],
            Payload::Primitive if self.config.profile.primitives_are_messages => &primitive,
            Payload::Empty if !is_exchange => return,
            Payload::TooLarge => return self.reject(lane, Rejection::TooLarge),
            _ => return self.refuse_malformed(lane),
        };
        if elements.len() > self.config.limits.batch {
            return self.reject(lane, Rejection::TooLarge);
        }
        if strict
            && elements
                .iter()
                .any(|element| !matches!(element, Element::Object(_)))
        {
            return self.refuse_malformed(lane);
        }
        if elements.is_empty() {
            match self.config.profile.empty_array_closes {
                Some(code) if !is_exchange => return self.close_lane(lane, code),
                Some(_) if strict => return self.refuse_malformed(lane),
                _ => {}
            }
        }
        self.handle_elements(lane, elements, policy);
    }

    /// Reports that a lane has ended.
    pub fn handle_close(&mut self, now: Instant, lane: LaneId) {
        self.advance(now);
        self.lane_lost(lane);
    }

    /// Reports that the instant of [`poll_timeout`](Self::poll_timeout) has come. Harmless at any
    /// other time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(timer) = self.timers.pop(self.now) {
            match timer {
                Timer::Hold(client) => self.answer_held(&client),
                Timer::Expiry(client) => self.finish_session(&client, EndReason::Expired),
            }
        }
    }

    /// Publishes an event to all subscribers of `channel`. `members`, `data` among them, follow the
    /// channel unchanged.
    ///
    /// ```
    /// use bayeux_proto::{Instant, server::{Config, Member, Server}};
    ///
    /// let mut server = Server::new(Config::default());
    /// let members = [Member::new("data", r#"{"text":"hello"}"#), Member::new("id", "\"1\"")];
    /// // {"channel":"/news","data":{"text":"hello"},"id":"1"}
    /// server.publish(Instant::ORIGIN, "/news", &members);
    /// ```
    pub fn publish(&mut self, now: Instant, channel: &str, members: &[Member<'_>]) {
        self.advance(now);
        self.fan_out(channel, &reply::event(channel, members));
    }

    /// Sends an event to one session, subscribed or not, as a service does. Returns false if there
    /// is no such session.
    pub fn deliver(
        &mut self,
        now: Instant,
        client: &str,
        channel: &str,
        members: &[Member<'_>],
    ) -> bool {
        self.advance(now);
        let Some(client) = self.live_session(client) else {
            return false;
        };
        self.deliver_to(&client, reply::event(channel, members));
        true
    }

    /// Ends one session as the profile does. Returns false if there is no such session.
    pub fn end_session(&mut self, now: Instant, client: &str) -> bool {
        self.advance(now);
        let exists = self.live_session(client).is_some();
        if exists {
            self.finish_session(client, EndReason::Removed);
        }
        exists
    }

    /// Drops all sessions without notice, as a restart or a cleared store does: sockets stay open
    /// and silent, held connects are answered when their hold ends, and every later request is
    /// refused.
    pub fn forget_sessions(&mut self, now: Instant) {
        self.advance(now);
        let clients: alloc::vec::Vec<ClientId> = self.sessions.keys().cloned().collect();
        for client in clients {
            if self.live_session(&client).is_some() {
                self.lose_session(&client, EndReason::Removed);
            }
        }
    }

    /// Closes a socket with code 1000 once all its output has been polled. Its session continues
    /// without it. An exchange is not affected.
    pub fn close(&mut self, now: Instant, lane: LaneId) {
        self.advance(now);
        if self
            .lanes
            .get(&lane)
            .is_some_and(|state| state.kind == LaneKind::Socket)
        {
            self.close_lane(lane, 1000);
        }
    }

    /// Ends all sessions, held connects and sockets. Later lanes are rejected.
    pub fn shut_down(&mut self, now: Instant) {
        self.advance(now);
        self.is_shut_down = true;
        let clients: alloc::vec::Vec<ClientId> = self.sessions.keys().cloned().collect();
        for client in clients {
            if self.live_session(&client).is_some() {
                self.finish_session(&client, EndReason::ShutDown);
            }
            // Answers at once what a lost session would answer at the end of its hold.
            self.answer_held(&client);
        }
        for (lane, state) in &self.lanes {
            self.deferred.push_back(match state.kind {
                LaneKind::Socket => Step::Close(*lane, GOING_AWAY),
                LaneKind::Exchange => Step::Reject(*lane, Rejection::Unavailable),
            });
        }
    }

    /// Returns the next action; `None` if nothing is left to do. The text of a
    /// [`Send`](Action::Send) or [`Respond`](Action::Respond) is appended to `out`.
    pub fn poll_action(&mut self, out: &mut alloc::vec::Vec<u8>) -> Option<Action> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                if let Some(action) = self.run_step(step, out) {
                    return Some(action);
                }
            } else if let Some(client) = self.due_connects.pop_first() {
                self.flush(&client);
            } else {
                let step = self.deferred.pop_front()?;
                self.steps.push_back(step);
            }
        }
    }

    /// Returns the next event, if [`Config::emit_events`] is set; `None` if there is none.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    /// Returns when to call [`handle_timeout`](Self::handle_timeout); `None` means never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.earliest()
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the `clientId`s of all sessions, in order.
    pub fn sessions(&self) -> impl Iterator<Item = &str> {
        self.sessions
            .iter()
            .filter(|(_, session)| !session.lost)
            .map(|(client, _)| &**client)
    }

    /// Returns the number of sessions subscribed to exactly this channel or pattern.
    pub fn listeners(&self, channel: &str) -> usize {
        self.listeners.get(channel).map_or(0, BTreeSet::len)
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Answers each message of a payload.
    fn handle_elements(
        &mut self,
        lane: LaneId,
        elements: &[Element<'_>],
        policy: &mut dyn SecurityPolicy,
    ) {
        let blank = Request::default();
        let is_handshake = |element: &Element<'_>| matches!(element, Element::Object(request) if request.message.channel == "/meta/handshake");
        // Other messages beside a handshake have no session yet.
        let alone = self.config.profile.handshakes_alone && elements.iter().any(is_handshake);
        let mut taken = 0;
        let messages = elements
            .iter()
            .enumerate()
            .filter(|(_, element)| !matches!(element, Element::Null))
            .filter(|(_, element)| {
                let is_taken = !alone || (taken == 0 && is_handshake(element));
                taken += usize::from(is_taken);
                is_taken
            });
        let messages: alloc::vec::Vec<(usize, &Request<'_>)> = messages
            .map(|(index, element)| match element {
                Element::Object(request) => (index, request),
                _ => (index, &blank),
            })
            .collect();
        let batch = self.batches.open(lane, messages.len());
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.open_batches.insert(batch);
        }
        if messages.is_empty() {
            self.answer(batch, []);
        }
        for (index, request) in &messages {
            let received = Received {
                lane,
                batch,
                index: *index,
                is_batched: messages.len() > 1,
                request,
            };
            self.dispatch(received, policy);
        }
    }

    /// Answers a message by the rules of the dialect.
    fn dispatch(&mut self, received: Received<'_>, policy: &mut dyn SecurityPolicy) {
        if received.request.size() > self.config.limits.message {
            let reply = too_large(received.request);
            return self.answer(received.batch, [reply.into_text()]);
        }
        match self.config.profile.dialect {
            Dialect::Faye => self.answer_as_faye(received, policy),
            Dialect::CometD => self.answer_as_cometd(received, policy),
        }
    }
}

/// Reply to an oversized message, which is not read; only a short id is echoed.
fn too_large(request: &Request<'_>) -> Reply {
    const SHORT: usize = 64;
    let mut reply = Reply::new();
    if let Some(id) = request.json("id").filter(|id| id.len() <= SHORT) {
        reply.put("id", id);
    }
    if request.message.channel.starts_with("/meta/") && request.message.channel.len() <= SHORT {
        reply.put_text("channel", request.message.channel);
    }
    reply.set_error(error::TOO_LARGE);
    reply.set_successful();
    reply
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Sessions are named by their `clientId`s, which are credentials.
        f.debug_struct("Server")
            .field("now", &self.now)
            .field("lanes", &self.lanes.len())
            .field("sessions", &self.sessions.len())
            .field("channels", &self.listeners.len())
            .field("batches", &self.batches.len())
            .finish_non_exhaustive()
    }
}

/// Close code of a server that goes away.
const GOING_AWAY: u16 = 1001;
