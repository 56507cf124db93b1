//! Anything in any order: what holds for a session whatever the application, the network and the
//! server do, and that it recovers once they behave.
//!
//! The cases are the same in every run. `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=<any number>`
//! looks further; a failure is shrunk and printed, seed included.

use std::{collections::BTreeSet, time::Duration};

use bayeux_proto::{
    Advice, Close, Config, ConnectionTypes, End, Event, Instant, LaneId, Message, MessageId, Outcome,
    PublishId, Reconnect, Resume, SubscriptionId, Timing, Transport, Verdict,
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config as Runs, FileFailurePersistence, RngSeed},
};

use crate::{
    peer::Peer,
    world::{Kind, Request, World, channel, event, millis},
};

/// One thing that happens. Numbers pick among what there is at that moment.
#[derive(Clone, Debug)]
enum Step {
    Connect,
    Disconnect,
    Subscribe(usize),
    Unsubscribe(usize),
    Publish(usize),
    HoldBack(bool),
    Wake,
    /// One action only, or one action and all events.
    Act(bool),
    Drain,
    /// Time passes without the session being told.
    Sleep(u64),
    /// The next deadline comes.
    Deadline,
    /// The session is told of a time long past.
    Past,
    Open(usize),
    Close(usize, Close),
    Pong(usize),
    /// A reply to something that was sent, over the lane that it was sent on or another.
    Reply(usize, Reply, Option<usize>),
    /// A message out of the blue.
    Message(usize, Blue),
}

#[derive(Clone, Debug)]
struct Reply {
    successful: bool,
    id: Spelling,
    error: Option<&'static str>,
    advice: Option<Advice>,
    types: Option<ConnectionTypes>,
    has_data: bool,
    /// Whether the exchange that carries it ends with it.
    complete: bool,
}

#[derive(Clone, Copy, Debug)]
enum Spelling {
    Text,
    Number,
    Absent,
}

#[derive(Clone, Debug)]
struct Blue {
    channel: &'static str,
    id: Option<u64>,
    client_id: Option<&'static str>,
    successful: Option<bool>,
    error: Option<&'static str>,
    subscription: Option<&'static str>,
    advice: Option<Advice>,
    has_data: bool,
}

const CHANNELS: [&str; 6] = ["/a", "/a/b", "/a/*", "/a/**", "/**", "/service/x"];
const NAMES: [&str; 4] = ["/a", "/a/b", "/service/x", "/b"];
const ERRORS: [&str; 6] = [
    "401:mallory:Unknown client",
    "402::session_unknown",
    "403:/a:Forbidden channel",
    "Authentication failed",
    "",
    "::::",
];
const BLUE: [&str; 9] = [
    "",
    "no channel",
    "/",
    "/a",
    "/a/b",
    "/meta/handshake",
    "/meta/connect",
    "/meta/subscribe",
    "/meta/unknown",
];

fn advice() -> impl Strategy<Value = Advice> {
    let next = prop_oneof![
        8 => Just(Reconnect::Retry),
        3 => Just(Reconnect::Handshake),
        1 => Just(Reconnect::None),
        1 => Just(Reconnect::Unknown),
    ];
    let numbers = || {
        (
            option::weighted(0.3, select(&[0, 0, 100, 5_000, i64::MAX, -1][..])),
            option::weighted(0.3, select(&[0, 1_000, 30_000, 60_000, -1, i64::MIN][..])),
            option::weighted(0.2, select(&[0, 10_000, i64::MAX, -1][..])),
        )
            .prop_map(|(interval, timeout, max_interval)| Timing {
                interval,
                timeout,
                max_interval,
            })
    };
    (
        option::weighted(0.5, next),
        numbers(),
        numbers(),
        numbers(),
        proptest::bool::weighted(0.1),
    )
        .prop_map(
            |(reconnect, timing, websocket, long_polling, multiple_clients)| Advice {
                reconnect,
                timing,
                websocket,
                long_polling,
                multiple_clients,
            },
        )
}

