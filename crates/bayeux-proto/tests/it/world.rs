//! Scripted world around a [`Session`]: a clock, lanes that open and end on command, and a record
//! of all actions and events.
//!
//! The world checks invariants in every test: no deadline is left in the past, at most one connect
//! is outstanding, nothing is sent over a dead lane or with an old `clientId`, and a handshake is
//! alone in its payload.

use core::{mem, time::Duration};
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{
    Cause, Channel, Close, Config, Deadline, Instant, LaneId, Message, PublishId, Session,
    SessionEvent, SubscriptionId, Transport, Verdict,
};

mod drive;
mod script;

pub(crate) use script::{Request, event, reconnect, timing};

/// Kind of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Opening,
    Socket,
    Held,
    Ordinary,
}

/// Returns the default configuration with these transports.
pub(crate) fn over(transports: &[Transport]) -> Config {
    let mut config = Config::default();
    config.transports = transports.to_vec();
    config
}

pub(crate) fn channel(name: &str) -> Channel {
    Channel::new(name).expect("a legal name")
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) now: Instant,
    /// Live lanes, as known to the driver.
    pub(crate) lanes: BTreeMap<LaneId, Kind>,
    pub(crate) requests: Vec<Request>,
    pub(crate) events: Vec<(Instant, SessionEvent)>,
    /// Sockets with an unanswered ping; a test takes them from here to answer.
    pub(crate) pings: Vec<LaneId>,
    /// `clientId` of the latest successful handshake.
    client_id: Option<String>,
    /// Connects that live lanes have not answered, as lane and id.
    outstanding: Vec<(LaneId, String)>,
    payloads: usize,
    ids: BTreeSet<String>,
    /// Whether pings are answered at once.
    pub(crate) pongs: bool,
    /// Actions and events, one a line, since the last [`World::story`].
    transcript: Vec<String>,
    /// Number of calls of the `ext` hook; each message carries the count.
    ext: Option<u64>,
}

impl World {
    /// Creates a world with an idle session.
    pub(crate) fn new(config: Config, seed: u64) -> Self {
        Self {
            session: Session::new(config, seed),
            now: Instant::ORIGIN,
            lanes: BTreeMap::new(),
            requests: Vec::new(),
            events: Vec::new(),
            pings: Vec::new(),
            client_id: None,
            outstanding: Vec::new(),
            payloads: 0,
            ids: BTreeSet::new(),
            pongs: true,
            transcript: Vec::new(),
            ext: None,
        }
    }

    /// Creates a world around a session that another world has saved. `client_id` is that of the
    /// session on the server, if it continues.
    pub(crate) fn around(session: Session, now: Instant, client_id: Option<&str>) -> Self {
        let mut world = Self {
            session,
            now,
            client_id: client_id.map(str::to_owned),
            ..Self::new(Config::default(), 7)
        };
        world.drain();
        world
    }

    /// Creates a world with a connecting session.
    pub(crate) fn connecting(config: Config) -> Self {
        let mut world = Self::new(config, 7);
        world.session.connect(world.now);
        world.drain();
        world
    }

    /// Creates a websocket session whose handshake is outstanding.
    pub(crate) fn handshaking() -> Self {
        let mut world = Self::connecting(Config::default());
        world.open();
        world
    }

    /// Creates a long-polling session whose handshake is outstanding.
    pub(crate) fn shaking_over_http() -> Self {
        Self::connecting(over(&[Transport::LongPolling]))
    }

    /// Creates a websocket session `alice` whose first held connect is outstanding; the hold is 30
    /// s.
    pub(crate) fn established() -> Self {
        Self::handshaking().establish()
    }

    /// Creates a long-polling session `alice` whose first held connect is outstanding; the hold is
    /// 30 s.
    pub(crate) fn established_over_http() -> Self {
        Self::shaking_over_http().establish()
    }

    /// Answers the handshake and the first connect of a connecting session, and clears the story.
    pub(crate) fn establish(mut self) -> Self {
        self.answer_handshake("alice");
        self.confirm();
        self.story();
        self
    }

    /// Answers the latest handshake; the hold is 30 s.
    pub(crate) fn answer_handshake(&mut self, client_id: &str) {
        let handshake = self.last("/meta/handshake");
        let reply = Message {
            advice: timing(0, 30_000),
            ..handshake.handshake_ok(client_id)
        };
        self.answer(&handshake, &[reply]);
    }

    /// Answers the latest connect.
    pub(crate) fn confirm(&mut self) {
        let connect = self.last("/meta/connect");
        self.answer(&connect, &[connect.ok()]);
    }
}

/// Reports of the network and the server.
impl World {
    /// Opens the websocket that is being opened.
    pub(crate) fn open(&mut self) -> LaneId {
        let lane = self.lane(Kind::Opening);
        self.lanes.insert(lane, Kind::Socket);
        self.session.handle_open(self.now, lane);
        self.drain();
        lane
    }

    /// Waits until the session opens a websocket, at most for a minute, and opens it.
    pub(crate) fn reopen(&mut self) -> LaneId {
        let opening = |world: &Self| world.lanes.values().any(|kind| *kind == Kind::Opening);
        let found = self.pass_until(self.now + millis(60_000), opening);
        assert!(found, "no websocket is opened: {:?}", self.session);
        self.open()
    }

    /// Ends a lane.
    pub(crate) fn close(&mut self, lane: LaneId, why: Close) {
        self.forget(lane);
        self.session.handle_close(self.now, lane, why);
        self.drain();
    }

