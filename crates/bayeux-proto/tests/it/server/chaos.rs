//! Random calls in any order: invariants of a server whatever its clients, the network and the
//! embedder do.
//!
//! The cases are the same in every run. `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=<any number>`
//! tries more of them; a failure is shrunk and printed with its seed.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{
    Instant, LaneId,
    server::{
        Ack, Action, ConcurrentConnects, Config, Element, LaneKind, Member, Overflow, Payload,
        Profile, Request, Server,
    },
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config as Runs, FileFailurePersistence, RngSeed},
};

use super::stage::{
    Ask, TestPolicy, connect, disconnect, handshake, publish, subscribe, unsubscribe,
};

proptest! {
    #![proptest_config(runs())]

    // S040 S051 S058
    #[test]
    fn random_calls_never_break_the_servers_invariants(config in config(), steps in vec(step(), 0..200)) {
        let story = run(config.clone(), &steps);
        let again = run(config, &steps);
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

const SESSIONS: usize = 3;
const SUBSCRIPTIONS: usize = 4;
const CONNECTS: usize = 2;
const CHANNELS: [&str; 8] = [
    "/a",
    "/a/b",
    "/a/*",
    "/**",
    "/service/x",
    "/meta/x",
    "no name",
    "/private/x",
];

/// Random step.
#[derive(Clone, Debug)]
enum Step {
    Open(bool, u8),
    Close(usize),
    Send(usize, Vec<(Kind, usize, usize)>),
    Odd(usize, u8),
    Publish(usize),
    Deliver(usize),
    End(usize),
    Forget,
    HangUp(usize),
    Sleep(u64),
    Deadline,
    Past,
    Drain,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Handshake,
    Connect,
    ShortConnect,
    LongConnect,
    Subscribe,
    Unsubscribe,
    Publish,
    Big,
    Disconnect,
    Nothing,
}

fn config() -> impl Strategy<Value = Config> {
    let profiles = prop_oneof![
        Just(Profile::faye()),
        Just(Profile::faye_0_8()),
        Just(Profile::faye_0_7()),
        Just(Profile::cometd()),
    ];
    let flags = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    (profiles, flags).prop_map(|(profile, (sticky, idle, cookies, acks, drops))| {
        let mut config = Config::new(profile);
        config.hold = Duration::from_secs(5);
        config.profile.sticky_sockets = sticky && idle;
        config.profile.answers_idle_connects = !idle;
        (config.cookies, config.ack_extension) = (cookies, acks);
        if drops {
            config.overflow = Overflow::DropOldest;
        }
        (config.limits.sessions, config.limits.subscriptions) = (SESSIONS, SUBSCRIPTIONS);
        (config.limits.queue, config.limits.connects) = (5, CONNECTS);
        (config.limits.batch, config.limits.message) = (3, 2_000);
        config
    })
}

fn step() -> impl Strategy<Value = Step> {
    let pick = 0..8_usize;
    let kind = prop_oneof![
        3 => Just(Kind::Handshake),
        6 => Just(Kind::Connect),
        2 => Just(Kind::ShortConnect),
        1 => Just(Kind::LongConnect),
        4 => Just(Kind::Subscribe),
        2 => Just(Kind::Unsubscribe),
        4 => Just(Kind::Publish),
        1 => Just(Kind::Big),
        1 => Just(Kind::Disconnect),
        1 => Just(Kind::Nothing),
    ];
    let message = (kind, pick.clone(), pick.clone());
    prop_oneof![
        12 => (any::<bool>(), 0..3_u8).prop_map(|(socket, cookie)| Step::Open(socket, cookie)),
        4 => pick.clone().prop_map(Step::Close),
        60 => (pick.clone(), vec(message, 0..5)).prop_map(|(lane, asks)| Step::Send(lane, asks)),
        1 => (pick.clone(), 0..8_u8).prop_map(|(lane, odd)| Step::Odd(lane, odd)),
        12 => pick.clone().prop_map(Step::Publish),
        1 => pick.clone().prop_map(Step::Deliver),
        1 => pick.clone().prop_map(Step::End),
        1 => Just(Step::Forget),
        1 => pick.prop_map(Step::HangUp),
        8 => (0..2_000_u64).prop_map(Step::Sleep),
        1 => (0..20_000_u64).prop_map(Step::Sleep),
        3 => Just(Step::Deadline),
        1 => Just(Step::Past),
        24 => Just(Step::Drain),
    ]
}

/// Runs random steps, then a shutdown. Returns the record of all outputs.
fn run(config: Config, steps: &[Step]) -> Vec<String> {
    let mut life = Run {
        server: Server::new(config),
        policy: TestPolicy::default(),
        now: Instant::ORIGIN,
        lanes: BTreeMap::new(),
        next: 0,
        clients: Vec::new(),
        answered: BTreeSet::new(),
        story: Vec::new(),
    };
    for step in steps {
        life.take(step);
        life.check();
    }
    life.server.shut_down(life.now);
    life.drain();
    assert_eq!(life.server.sessions().count(), 0);
    assert_eq!(life.server.poll_timeout(), None);
    assert!(life.lanes.is_empty(), "left open: {:?}", life.lanes);
    assert_eq!(life.counts(), [0, 0]);
    life.story
}

struct Run {
    server: Server,
    policy: TestPolicy,
    now: Instant,
    /// Live lanes.
    lanes: BTreeMap<LaneId, LaneKind>,
    /// Counter for lanes and messages.
    next: u64,
    clients: Vec<String>,
    /// Messages that have been answered.
    answered: BTreeSet<String>,
    story: Vec<String>,
}

impl Run {
    fn take(&mut self, step: &Step) {
        let now = self.now;
        match step {
            Step::Open(socket, cookie) => {
                let kind = if *socket {
                    LaneKind::Socket
                } else {
                    LaneKind::Exchange
                };
                self.next += 1;
                let lane = LaneId::new(self.next);
                self.lanes.insert(lane, kind);
                self.server.handle_open(now, lane, kind);
                if *cookie > 0 {
                    self.server.handle_cookie(now, lane, &cookie.to_string());
                }
            }
            Step::Close(pick) => {
                let lane = self.lane(*pick);
                self.lanes.remove(&lane);
                self.server.handle_close(now, lane);
            }
            Step::Send(pick, asks) => {
                let asks: Vec<Ask> = asks.iter().map(|ask| self.message(*ask)).collect();
                let lane = self.lane(*pick);
                let (server, policy) = (&mut self.server, &mut self.policy);
                Ask::show(&asks, |payload| {
                    server.handle_payload(now, lane, payload, policy);
                });
            }
            Step::Odd(pick, odd) => {
                let elements = [
                    Element::Null,
                    Element::Other,
                    Element::Object(Request::default()),
                ];
                let payload = match odd {
                    0 => Payload::Null,
                    1 => Payload::Primitive,
                    2 => Payload::Empty,
                    3 => Payload::Malformed,
                    6 => Payload::TooLarge,
                    4 => Payload::Messages(&elements[..1]),
                    5 => Payload::Messages(&elements[1..]),
                    _ => Payload::Messages(&elements),
                };
                let lane = self.lane(*pick);
                self.server
                    .handle_payload(now, lane, &payload, &mut self.policy);
            }
            Step::Publish(pick) => {
                let members = [Member::new("data", "1")];
                self.server
                    .publish(now, CHANNELS[pick % CHANNELS.len()], &members);
            }
            Step::Deliver(pick) => {
                let members = [Member::new("data", "2")];
                self.server
                    .deliver(now, &self.client(*pick), "/service/x", &members);
            }
            Step::End(pick) => {
                self.server.end_session(now, &self.client(*pick));
            }
            Step::Forget => self.server.forget_sessions(now),
            Step::HangUp(pick) => self.server.close(now, self.lane(*pick)),
            Step::Sleep(millis) => self.now = now + Duration::from_millis(*millis),
            Step::Deadline => {
                if let Some(at) = self.server.poll_timeout() {
                    self.now = now.max(at);
                    self.server.handle_timeout(self.now);
                }
            }
            Step::Past => self.server.handle_timeout(Instant::ORIGIN),
            Step::Drain => {
                self.server.handle_timeout(now);
                self.drain();
                let next = self.server.poll_timeout();
                assert!(
                    next.is_none_or(|at| at > now),
                    "{next:?} stays due at {now:?}"
                );
            }
        }
    }

    /// Picks one of the latest lanes, or one that never existed.
    fn lane(&self, pick: usize) -> LaneId {
        let lane = self.lanes.keys().rev().nth(pick).copied();
        lane.unwrap_or(LaneId::new(1_000_000))
    }

    /// Picks a live session, one that has ended, or none.
    fn client(&self, pick: usize) -> String {
        if let Some(client) = self.server.sessions().nth(pick) {
            return client.to_owned();
        }
        let client = self.clients.iter().rev().nth(pick - SESSIONS.min(pick));
        client.map_or_else(|| "nosuch".to_owned(), Clone::clone)
    }

    fn message(&mut self, (kind, who, what): (Kind, usize, usize)) -> Ask {
        self.next += 1;
        let id = format!("m{}", self.next);
        let client = self.client(who);
        let channel = CHANNELS[what % CHANNELS.len()];
        match kind {
            Kind::Handshake if what % 2 == 0 => handshake(&id).ack(Ack::Offered),
            Kind::Handshake => handshake(&id),
            Kind::Connect if what % 2 == 0 => connect(&client, &id).ack(Ack::Received(what as u64)),
            Kind::Connect => connect(&client, &id),
            Kind::ShortConnect => connect(&client, &id).hold(0),
            Kind::LongConnect => connect(&client, &id).hold(i64::MAX),
            Kind::Subscribe => subscribe(&client, &[channel, "/a"], &id),
            Kind::Unsubscribe => unsubscribe(&client, &[channel], &id),
            // Events may keep this id.
            Kind::Publish => publish(channel, &client, "3", "p"),
            Kind::Big => publish(channel, &client, &format!("\"{}\"", "x".repeat(3_000)), "p"),
            Kind::Disconnect => disconnect(&client, &id),
            Kind::Nothing => Ask::default(),
        }
    }

    fn drain(&mut self) {
        let mut out = Vec::new();
        while let Some(action) = self.server.poll_action(&mut out) {
            let text = String::from_utf8(core::mem::take(&mut out)).expect("text");
            let lane = action.lane();
            let kind = self.lanes.get(&lane).copied();
            let wanted = match action {
                Action::Send(_) | Action::Close(..) => LaneKind::Socket,
                Action::Respond(..) | Action::Reject(..) => LaneKind::Exchange,
            };
            assert_eq!(kind, Some(wanted), "{action:?} is for no such lane");
            if !matches!(action, Action::Send(_)) {
                self.lanes.remove(&lane);
            }
            if matches!(action, Action::Send(_) | Action::Respond(..)) {
                self.read(&text);
                self.story.push(text);
            } else {
                assert_eq!(text, "", "{action:?} has no text");
                self.story.push(format!("{action:?}"));
            }
        }
    }

    fn read(&mut self, text: &str) {
        assert!(text.starts_with('[') && text.ends_with(']'), "{text}");
        for rest in text.split(r#""id":"m"#).skip(1) {
            let id = rest.split('"').next().unwrap_or_default().to_owned();
            assert!(self.answered.insert(id), "answered twice: {text}");
        }
        for rest in text.split(r#""channel":"/meta/handshake","#).skip(1) {
            if let Some((_, client)) = rest.split_once(r#""clientId":""#) {
                self.clients
                    .extend(client.split('"').next().map(str::to_owned));
            }
        }
    }

    /// Number of channels and batches that the server keeps.
    fn counts(&self) -> [usize; 2] {
        let shown = format!("{:?}", self.server);
        ["channels", "batches"].map(|name| {
            let (_, rest) = shown
                .split_once(&format!("{name}: "))
                .expect("the count is shown");
            let number = rest.split([',', ' ']).next().unwrap_or_default();
            number.parse().expect("a number")
        })
    }

    fn check(&self) {
        assert!(self.server.sessions().count() <= SESSIONS);
        let [channels, batches] = self.counts();
        assert!(channels <= SESSIONS * SUBSCRIPTIONS, "{channels} channels");
        let connects = match self.server.config().profile.concurrent_connects {
            ConcurrentConnects::BothAnswered => CONNECTS,
            _ => 1,
        };
        assert!(batches <= SESSIONS * connects, "{batches} batches");
        for channel in CHANNELS {
            assert!(self.server.listeners(channel) <= SESSIONS);
        }
        assert_eq!(
            self.server.listeners("/private/x"),
            0,
            "the channel is guarded"
        );
    }
}