fn close() -> impl Strategy<Value = Close> {
    let status = |status, wait: Option<u64>| Close::Status {
        status,
        retry_after: wait.map(Duration::from_secs),
    };
    prop_oneof![
        6 => Just(Close::Complete),
        4 => Just(Close::Lost),
        3 => select(&[None, Some(1000), Some(1011)][..]).prop_map(|code| Close::ByPeer { code }),
        2 => Just(Close::Unreachable),
        1 => Just(Close::Tls),
        1 => Just(Close::TimedOut),
        1 => Just(Close::Garbage),
        1 => Just(Close::Oversize),
        1 => Just(status(400, None)),
        1 => select(&[None, Some(30)][..]).prop_map(move |wait| status(503, wait)),
        1 => Just(status(401, None)),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let types = select(
        &[
            (true, true),
            (true, true),
            (true, false),
            (false, true),
            (false, false),
        ][..],
    );
    (
        proptest::bool::weighted(0.85),
        prop_oneof![6 => Just(Spelling::Text), 1 => Just(Spelling::Number), 1 => Just(Spelling::Absent)],
        option::weighted(0.8, select(&ERRORS[..])),
        option::weighted(0.3, advice()),
        option::weighted(0.3, types),
        proptest::bool::weighted(0.05),
        proptest::bool::weighted(0.9),
    )
        .prop_map(
            |(successful, id, error, advice, types, has_data, complete)| Reply {
                successful,
                id,
                error: error.filter(|_| !successful),
                advice,
                types: types.map(|(websocket, long_polling)| ConnectionTypes {
                    websocket,
                    long_polling,
                }),
                has_data,
                complete,
            },
        )
}

fn blue() -> impl Strategy<Value = Blue> {
    (
        prop_oneof![20 => select(&BLUE[..]), 1 => Just("/meta/disconnect")],
        option::of(0..40_u64),
        option::weighted(0.2, select(&["mallory", "x"][..])),
        option::of(any::<bool>()),
        option::weighted(0.2, select(&ERRORS[..])),
        option::weighted(0.2, select(&CHANNELS[..])),
        option::weighted(0.2, advice()),
        any::<bool>(),
    )
        .prop_map(
            |(channel, id, client_id, successful, error, subscription, advice, has_data)| Blue {
                channel,
                id,
                client_id,
                successful,
                error,
                subscription,
                advice,
                has_data,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..8_usize;
    prop_oneof![
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        8 => pick().prop_map(Step::Subscribe),
        5 => pick().prop_map(Step::Unsubscribe),
        8 => pick().prop_map(Step::Publish),
        2 => any::<bool>().prop_map(Step::HoldBack),
        2 => Just(Step::Wake),
        6 => any::<bool>().prop_map(Step::Act),
        30 => Just(Step::Drain),
        4 => select(&[1, 200, 5_000, 40_000, 3_600_000][..]).prop_map(Step::Sleep),
        15 => Just(Step::Deadline),
        1 => Just(Step::Past),
        20 => pick().prop_map(Step::Open),
        8 => (pick(), close()).prop_map(|(lane, why)| Step::Close(lane, why)),
        3 => pick().prop_map(Step::Pong),
        50 => (0..4_usize, reply(), option::weighted(0.05, pick()))
            .prop_map(|(request, reply, lane)| Step::Reply(request, reply, lane)),
        8 => (pick(), blue()).prop_map(|(lane, blue)| Step::Message(lane, blue)),
    ]
}

fn config() -> impl Strategy<Value = Config> {
    use Transport::{LongPolling, WebSocket};
    let transports = [
        &[WebSocket, LongPolling][..],
        &[WebSocket],
        &[LongPolling],
        &[LongPolling, WebSocket],
    ];
    let resume = [Resume::SameSession, Resume::FreshHandshake];
    (
        select(transports.to_vec()),
        select(resume.to_vec()),
        any::<bool>(),
        option::of(Just(millis(5_000))),
    )
        .prop_map(|(transports, resume, probe, hold)| {
            let mut config = Config::default();
            config.transports = transports.to_vec();
            config.resume = resume;
            config.probe = probe;
            config.hold = hold;
            config.max_requests = 4;
            config.max_subscriptions = 6;
            config.max_batch = 200;
            config.max_interval = millis(20_000);
            config.queue_timeout = millis(20_000);
            config
        })
}

proptest! {
    #![proptest_config(runs())]

    // C021 C123 C124 C128 C129
    #[test]
    fn a_session_survives_anything_and_recovers_once_the_world_behaves(
        config in config(),
        seed in 0..1_000_u64,
        steps in vec(step(), 0..120),
    ) {
        let story = live_through(config.clone(), seed, &steps);
        let again = live_through(config, seed, &steps);
        prop_assert_eq!(story, again, "the same calls give the same answers");
    }
}

fn runs() -> Runs {
    let mut runs = Runs::default();
    runs.cases = runs.cases.max(2_000);
    runs.failure_persistence = Some(Box::new(FileFailurePersistence::Off));
    if runs.rng_seed == RngSeed::Random {
        runs.rng_seed = RngSeed::Fixed(1);
    }
    runs
}

/// All that happens in a life of random steps, then of peace, then of parting.
fn live_through(config: Config, seed: u64, steps: &[Step]) -> Vec<String> {
    let mut life = Life::new(config, seed);
    for step in steps {
        life.take(step);
    }
    life.heal();
    life.part();
    life.world.story()
}

/// A world and what its application remembers.
struct Life {
    world: World,
    /// All lanes that there have been.
    lanes: BTreeSet<LaneId>,
    wanted: Vec<(SubscriptionId, &'static str)>,
    dropped: BTreeSet<SubscriptionId>,
    published: Vec<PublishId>,
    greeted: u64,
    told: Told,
}

/// What the events have told so far.
#[derive(Default)]
struct Told {
    read: usize,
    running: bool,
    up: bool,
    connecting: bool,
    settled: BTreeSet<PublishId>,
}

impl Life {
    fn new(config: Config, seed: u64) -> Self {
        let mut world = World::new(config, seed);
        world.pongs = false;
        Self {
            world,
            lanes: BTreeSet::new(),
            wanted: Vec::new(),
            dropped: BTreeSet::new(),
            published: Vec::new(),
            greeted: 0,
            told: Told::default(),
        }
    }

    fn take(&mut self, step: &Step) {
        let now = self.world.now;
        match step {
            Step::Connect => self.connect(),
            Step::Disconnect => self.world.session.disconnect(),
            Step::Subscribe(pick) => {
                let name = CHANNELS[pick % CHANNELS.len()];
                if let Ok(id) = self.world.session.subscribe(&channel(name)) {
                    self.wanted.push((id, name));
                }
            }
            Step::Unsubscribe(pick) => self.unsubscribe(*pick),
            Step::Publish(pick) => {
                let name = channel(NAMES[pick % NAMES.len()]);
                let publish = self.world.session.publish(&name, r#"{"n":1}"#);
                self.published.extend(publish.ok());
            }
            Step::HoldBack(held_back) => self.world.session.hold_back(*held_back),
            Step::Wake => self.world.session.handle_wake(now),
            Step::Act(tell) => {
                self.world.step();
                if *tell {
                    self.read();
                }
            }
            Step::Drain => self.drain(),
            Step::Sleep(duration) => self.world.now = now + millis(*duration),
            Step::Deadline => {
                if let Some(deadline) = self.world.session.poll_timeout() {
                    self.world.now = now.max(deadline.at);
                    self.world.session.handle_timeout(self.world.now);
                }
            }
            Step::Past => self.world.session.handle_timeout(Instant::ORIGIN),
            Step::Open(pick) => {
                if let Some(lane) = self.lane(*pick) {
                    if self.world.lanes.get(&lane) == Some(&Kind::Opening) {
                        self.world.lanes.insert(lane, Kind::Socket);
                    }
                    self.world.session.handle_open(now, lane);
                }
            }
            Step::Close(pick, why) => {
                if let Some(lane) = self.lane(*pick) {
                    self.end_lane(lane, *why);
                }
            }
            Step::Pong(pick) => {
                if let Some(lane) = self.lane(*pick) {
                    self.world.session.handle_pong(now, lane);
                }
            }
            Step::Reply(pick, reply, other) => self.reply(*pick, reply, *other),
            Step::Message(pick, blue) => {
                if let Some(lane) = self.lane(*pick) {
                    let _ = self.world.hand_in(lane, &blue.message());
                }
            }
        }
        self.lanes.extend(self.world.lanes.keys());
    }

    fn connect(&mut self) {
        self.read();
        self.world.session.connect();
        self.told.running = true;
    }

    fn unsubscribe(&mut self, pick: usize) {
        if self.wanted.is_empty() {
            return;
        }
        // What has been queued before may still name it.
        self.read();
        let (id, _) = self.wanted.remove(pick % self.wanted.len());
        assert_eq!(self.world.session.unsubscribe(id), Ok(()));
        self.dropped.insert(id);
    }

    /// Performs and reads everything; nothing may remain to be done at this moment.
    fn drain(&mut self) {
        self.world.session.handle_timeout(self.world.now);
        while self.world.step() {
            self.lanes.extend(self.world.lanes.keys());
        }
        self.read();
        if let Some(deadline) = self.world.session.poll_timeout() {
            assert!(
                deadline.at > self.world.now,
                "{deadline:?} stays due at {:?}",
                self.world.session
            );
        }
    }

    /// One of the latest lanes, dead or alive.
    fn lane(&self, pick: usize) -> Option<LaneId> {
        let some = self.lanes.len().min(8).max(1);
        self.lanes.iter().rev().nth(pick % some).copied()
    }

    fn end_lane(&mut self, lane: LaneId, why: Close) {
        self.world.forget(lane);
        self.world.session.handle_close(self.world.now, lane, why);
    }

    fn reply(&mut self, pick: usize, how: &Reply, other: Option<usize>) {
        let Some(request) = self.world.requests.iter().rev().nth(pick).cloned() else {
            return;
        };
        let lane = other.and_then(|pick| self.lane(pick));
        self.greeted += 1;
        let name = format!("client{}", self.greeted);
        let _ = self
            .world
            .hand_in(lane.unwrap_or(request.lane), &how.to(&request, &name));
        let exchange = matches!(request.kind, Kind::Held | Kind::Ordinary);
        if exchange && how.complete && self.world.lanes.contains_key(&request.lane) {
            self.end_lane(request.lane, Close::Complete);
        }
    }

    /// Reads what is to be told, and checks that it makes sense.
    fn read(&mut self) {
        self.world.take_events();
        let told = &mut self.told;
        for (_, event) in &self.world.events[told.read..] {
            match event {
                Event::Connecting => {
                    assert!(told.running && !told.connecting, "{event:?}");
                    told.connecting = true;
                }
                Event::Up { .. } => {
                    assert!(told.running && !told.up, "{event:?}");
                    told.up = true;
                }
                Event::Down { .. } => {
                    assert!(told.up, "{event:?}");
                    (told.up, told.connecting) = (false, false);
                }
                Event::AttemptFailed { .. } => {
                    assert!(told.running && !told.up, "{event:?}");
                    told.connecting = false;
                }
                Event::Gap { since, .. } => {
                    assert!(told.up, "{event:?}");
                    assert!(*since <= self.world.now, "{event:?}");
                }
                Event::Moved { .. } | Event::MultipleClients => assert!(told.running, "{event:?}"),
                Event::Subscribed(id) | Event::Refused(id, _) => {
                    assert!(told.running, "{event:?}");
                    assert!(!self.dropped.contains(id), "{event:?} of a dropped one");
                }
                Event::Published(id, _) => {
                    assert!(told.settled.insert(*id), "{event:?} again");
                }
                Event::Ended(_) => {
                    assert!(told.running, "{event:?}");
                    (told.running, told.up, told.connecting) = (false, false, false);
                }
                other => panic!("unknown event {other:?}"),
            }
        }
        told.read = self.world.events.len();
    }

    /// The network and the server behave from now on: everything wanted comes to be.
    fn heal(&mut self) {
        let mut peer = Peer::default();
        self.world.session.hold_back(false);
        // What is ending ends first.
        peer.serve(&mut self.world, millis(3_000));
        self.connect();
        let wanted = &self.wanted;
        let healed = peer.serve_until(&mut self.world, Duration::from_mins(10), |world| {
            flows(world) && wanted.iter().all(|(id, name)| is_settled(world, *id, name))
        });
        assert!(healed, "ten good minutes do not help: {:?}", self.world.session);
        // What still waits settles, one way or the other.
        peer.serve(&mut self.world, millis(70_000));
        self.read();
        assert!(self.told.up && self.world.outstanding() == 1);
        for (id, name) in &self.wanted {
            let mut recipients = self.world.session.recipients(name);
            assert!(recipients.any(|to| to == *id) || name.contains('*'));
        }
        let lane = *self.world.lanes.keys().next_back().expect("a lane");
        let verdict = self.world.hand_in(lane, &event("/a/b"));
        let interested = ["/a/b", "/a/*", "/a/**", "/**"];
        assert_eq!(
            verdict == Verdict::Deliver,
            self.wanted.iter().any(|(_, name)| interested.contains(name)),
        );
        let publish = self.world.session.publish(&channel("/a"), "1").unwrap();
        peer.serve(&mut self.world, millis(1_000));
        let accepted = Event::Published(publish, Outcome::Accepted);
        assert_eq!(self.world.reported(&accepted), 1);
        self.read();
        self.published.push(publish);
    }

    /// The application takes leave of a server that does not even answer.
    fn part(&mut self) {
        self.world.session.disconnect();
        self.world.drain();
        self.world.pass(millis(3_000));
        self.read();
        assert_eq!(self.world.last_event(), &Event::Ended(End::Requested));
        assert_eq!(self.world.session.poll_timeout(), None);
        assert!(self.world.lanes.is_empty(), "{:?}", self.world.lanes);
        let published: BTreeSet<_> = self.published.iter().copied().collect();
        assert_eq!(published, self.told.settled, "every publish is settled");
    }
}

/// Whether the session is up and has a connect on its way.
fn flows(world: &World) -> bool {
    let change = world.events.iter().rev().find_map(|(_, event)| match event {
        Event::Up { .. } => Some(true),
        Event::Down { .. } | Event::Ended(_) => Some(false),
        _ => None,
    });
    change == Some(true) && world.outstanding() == 1
}

/// Whether the present session has been asked for the channel, and its answer told.
fn is_settled(world: &World, id: SubscriptionId, name: &str) -> bool {
    let mut asked = world.sent("/meta/subscribe");
    let asked = asked.rfind(|request| request.text("subscription") == Some(name));
    let told = |event: &Event| match event {
        Event::Subscribed(of) | Event::Refused(of, _) => *of == id,
        _ => false,
    };
    asked.is_some_and(|request| request.client_id() == world.client_id())
        && world.events.iter().any(|(_, event)| told(event))
}

impl Reply {
    fn to<'a>(&self, request: &'a Request, name: &'a str) -> Message<'a> {
        let handshake = request.channel == "/meta/handshake";
        Message {
            id: match self.id {
                Spelling::Text => Some(MessageId::Text(&request.id)),
                Spelling::Number => request.id.parse().ok().map(MessageId::Number),
                Spelling::Absent => None,
            },
            client_id: Some(name).filter(|_| handshake),
            successful: Some(self.successful),
            error: self.error,
            advice: self.advice,
            supported_connection_types: self.types.filter(|_| handshake),
            has_data: self.has_data,
            ..request.ok()
        }
    }
}

impl Blue {
    fn message(&self) -> Message<'_> {
        Message {
            channel: self.channel,
            id: self.id.map(MessageId::Number),
            client_id: self.client_id,
            successful: self.successful,
            error: self.error,
            subscription: self.subscription,
            advice: self.advice,
            has_data: self.has_data,
            ..Message::default()
        }
    }
}
