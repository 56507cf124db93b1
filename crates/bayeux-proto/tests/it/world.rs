//! A scripted world around a [`Session`]: a clock, lanes that open and end when the test says so,
//! and a record of all that happened.
//!
//! Whatever a test does, the world watches: no deadline is left in the past, at most one connect
//! is outstanding, nothing goes out on a dead lane or with an old `clientId`, and a handshake is
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

/// What carries a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Opening,
    Socket,
    Held,
    Ordinary,
}

/// The defaults, over these transports.
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
    /// Lanes that live, by the driver's knowledge.
    pub(crate) lanes: BTreeMap<LaneId, Kind>,
    pub(crate) requests: Vec<Request>,
    pub(crate) events: Vec<(Instant, SessionEvent)>,
    /// Sockets that have been pinged, until somebody takes them from here to answer.
    pub(crate) pings: Vec<LaneId>,
    /// `clientId` of the latest successful handshake.
    client_id: Option<String>,
    /// Connects that live lanes still owe a reply to, as lane and id.
    outstanding: Vec<(LaneId, String)>,
    payloads: usize,
    ids: BTreeSet<String>,
    /// Whether pings are answered, at once.
    pub(crate) pongs: bool,
    /// Actions and events, one a line, since the last [`World::story`].
    transcript: Vec<String>,
    /// How often `ext` was asked for; each request carries the count.
    ext: Option<u64>,
}

impl World {
    /// A session that nobody has told to connect.
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

    /// A session that has begun to connect.
    pub(crate) fn connecting(config: Config) -> Self {
        let mut world = Self::new(config, 7);
        world.session.connect();
        world.drain();
        world
    }

    /// A websocket session whose handshake is on its way.
    pub(crate) fn shaking() -> Self {
        let mut world = Self::connecting(Config::default());
        world.open();
        world
    }

    /// A long-polling session whose handshake is on its way.
    pub(crate) fn shaking_over_http() -> Self {
        Self::connecting(over(&[Transport::LongPolling]))
    }

    /// A websocket session `alice` whose first held connect is outstanding; the hold is 30 s.
    pub(crate) fn established() -> Self {
        Self::shaking().establish()
    }

    /// A long-polling session `alice` whose first held connect is outstanding; the hold is 30 s.
    pub(crate) fn established_over_http() -> Self {
        Self::shaking_over_http().establish()
    }

    /// Answers the handshake and the confirming connect of a session that has just been started,
    /// and forgets the story so far.
    pub(crate) fn establish(mut self) -> Self {
        self.welcome("alice");
        self.confirm();
        self.story();
        self
    }

    /// Answers the latest handshake; the hold is 30 s.
    pub(crate) fn welcome(&mut self, client_id: &str) {
        let handshake = self.last("/meta/handshake");
        let reply = Message {
            advice: timing(0, 30_000),
            ..handshake.welcome(client_id)
        };
        self.answer(&handshake, &[reply]);
    }

    /// Answers the latest connect.
    pub(crate) fn confirm(&mut self) {
        let connect = self.last("/meta/connect");
        self.answer(&connect, &[connect.ok()]);
    }
}

/// What the world does.
impl World {
    /// The websocket that is being opened opens.
    pub(crate) fn open(&mut self) -> LaneId {
        let lane = self.lane(Kind::Opening);
        self.lanes.insert(lane, Kind::Socket);
        self.session.handle_open(self.now, lane);
        self.drain();
        lane
    }

    /// Lets time pass until the session opens a websocket, at most for a minute, and opens it.
    pub(crate) fn reopen(&mut self) -> LaneId {
        let opening = |world: &Self| world.lanes.values().any(|kind| *kind == Kind::Opening);
        let found = self.pass_until(self.now + millis(60_000), opening);
        assert!(found, "no websocket is opened: {:?}", self.session);
        self.open()
    }

    /// A lane ends.
    pub(crate) fn close(&mut self, lane: LaneId, why: Close) {
        self.forget(lane);
        self.session.handle_close(self.now, lane, why);
        self.drain();
    }

