//! The push gateway: a Bayeux server after Faye 1.x, without sockets, clock or randomness.
//!
//! What it does was recorded from Faye 1.4.3, which GroupMe's gateway appears to be: the order of
//! members in a reply, errors as `code:args:text`, which of two outstanding connects is answered,
//! what a second socket does to the first. Two things are added: a bound on what waits for a
//! session, and GroupMe's pings.

mod batch;
mod config;
mod deadlines;
mod delivery;
mod guard;
mod lane;
mod meta;
mod reply;
mod request;
mod session;

use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use bayeux_proto::Instant;
use serde_json::Value;

use self::{
    batch::{BatchId, Batches},
    deadlines::{Deadlines, Timer},
    lane::Carrier,
    session::{ClientId, EventText, Held, Session},
};
pub use self::{
    config::{Connects, GatewayConfig},
    guard::{Guard, Unguarded},
    lane::{Lane, LaneKind, Output},
};
use crate::random::Random;

/// The server side of every session, sans-IO.
///
/// The embedder reports lanes and what arrives over them, then drains [`poll_output`] and waits
/// until [`poll_timeout`]. Any order of calls is legal; a lane that is unknown or gone is ignored.
///
/// [`poll_output`]: Self::poll_output
/// [`poll_timeout`]: Self::poll_timeout
#[derive(Debug)]
pub struct Gateway {
    config: GatewayConfig,
    random: Random,
    /// The latest time seen.
    now: Instant,
    lanes: BTreeMap<Lane, Carrier>,
    sessions: BTreeMap<ClientId, Session>,
    /// Who listens, by the name or pattern they subscribed to.
    listeners: BTreeMap<Box<str>, BTreeSet<ClientId>>,
    batches: Batches,
    deadlines: Deadlines,
    /// Sessions whose held connect is due. Answered only once all that happens now has happened,
    /// so that one answer carries all of it.
    due: BTreeSet<ClientId>,
    /// Sockets to close once everything meant for them is out.
    closing: Vec<Lane>,
    outputs: VecDeque<Output>,
    /// The id of the next event that is not a client's own.
    next_event: u32,
}

impl Gateway {
    /// A gateway without sessions.
    pub fn new(mut config: GatewayConfig) -> Self {
        // A shorter interval would leave no time for anything else.
        config.ping = config.ping.map(|every| every.max(Duration::from_millis(1)));
        let mut random = Random::new(config.seed);
        let next_event = u32::try_from(random.next() >> 36).unwrap_or(0);
        Self {
            config,
            random,
            now: Instant::ORIGIN,
            lanes: BTreeMap::new(),
            sessions: BTreeMap::new(),
            listeners: BTreeMap::new(),
            batches: Batches::default(),
            deadlines: Deadlines::default(),
            due: BTreeSet::new(),
            closing: Vec::new(),
            outputs: VecDeque::new(),
            next_event,
        }
    }

    /// A socket or an exchange has begun.
    pub fn handle_open(&mut self, now: Instant, lane: Lane, kind: LaneKind) {
        self.advance(now);
        let carrier = match kind {
            LaneKind::Socket => {
                if let Some(life) = self.config.socket_life {
                    self.deadlines.arm(Timer::Life(lane), self.now + life);
                }
                Carrier::Socket { client: None }
            }
            LaneKind::Exchange => Carrier::Exchange,
        };
        self.lanes.insert(lane, carrier);
    }

    /// One text frame, or the body of one request, has arrived.
    ///
    /// What is not JSON gets no answer on a socket and a [`Output::Reject`] on an exchange.
    pub fn handle_payload(&mut self, now: Instant, lane: Lane, payload: &[u8], guard: &dyn Guard) {
        self.advance(now);
        let Some(carrier) = self.lanes.get(&lane) else {
            return;
        };
        let Some(requests) = request::parse(payload) else {
            if matches!(carrier, Carrier::Exchange) {
                self.lanes.remove(&lane);
                self.outputs.push_back(Output::Reject { lane });
            }
            return;
        };
        let batch = self.batches.open(lane, requests.len());
        if requests.is_empty() {
            self.answer(batch, []);
        }
        for request in &requests {
            self.dispatch(lane, batch, request, guard);
        }
    }

