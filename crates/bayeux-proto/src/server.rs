//! The other side: a Bayeux server, as sans-IO as the client.
//!
//! A [`Server`] keeps sessions, subscriptions and what waits for each client, holds connects, and
//! decides what goes out over which lane. It knows no socket, no clock and no JSON parser. Whoever
//! runs it reports lanes and what came over them, already taken apart ([`Payload`], [`Request`]),
//! sends what [`Server::poll_output`] says, and wakes it at [`Server::poll_timeout`]. A [`SecurityPolicy`]
//! says who may do what.
//!
//! How it behaves is a [`Profile`]: Faye 1.x, 0.8 or 0.7, or `CometD`, each as recorded from the
//! real thing, and each behaviour a field of its own.
//!
//! # Limits
//!
//! Sessions, subscriptions, names, payloads, messages and queues are bounded by [`Limits`]. What is
//! beyond them is refused with an error, and nothing else changes. What becomes of one event too many
//! is [`Overflow`]. Lanes and what is not yet drained are the embedder's to bound: it counts its
//! connections, and drains after every call.

mod batch;
mod cometd;
mod config;
mod connects;
mod delivery;
mod event;
mod faye;
mod host;
mod lane;
mod output;
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

use self::{
    batch::{BatchId, Batches},
    lane::Carrier,
    output::Step,
    reply::{Reply, error},
    session::{ClientId, Session},
    timers::{Timer, Timers},
};
pub use self::{
    config::{Config, Limits, Overflow},
    event::{EndReason, ServerEvent},
    host::{RequestContext, SecurityPolicy},
    lane::{Lane, LaneKind, Output, Refusal},
    profile::{ConcurrentConnects, Dialect, Expiry, Profile, Push, SessionEnd},
    request::{Ack, Element, Member, Payload, Request},
};
use crate::Instant;

/// The server side of every session, sans-IO.
///
/// The embedder reports lanes and what arrives over them, then drains
/// [`poll_output`](Self::poll_output) and waits until [`poll_timeout`](Self::poll_timeout). Any
/// order of calls is legal; a lane that is unknown or gone is ignored. Time that goes backwards
/// stands still.
pub struct Server {
    config: Config,
    /// The latest time seen.
    now: Instant,
    lanes: BTreeMap<Lane, Carrier>,
    sessions: BTreeMap<ClientId, Session>,
    /// Who listens, by the name or pattern they subscribed to.
    listeners: BTreeMap<Box<str>, BTreeSet<ClientId>>,
    batches: Batches,
    timers: Timers,
    /// Sessions whose held connect may be due. Answered only once all that happens now has
    /// happened, so that one answer carries all of it.
    due: BTreeSet<ClientId>,
    /// What to do, in order.
    steps: VecDeque<Step>,
    /// What to do when everything else is done.
    late: VecDeque<Step>,
    events: VecDeque<ServerEvent>,
    /// Which session polls with which cookie.
    crowds: BTreeMap<Box<str>, ClientId>,
    is_shut_down: bool,
}

/// A message among what it came with.
#[derive(Clone, Copy)]
struct Asked<'a> {
    lane: Lane,
    batch: BatchId,
    index: usize,
    /// Whether there are others in the payload.
    is_shared: bool,
    request: &'a Request<'a>,
}

