//! Random calls in any order: invariants of a session whatever the application, the network and the
//! server do, and recovery once they behave.
//!
//! The cases are the same in every run. `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=<any number>`
//! tries more of them; a failure is shrunk and printed with its seed.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

mod step;

use core::time::Duration;
use std::collections::BTreeSet;

use bayeux_proto::{
    Close, Config, End, Instant, LaneId, Outcome, PublishId, SessionEvent, SubscriptionId, Verdict,
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config as Runs, FileFailurePersistence, RngSeed},
};

use self::step::{CHANNELS, NAMES, Reply, Step, config, step};
use crate::{
    peer::Peer,
    world::{Kind, World, channel, event, millis},
};

proptest! {
    #![proptest_config(runs())]

    // C021 C123 C124 C128 C129
    #[test]
    fn random_calls_never_break_the_session_and_it_recovers(
        config in config(),
        seed in 0..1_000_u64,
        steps in vec(step(), 0..250),
    ) {
        let story = run(config.clone(), seed, &steps);
        let again = run(config, seed, &steps);
        prop_assert_eq!(story, again, "the same calls give the same answers");
    }
}

/// Returns a configuration with the same cases in every run.
pub(crate) fn runs() -> Runs {
    let mut runs = Runs::default();
    runs.cases = runs.cases.max(2_000);
    runs.failure_persistence = Some(Box::new(FileFailurePersistence::Off));
    if runs.rng_seed == RngSeed::Random {
        runs.rng_seed = RngSeed::Fixed(1);
    }
    runs
}

/// Runs random steps, then a well-behaved peer, then a disconnect. Returns the record of all
/// events.
fn run(config: Config, seed: u64, steps: &[Step]) -> Vec<String> {
    let mut life = Run::new(config, seed);
    for step in steps {
        life.take(step);
    }
    life.recover();
    life.disconnect_at_last();
    life.world.story()
}

/// World, and the state that its application expects.
struct Run {
    world: World,
    peer: Peer,
    /// All lanes that were ever opened.
    lanes: BTreeSet<LaneId>,
    wanted: Vec<(SubscriptionId, &'static str)>,
    dropped: BTreeSet<SubscriptionId>,
    published: Vec<PublishId>,
    greeted: u64,
    reported: Reported,
}

/// State derived from the events so far.
#[derive(Default)]
struct Reported {
    read: usize,
    running: bool,
    up: bool,
    connecting: bool,
    settled: BTreeSet<PublishId>,
    left: BTreeSet<SubscriptionId>,
}

impl Run {
    fn new(config: Config, seed: u64) -> Self {
        let mut world = World::new(config, seed);
        world.pongs = false;
        Self {
            world,
            peer: Peer::default(),
            lanes: BTreeSet::new(),
            wanted: Vec::new(),
            dropped: BTreeSet::new(),
            published: Vec::new(),
            greeted: 0,
            reported: Reported::default(),
        }
    }