    /// Reports one payload over a lane. Returns the verdict of each message.
    pub(crate) fn receive(&mut self, lane: LaneId, payload: &[Message<'_>]) -> Vec<Verdict> {
        let verdicts = payload.iter().map(|m| self.hand_in(lane, m)).collect();
        self.drain();
        verdicts
    }

    /// Reports the payload that answers a request; over HTTP it completes the exchange.
    pub(crate) fn answer(&mut self, request: &Request, payload: &[Message<'_>]) -> Vec<Verdict> {
        if request.kind == Kind::Socket {
            return self.receive(request.lane, payload);
        }
        let verdicts = payload
            .iter()
            .map(|m| self.hand_in(request.lane, m))
            .collect();
        self.close(request.lane, Close::Complete);
        verdicts
    }

    /// Advances the clock, calling `handle_timeout` at each deadline.
    pub(crate) fn pass(&mut self, duration: Duration) {
        self.pass_until(self.now + duration, |_| false);
    }

    /// Advances the clock until the session sends something to `channel`, at most for `limit`.
    pub(crate) fn pass_until_sent(&mut self, channel: &str, limit: Duration) -> Request {
        let before = self.sent(channel).count();
        let found = self.pass_until(self.now + limit, |world| {
            world.sent(channel).count() > before
        });
        assert!(found, "no {channel} within {limit:?}: {:?}", self.session);
        self.last(channel)
    }

    /// Advances the clock until `holds` returns true or `end` has come. Returns whether it holds.
    pub(crate) fn pass_until(&mut self, end: Instant, holds: impl Fn(&Self) -> bool) -> bool {
        loop {
            if holds(self) {
                return true;
            }
            match self.session.poll_timeout() {
                Some(deadline) if deadline.at <= end => self.wake(deadline.at),
                _ => {
                    self.now = end;
                    self.drain();
                    return holds(self);
                }
            }
        }
    }

    /// Jumps to `at` and reports the timeout, like a driver that slept.
    pub(crate) fn wake(&mut self, at: Instant) {
        self.now = self.now.max(at);
        self.session.handle_timeout(self.now);
        self.drain();
    }
}

/// Commands of the application.
impl World {
    pub(crate) fn subscribe(&mut self, name: &str) -> SubscriptionId {
        let id = self
            .session
            .subscribe(&channel(name))
            .expect("room for one more");
        self.drain();
        id
    }

    pub(crate) fn publish(&mut self, name: &str, json: &str) -> PublishId {
        let id = self
            .session
            .publish(self.now, &channel(name), json)
            .expect("room for one more");
        self.drain();
        id
    }

    pub(crate) fn disconnect(&mut self) {
        self.session.disconnect(self.now);
        self.drain();
    }

    /// Adds `ext` to every message from now on, with a number that grows at each transmission.
    pub(crate) fn sign(&mut self) {
        self.ext = Some(0);
    }
}

/// Queries.
impl World {
    /// Returns all messages sent to a channel so far.
    pub(crate) fn sent(&self, channel: &str) -> impl DoubleEndedIterator<Item = &Request> {
        self.requests.iter().filter(move |r| r.channel == channel)
    }

    /// Returns the latest message sent to a channel.
    pub(crate) fn last(&self, channel: &str) -> Request {
        let last = self.sent(channel).next_back();
        last.unwrap_or_else(|| panic!("nothing was sent to {channel}"))
            .clone()
    }

    /// Returns the only live lane of a kind.
    pub(crate) fn lane(&self, kind: Kind) -> LaneId {
        let mut lanes = self.lanes.iter().filter(|(_, k)| **k == kind);
        match (lanes.next(), lanes.next()) {
            (Some((lane, _)), None) => *lane,
            _ => panic!("not one {kind:?} among {:?}", self.lanes),
        }
    }

    /// Returns whether a websocket is being opened.
    pub(crate) fn is_opening(&self) -> bool {
        self.lanes.values().any(|kind| *kind == Kind::Opening)
    }

    /// Returns how often an event equal to this one has been reported.
    pub(crate) fn reported(&self, event: &SessionEvent) -> usize {
        self.events.iter().filter(|(_, e)| e == event).count()
    }

    /// Returns the causes of all `Down` events.
    pub(crate) fn downs(&self) -> Vec<&Cause> {
        let downs = self.events.iter().filter_map(|(_, event)| match event {
            SessionEvent::Down { cause, .. } => Some(cause),
            _ => None,
        });
        downs.collect()
    }

    /// Returns the number of failures, in the up state or not.
    pub(crate) fn failures(&self) -> usize {
        let failed = |event: &SessionEvent| {
            matches!(
                event,
                SessionEvent::Down { .. } | SessionEvent::AttemptFailed { .. }
            )
        };
        self.events
            .iter()
            .filter(|(_, event)| failed(event))
            .count()
    }

    /// Returns the latest event.
    pub(crate) fn last_event(&self) -> &SessionEvent {
        &self.events.last().expect("no event yet").1
    }

    /// Returns the `clientId` of the latest successful handshake.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Returns the number of outstanding connects.
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Returns the next deadline.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        self.session.poll_timeout()
    }

    /// Returns the actions and events since the last call, one a line: the time in milliseconds, a
    /// verb, the lane, and the batch.
    pub(crate) fn story(&mut self) -> Vec<String> {
        mem::take(&mut self.transcript)
    }
}