impl Server {
    /// A server without sessions.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            now: Instant::ORIGIN,
            lanes: BTreeMap::new(),
            sessions: BTreeMap::new(),
            listeners: BTreeMap::new(),
            batches: Batches::default(),
            timers: Timers::default(),
            due: BTreeSet::new(),
            steps: VecDeque::new(),
            late: VecDeque::new(),
            events: VecDeque::new(),
            crowds: BTreeMap::new(),
            is_shut_down: false,
        }
    }

    /// A socket or an exchange has begun.
    pub fn handle_open(&mut self, now: Instant, lane: Lane, kind: LaneKind) {
        self.advance(now);
        if self.lanes.contains_key(&lane) {
            return;
        }
        self.lanes.insert(lane, Carrier::new(kind));
        if self.is_shut_down {
            self.turn_away(lane, Refusal::Unavailable);
        }
    }

    /// The request that began this lane, an exchange or an upgrade, came with this cookie. To be
    /// said before its payload, if [`Config::cookies`] is on.
    pub fn handle_cookie(&mut self, lane: Lane, cookie: &str) {
        if let Some(carrier) = self.lanes.get_mut(&lane)
            && carrier.cookie.is_none()
        {
            carrier.cookie = Some(cookie.into());
        }
    }

    /// One text frame, or the body of one request, has arrived.
    pub fn handle_payload(
        &mut self,
        now: Instant,
        lane: Lane,
        payload: &Payload<'_>,
        host: &mut dyn SecurityPolicy,
    ) {
        self.advance(now);
        let Some(carrier) = self.lanes.get_mut(&lane) else {
            return;
        };
        let is_exchange = carrier.kind == LaneKind::Exchange;
        if is_exchange && core::mem::replace(&mut carrier.is_asked, true) {
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
            _ => return self.refuse_malformed(lane),
        };
        if elements.len() > self.config.limits.batch {
            return self.turn_away(lane, Refusal::TooLarge);
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
                Some(code) if !is_exchange => return self.hang_up(lane, code),
                Some(_) if strict => return self.refuse_malformed(lane),
                _ => {}
            }
        }
        self.handle_elements(lane, elements, host);
    }

    /// A lane has ended by itself.
    pub fn handle_close(&mut self, now: Instant, lane: Lane) {
        self.advance(now);
        self.lose_lane(lane);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(timer) = self.timers.pop(self.now) {
            match timer {
                Timer::Hold(client) => self.call_off(&client),
                Timer::Expiry(client) => self.end(&client, EndReason::Expired),
            }
        }
    }

    /// Sends an event to everybody who listens to `channel`: `members` as they are, `data` among
    /// them, behind the channel.
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

    /// Sends an event to one session, whether it listens or not: the answer of a service. False if
    /// there is no such session.
    pub fn deliver(
        &mut self,
        now: Instant,
        client: &str,
        channel: &str,
        members: &[Member<'_>],
    ) -> bool {
        self.advance(now);
        let Some(client) = self.living(client) else {
            return false;
        };
        self.hand_over(&client, reply::event(channel, members));
        true
    }

    /// Ends one session as the profile does. False if there is no such session.
    pub fn end_session(&mut self, now: Instant, client: &str) -> bool {
        self.advance(now);
        let known = self.living(client).is_some();
        if known {
            self.end(client, EndReason::Removed);
        }
        known
    }

    /// Loses all sessions without a word, as a restart or an emptied store does: sockets stay open
    /// and silent, held connects are answered when their time has come, and every later request is
    /// refused.
    pub fn forget_sessions(&mut self, now: Instant) {
        self.advance(now);
        let clients: alloc::vec::Vec<ClientId> = self.sessions.keys().cloned().collect();
        for client in clients {
            if self.living(&client).is_some() {
                self.forget(&client, EndReason::Removed);
            }
        }
    }

    /// Closes a socket with code 1000 once everything meant for it is out. Its session lives on,
    /// without it. An exchange is not touched.
    pub fn close(&mut self, now: Instant, lane: Lane) {
        self.advance(now);
        if self
            .lanes
            .get(&lane)
            .is_some_and(|carrier| carrier.kind == LaneKind::Socket)
        {
            self.hang_up(lane, 1000);
        }
    }

    /// Ends everything: sessions, held connects, sockets. Whoever comes later is turned away.
    pub fn shut_down(&mut self, now: Instant) {
        self.advance(now);
        self.is_shut_down = true;
        let clients: alloc::vec::Vec<ClientId> = self.sessions.keys().cloned().collect();
        for client in clients {
            if self.living(&client).is_some() {
                self.end(&client, EndReason::ShutDown);
            }
            // What was to be answered in its time is answered now.
            self.call_off(&client);
        }
        for (lane, carrier) in &self.lanes {
            self.late.push_back(match carrier.kind {
                LaneKind::Socket => Step::Close(*lane, GOING_AWAY),
                LaneKind::Exchange => Step::Refuse(*lane, Refusal::Unavailable),
            });
        }
    }

    /// The next thing to do; `None` when nothing is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                if let Some(output) = self.perform(step) {
                    return Some(output);
                }
            } else if let Some(client) = self.due.pop_first() {
                self.flush(&client);
            } else {
                let step = self.late.pop_front()?;
                self.steps.push_back(step);
            }
        }
    }

    /// Who came and went, if [`Config::tells`] is on; `None` when all is told.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.earliest()
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The `clientId`s of all sessions, in order.
    pub fn sessions(&self) -> impl Iterator<Item = &str> {
        self.sessions
            .iter()
            .filter(|(_, session)| !session.forgotten)
            .map(|(client, _)| &**client)
    }

    /// How many sessions subscribed to exactly this channel or pattern.
    pub fn listeners(&self, channel: &str) -> usize {
        self.listeners.get(channel).map_or(0, BTreeSet::len)
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Answers each message of a payload.
    fn handle_elements(
        &mut self,
        lane: Lane,
        elements: &[Element<'_>],
        host: &mut dyn SecurityPolicy,
    ) {
        let blank = Request::default();
        let is_handshake = |element: &Element<'_>| matches!(element, Element::Object(request) if request.channel == "/meta/handshake");
        // What else comes with a handshake has no session to belong to yet.
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
        if let Some(carrier) = self.lanes.get_mut(&lane) {
            carrier.open.insert(batch);
        }
        if messages.is_empty() {
            self.answer(batch, []);
        }
        for (index, request) in &messages {
            let asked = Asked {
                lane,
                batch,
                index: *index,
                is_shared: messages.len() > 1,
                request,
            };
            self.dispatch(asked, host);
        }
    }

    /// Sends a message to whoever answers it.
    fn dispatch(&mut self, asked: Asked<'_>, host: &mut dyn SecurityPolicy) {
        if asked.request.size() > self.config.limits.message {
            let reply = too_large(asked.request);
            return self.answer(asked.batch, [reply.into_text()]);
        }
        match self.config.profile.dialect {
            Dialect::Faye => self.answer_as_faye(asked, host),
            Dialect::CometD => self.answer_as_cometd(asked, host),
        }
    }
}

/// The reply to a message that is not read, and therefore not echoed but for a short id.
fn too_large(request: &Request<'_>) -> Reply {
    const SHORT: usize = 64;
    let mut reply = Reply::new();
    if let Some(id) = request.json("id").filter(|id| id.len() <= SHORT) {
        reply.put("id", id);
    }
    if request.channel.starts_with("/meta/") && request.channel.len() <= SHORT {
        reply.put_text("channel", request.channel);
    }
    reply.fail(error::TOO_LARGE);
    reply.settle();
    reply
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Sessions are named by credentials.
        f.debug_struct("Server")
            .field("now", &self.now)
            .field("lanes", &self.lanes.len())
            .field("sessions", &self.sessions.len())
            .field("channels", &self.listeners.len())
            .field("batches", &self.batches.len())
            .finish_non_exhaustive()
    }
}

/// The close code of a server that goes away.
const GOING_AWAY: u16 = 1001;