    fn take(&mut self, step: &Step) {
        let now = self.world.now;
        match step {
            Step::Connect => self.connect(),
            Step::Disconnect => self.world.session.disconnect(self.world.now),
            Step::Subscribe(pick) => {
                let name = CHANNELS[pick % CHANNELS.len()];
                if let Ok(id) = self.world.session.subscribe(&channel(name)) {
                    self.wanted.push((id, name));
                }
            }
            Step::Unsubscribe(pick) => self.unsubscribe(*pick),
            Step::Publish(pick) => {
                let name = channel(NAMES[pick % NAMES.len()]);
                let publish = self
                    .world
                    .session
                    .publish(self.world.now, &name, r#"{"n":1}"#);
                self.published.extend(publish.ok());
            }
            Step::PauseConnects(paused) => self.world.session.pause_connects(*paused),
            Step::Wake => self.world.session.handle_wake(now),
            Step::Act(tell) => {
                self.world.step();
                if *tell {
                    self.read();
                }
            }
            Step::Drain => self.drain(),
            Step::Sleep(duration) => self.world.now = now + millis(*duration),
            Step::Peace(duration) => {
                self.peer.serve(&mut self.world, millis(*duration));
                self.read();
            }
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
            Step::Progress(pick) => {
                if let Some(lane) = self.lane(*pick) {
                    self.world.session.handle_progress(now, lane, now);
                }
            }
            Step::Reply(pick, reply, other) => self.reply(*pick, reply, *other),
            Step::Message(pick, unsolicited) => {
                if let Some(lane) = self.lane(*pick) {
                    let _ = self.world.hand_in(lane, &unsolicited.message());
                }
            }
        }
        self.lanes.extend(self.world.lanes.keys());
    }

    fn connect(&mut self) {
        self.read();
        self.world.session.connect(self.world.now);
        self.reported.running = true;
    }

    fn unsubscribe(&mut self, pick: usize) {
        if self.wanted.is_empty() {
            return;
        }
        // Commands queued earlier may still name the channel.
        self.read();
        let (id, _) = self.wanted.remove(pick % self.wanted.len());
        assert_eq!(self.world.session.unsubscribe(id), Ok(()));
        self.dropped.insert(id);
    }

    /// Polls all actions and events; none may remain due at this moment.
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

    /// Picks one of the latest lanes, dead or alive.
    fn lane(&self, pick: usize) -> Option<LaneId> {
        let some = self.lanes.len().clamp(1, 8);
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

    /// Polls all events, and checks that they are consistent.
    fn read(&mut self) {
        self.world.take_events();
        let reported = &mut self.reported;
        for (_, event) in &self.world.events[reported.read..] {
            match event {
                SessionEvent::Connecting => {
                    assert!(reported.running && !reported.connecting, "{event:?}");
                    reported.connecting = true;
                }
                SessionEvent::Up { .. } => {
                    assert!(reported.running && !reported.up, "{event:?}");
                    reported.up = true;
                }
                SessionEvent::Down { .. } => {
                    assert!(reported.up, "{event:?}");
                    (reported.up, reported.connecting) = (false, false);
                }
                SessionEvent::AttemptFailed { .. } => {
                    assert!(reported.running && !reported.up, "{event:?}");
                    reported.connecting = false;
                }
                SessionEvent::Gap { since, .. } => {
                    assert!(reported.up, "{event:?}");
                    assert!(*since <= self.world.now, "{event:?}");
                }
                SessionEvent::Moved { .. } | SessionEvent::MultipleClients => {
                    assert!(reported.running, "{event:?}");
                }
                SessionEvent::Subscribed(id) | SessionEvent::Refused(id, _) => {
                    assert!(reported.running, "{event:?}");
                    assert!(!self.dropped.contains(id), "{event:?} of a dropped one");
                }
                SessionEvent::Published(id, _) => {
                    assert!(reported.settled.insert(*id), "{event:?} again");
                }
                SessionEvent::Ended(_) => {
                    assert!(reported.running, "{event:?}");
                    (reported.running, reported.up, reported.connecting) = (false, false, false);
                }
                SessionEvent::Unsubscribed(id) => {
                    assert!(self.dropped.contains(id), "{event:?} of a wanted one");
                    assert!(reported.left.insert(*id), "{event:?} again");
                }
                other => panic!("unknown event {other:?}"),
            }
        }
        reported.read = self.world.events.len();
    }

    /// Runs with a well-behaved network and server, and checks that the session recovers
    /// completely.
    fn recover(&mut self) {
        self.world.session.pause_connects(false);
        // A pending disconnect ends first.
        self.peer.serve(&mut self.world, millis(3_000));
        self.connect();
        let (peer, wanted) = (&mut self.peer, &self.wanted);
        let healed = peer.serve_until(&mut self.world, Duration::from_mins(10), |world| {
            flows(world) && wanted.iter().all(|(id, name)| is_settled(world, *id, name))
        });
        assert!(
            healed,
            "ten good minutes do not help: {:?}",
            self.world.session
        );
        // All queued commands settle, with whatever outcome.
        self.peer.serve(&mut self.world, millis(70_000));
        self.read();
        assert!(self.reported.up && self.world.outstanding() == 1);
        for (id, name) in &self.wanted {
            let mut recipients = self.world.session.recipients(name);
            assert!(recipients.any(|to| to == *id) || name.contains('*'));
        }
        let lane = *self.world.lanes.keys().next_back().expect("a lane");
        let verdict = self.world.hand_in(lane, &event("/a/b"));
        let interested = ["/a/b", "/a/*", "/a/**", "/**"];
        assert_eq!(
            verdict == Verdict::Deliver,
            self.wanted
                .iter()
                .any(|(_, name)| interested.contains(name)),
        );
        let publish = self
            .world
            .session
            .publish(self.world.now, &channel("/a"), "1");
        let publish = publish.expect("room for one");
        self.peer.serve(&mut self.world, millis(1_000));
        let accepted = SessionEvent::Published(publish, Outcome::Accepted);
        assert_eq!(self.world.reported(&accepted), 1);
        self.read();
        self.published.push(publish);
    }

    /// Disconnects from a server that never answers.
    fn disconnect_at_last(&mut self) {
        self.world.session.disconnect(self.world.now);
        self.world.drain();
        self.world.pass(millis(3_000));
        self.read();
        assert_eq!(
            self.world.last_event(),
            &SessionEvent::Ended(End::Requested)
        );
        assert_eq!(self.world.session.poll_timeout(), None);
        assert!(self.world.lanes.is_empty(), "{:?}", self.world.lanes);
        let published: BTreeSet<_> = self.published.iter().copied().collect();
        assert_eq!(published, self.reported.settled, "every publish is settled");
        assert_eq!(self.dropped, self.reported.left, "every end is reported");
    }
}

/// Returns whether the session is up and has an outstanding connect.
fn flows(world: &World) -> bool {
    let change = world
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            SessionEvent::Up { .. } => Some(true),
            SessionEvent::Down { .. } | SessionEvent::Ended(_) => Some(false),
            _ => None,
        });
    change == Some(true) && world.outstanding() == 1
}

/// Returns whether the current session has requested the channel and reported the answer.
fn is_settled(world: &World, id: SubscriptionId, name: &str) -> bool {
    let mut asked = world.sent("/meta/subscribe");
    let asked = asked.rfind(|request| request.text("subscription") == Some(name));
    let reported = |event: &SessionEvent| match event {
        SessionEvent::Subscribed(of) | SessionEvent::Refused(of, _) => *of == id,
        _ => false,
    };
    asked.is_some_and(|request| request.client_id() == world.client_id())
        && world.events.iter().any(|(_, event)| reported(event))
}