    /// A lane has ended by itself.
    ///
    /// A held connect of an exchange stays held, and the next event goes into its answer and is
    /// lost: Faye does not notice a cut poll either. A socket takes its session's *newest* socket
    /// with it, whichever that is.
    pub fn handle_close(&mut self, now: Instant, lane: Lane) {
        self.advance(now);
        self.batches.abandon_lane(lane);
        self.deadlines.disarm(&Timer::Life(lane));
        let Some(Carrier::Socket {
            client: Some(client),
        }) = self.lanes.remove(&lane)
        else {
            return;
        };
        if self.config.sticky_sockets {
            return;
        }
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        if let Some(socket) = session.socket.take() {
            self.closing.push(socket);
        }
        if let Some(held) = session.held.take() {
            self.release(held, []);
        }
        self.deadlines.disarm(&Timer::Hold(client));
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some((at, timer)) = self.deadlines.pop(self.now) {
            match timer {
                Timer::Hold(client) => {
                    self.due.insert(client);
                }
                Timer::Expiry(client) => self.destroy(&client),
                Timer::Ping(channel) => self.ping(at, channel),
                Timer::Life(lane) => self.retire(lane),
            }
        }
    }

    /// Sends `data`, a JSON text, to everybody who listens to `channel`. It is passed on as it is.
    pub fn publish(&mut self, now: Instant, channel: &str, data: &str) {
        self.advance(now);
        let id = self.next_event;
        self.next_event = self.next_event.wrapping_add(1);
        let channel_text = Value::from(channel);
        let event = format!(r#"{{"channel":{channel_text},"id":"{id:08x}","data":{data}}}"#);
        self.fan_out(channel, &event.into());
    }

    /// Ends one session as Faye's engine does: its socket is closed, its held poll answered, and
    /// whatever it asks later is refused with `401:…:Unknown client`. False if there is none.
    pub fn destroy_session(&mut self, now: Instant, client: &str) -> bool {
        self.advance(now);
        let known = self.sessions.contains_key(client);
        self.destroy(client);
        known
    }

    /// Loses all sessions without a word, as a restart or an emptied store does: sockets stay open
    /// and silent, held connects are answered when their time has come, and every later request is
    /// refused with `401:…:Unknown client`.
    pub fn forget_sessions(&mut self, now: Instant) {
        self.advance(now);
        let clients: Vec<ClientId> = self.sessions.keys().map(ClientId::clone).collect();
        let answered = self.config.connects == Connects::AnsweredAfterHold;
        for client in clients {
            self.remove_subscriptions(&client);
            self.deadlines
                .disarm(&Timer::Expiry(ClientId::clone(&client)));
            match self.sessions.get_mut(&client) {
                Some(session) if answered && session.held.is_some() => session.forgotten = true,
                _ => drop(self.sessions.remove(&client)),
            }
        }
    }

    /// The next thing to do; `None` when nothing is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            if let Some(client) = self.due.pop_first() {
                self.flush(&client);
            } else {
                let lane = self.closing.pop()?;
                if self.lanes.remove(&lane).is_some() {
                    self.batches.abandon_lane(lane);
                    self.deadlines.disarm(&Timer::Life(lane));
                    return Some(Output::Close { lane });
                }
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.earliest()
    }

    /// The client ids of all sessions, in order.
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

    /// Binds the socket to the session whose connect came over it; an exchange binds nothing.
    fn bind(&mut self, lane: Lane, client: &ClientId) {
        let Some(Carrier::Socket { client: bound }) = self.lanes.get_mut(&lane) else {
            return;
        };
        let before = bound
            .replace(ClientId::clone(client))
            .filter(|before| before != client);
        if let Some(session) = before
            .as_ref()
            .and_then(|before| self.sessions.get_mut(before))
        {
            session.socket = None;
            // A socket that connects for another session leaves this one with an answer.
            self.due.extend(before.filter(|_| session.held.is_some()));
        }
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if self.config.sticky_sockets && session.socket.is_some() {
            return;
        }
        session.socket = Some(lane);
        for event in core::mem::take(&mut session.waiting) {
            self.push(lane, &event);
        }
    }