    /// One payload comes over a lane. Returns what became of each message.
    pub(crate) fn receive(&mut self, lane: LaneId, payload: &[Message<'_>]) -> Vec<Verdict> {
        let verdicts = payload.iter().map(|m| self.hand_in(lane, m)).collect();
        self.drain();
        verdicts
    }

    /// The payload that answers a request: over HTTP the exchange is complete with it.
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

    /// Lets time pass, waking the session whenever it asked for it.
    pub(crate) fn pass(&mut self, duration: Duration) {
        self.pass_until(self.now + duration, |_| false);
    }

    /// Lets time pass until the session sends something to `channel`, at most for `limit`.
    pub(crate) fn pass_until_sent(&mut self, channel: &str, limit: Duration) -> Request {
        let before = self.sent(channel).count();
        let found = self.pass_until(self.now + limit, |world| {
            world.sent(channel).count() > before
        });
        assert!(found, "no {channel} within {limit:?}: {:?}", self.session);
        self.last(channel)
    }

    /// Lets time pass until something holds, or `end` has come. Returns whether it holds.
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

    /// Jumps to `at` and hands the timeout in, as a driver does that was asleep.
    pub(crate) fn wake(&mut self, at: Instant) {
        self.now = self.now.max(at);
        self.session.handle_timeout(self.now);
        self.drain();
    }
}

/// What the application does.
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
            .publish(&channel(name), json)
            .expect("room for one more");
        self.drain();
        id
    }

    pub(crate) fn disconnect(&mut self) {
        self.session.disconnect();
        self.drain();
    }

    /// From now on every message carries `ext`, with a number that grows at each transmission.
    pub(crate) fn sign(&mut self) {
        self.ext = Some(0);
    }
}

/// What has happened.
impl World {
    /// All messages sent to a channel so far.
    pub(crate) fn sent(&self, channel: &str) -> impl DoubleEndedIterator<Item = &Request> {
        self.requests.iter().filter(move |r| r.channel == channel)
    }

    /// The latest message sent to a channel.
    pub(crate) fn last(&self, channel: &str) -> Request {
        let last = self.sent(channel).next_back();
        last.unwrap_or_else(|| panic!("nothing was sent to {channel}"))
            .clone()
    }

    /// The one live lane of a kind.
    pub(crate) fn lane(&self, kind: Kind) -> LaneId {
        let mut lanes = self.lanes.iter().filter(|(_, k)| **k == kind);
        match (lanes.next(), lanes.next()) {
            (Some((lane, _)), None) => *lane,
            _ => panic!("not one {kind:?} among {:?}", self.lanes),
        }
    }

    /// Whether a websocket is being opened.
    pub(crate) fn is_opening(&self) -> bool {
        self.lanes.values().any(|kind| *kind == Kind::Opening)
    }

    /// Whether an event equal to this one has been reported, whenever.
    pub(crate) fn reported(&self, event: &SessionEvent) -> usize {
        self.events.iter().filter(|(_, e)| e == event).count()
    }

    /// Why the session went down, each time it did.
    pub(crate) fn downs(&self) -> Vec<&Cause> {
        let downs = self.events.iter().filter_map(|(_, event)| match event {
            SessionEvent::Down { cause, .. } => Some(cause),
            _ => None,
        });
        downs.collect()
    }

    /// How often anything failed, the session being up or not.
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

    /// The latest event.
    pub(crate) fn last_event(&self) -> &SessionEvent {
        &self.events.last().expect("no event yet").1
    }

    /// The `clientId` of the latest successful handshake.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// How many connects are on their way.
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// The next deadline.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        self.session.poll_timeout()
    }

    /// Actions and events since the last call, one a line: the time in ms, a verb, the lane, and
    /// what was sent.
    pub(crate) fn story(&mut self) -> Vec<String> {
        mem::take(&mut self.transcript)
    }
}