    /// Keeps a connect until something happens. One that is held already will never be answered,
    /// but its time goes on for the new one.
    fn hold(&mut self, client: ClientId, held: Held, time: Duration) {
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        let earlier = session.held.replace(held);
        let answered = self.config.connects == Connects::AnsweredAfterHold;
        if session.is_ready() || (answered && time.is_zero() && earlier.is_none()) {
            self.due.insert(ClientId::clone(&client));
        }
        if let Some(earlier) = earlier {
            self.batches.abandon(earlier.batch);
        } else if answered && !time.is_zero() {
            self.deadlines.arm(Timer::Hold(client), self.now + time);
        }
    }

    /// Answers the held connect, with the events that waited for it.
    fn flush(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let Some(held) = session.held.take() else {
            return;
        };
        let events = core::mem::take(&mut session.waiting);
        if session.forgotten {
            self.sessions.remove(client);
        }
        self.deadlines.disarm(&Timer::Hold(ClientId::clone(client)));
        self.answer(
            held.batch,
            core::iter::once(held.reply.into_text()).chain(events),
        );
    }

    /// Closes a socket whose time is over. Its session lives on, without it.
    fn retire(&mut self, lane: Lane) {
        let Some(Carrier::Socket { client }) = self.lanes.get_mut(&lane) else {
            return;
        };
        let client = client.take();
        self.closing.push(lane);
        let Some((client, session)) = client
            .as_ref()
            .and_then(|client| Some((client, self.sessions.get_mut(client)?)))
        else {
            return;
        };
        if self.config.sticky_sockets || session.socket != Some(lane) {
            return;
        }
        session.socket = None;
        let held = session.held.take();
        self.deadlines.disarm(&Timer::Hold(ClientId::clone(client)));
        if let Some(held) = held {
            self.release(held, []);
        }
    }

    /// Ends a session, if it is one.
    fn destroy(&mut self, client: &str) {
        let Some((client, _)) = self.sessions.get_key_value(client) else {
            return;
        };
        let client = ClientId::clone(client);
        self.remove_subscriptions(&client);
        self.deadlines
            .disarm(&Timer::Expiry(ClientId::clone(&client)));
        self.deadlines
            .disarm(&Timer::Hold(ClientId::clone(&client)));
        let Some(session) = self.sessions.remove(&client) else {
            return;
        };
        if let Some(socket) = session.socket {
            self.closing.push(socket);
        }
        if let Some(held) = session.held {
            self.release(held, session.waiting);
        }
    }

    /// Lets go of a connect whose session lost its socket or its life: an exchange is answered, a
    /// socket hears nothing any more but its close.
    fn release(&mut self, held: Held, events: impl IntoIterator<Item = EventText>) {
        let lane = self.batches.lane(held.batch);
        if lane.is_some_and(|lane| matches!(self.lanes.get(&lane), Some(Carrier::Exchange))) {
            self.answer(
                held.batch,
                core::iter::once(held.reply.into_text()).chain(events),
            );
        } else {
            self.batches.abandon(held.batch);
        }
    }

    fn answer(&mut self, batch: BatchId, answer: impl IntoIterator<Item = Arc<str>>) {
        if let Some((lane, text)) = self.batches.answer(batch, answer) {
            self.send(lane, text);
        }
    }

    /// Sends one event over a socket, in a frame of its own.
    fn push(&mut self, lane: Lane, event: &EventText) {
        self.send(lane, format!("[{event}]"));
    }

    fn send(&mut self, lane: Lane, text: String) {
        match self.lanes.get(&lane) {
            Some(Carrier::Socket { .. }) => self.outputs.push_back(Output::Frame { lane, text }),
            Some(Carrier::Exchange) => {
                self.lanes.remove(&lane);
                self.outputs.push_back(Output::Respond { lane, body: text });
            }
            // Faye, too, writes into sockets and responses that are gone.
            None => {}
        }
    }
}
