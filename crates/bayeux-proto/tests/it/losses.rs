//! Losses in any exchange: a server that puts events into whatever response goes next, and a network
//! that takes some of them.

use std::collections::BTreeSet;

use bayeux_proto::{Close, Config, Instant, Message, Resume, SessionEvent, Transport, Verdict};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::{
    fuzz::runs,
    peer::Peer,
    world::{Kind, Request, World, event, millis, over, timing},
};

#[derive(Clone, Debug)]
enum Step {
    /// An event on the subscribed channel waits in the server.
    Event,
    Publish,
    Subscribe(usize),
    Unsubscribe,
    /// The server answers a request, and all events that wait go along.
    Answer(usize, Fate),
    /// The connection of a request ends without a word of the server.
    Break(usize, Close),
    Pass(u64),
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    /// The events arrive, and no reply.
    WithoutReply,
    Lost(Close),
}

/// Ends of an exchange by which its response is lost.
const LOSSES: [Close; 5] = [
    Close::Lost,
    Close::TimedOut,
    Close::Malformed,
    Close::Oversize,
    Close::Status {
        status: 502,
        retry_after: None,
    },
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fate = || {
        prop_oneof![
            4 => Just(Fate::Arrives),
            1 => Just(Fate::WithoutReply),
            2 => select(&LOSSES[..]).prop_map(Fate::Lost),
        ]
    };
    let step = prop_oneof![
        6 => Just(Step::Event),
        3 => Just(Step::Publish),
        1 => (0_usize..3).prop_map(Step::Subscribe),
        1 => Just(Step::Unsubscribe),
        8 => (0_usize..4, fate()).prop_map(|(pick, fate)| Step::Answer(pick, fate)),
        1 => (0_usize..4, select(&LOSSES[..])).prop_map(|(pick, why)| Step::Break(pick, why)),
        4 => (1_u64..4_000).prop_map(Step::Pass),
    ];
    vec(step, 1..60)
}

/// A server with its client, and what became of each event.
struct Story {
    world: World,
    answered: BTreeSet<String>,
    sessions: u32,
    /// Time of each event.
    sent: Vec<Instant>,
    waiting: Vec<usize>,
    /// Events that were in a lost response, or of a lost session.
    lost: BTreeSet<usize>,
    delivered: BTreeSet<usize>,
}

impl Story {
    fn new(config: Config) -> Self {
        let mut story = Self {
            world: World::connecting(config),
            answered: BTreeSet::new(),
            sessions: 0,
            sent: Vec::new(),
            waiting: Vec::new(),
            lost: BTreeSet::new(),
            delivered: BTreeSet::new(),
        };
        story.world.subscribe("/a");
        while !story.is_subscribed() {
            story.answer(0, Fate::Arrives);
        }
        story
    }

    fn is_subscribed(&self) -> bool {
        let mut events = self.world.events.iter();
        events.any(|(_, event)| matches!(event, SessionEvent::Subscribed(_)))
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Event => {
                self.waiting.push(self.sent.len());
                self.sent.push(self.world.now);
                self.world.pass(millis(1));
            }
            Step::Publish => {
                self.world.publish("/b", "1");
            }
            Step::Subscribe(name) => {
                self.world.subscribe(["/c", "/d", "/e"][*name]);
            }
            Step::Unsubscribe => {
                let other = self.world.session.subscriptions().nth(1);
                if let Some((id, _)) = other {
                    self.world.session.unsubscribe(id).expect("a current one");
                    self.world.drain();
                }
            }
            Step::Answer(pick, fate) => self.answer(*pick, *fate),
            Step::Break(pick, why) => {
                if let Some(request) = self.unanswered(*pick) {
                    self.end(&request, *why);
                }
            }
            Step::Pass(time) => self.world.pass(millis(*time)),
        }
    }

    /// Returns a request that waits for an answer. Opens a websocket first.
    fn unanswered(&mut self, pick: usize) -> Option<Request> {
        if self.world.is_opening() {
            self.world.open();
        }
        let requests = self.world.requests.iter();
        let waiting: Vec<_> = requests
            .filter(|request| self.world.lanes.contains_key(&request.lane))
            .filter(|request| !self.answered.contains(&request.id))
            .collect();
        let index = pick % waiting.len().max(1);
        waiting.get(index).map(|request| (*request).clone())
    }

    fn answer(&mut self, pick: usize, fate: Fate) {
        let Some(request) = self.unanswered(pick) else {
            return;
        };
        if request.channel == "/meta/handshake" {
            // A server has nothing for a session before it is subscribed.
            self.lost.extend(self.waiting.drain(..));
            self.sessions += 1;
            let name = format!("session{}", self.sessions);
            let reply = Message {
                advice: timing(0, 30_000),
                ..request.handshake_ok(&name)
            };
            self.answered.insert(request.id.clone());
            self.world.answer(&request, &[reply]);
            return;
        }
        let fate = match fate {
            // A websocket has no end but its own.
            Fate::Lost(_) if request.kind == Kind::Socket => Fate::Lost(Close::Lost),
            fate => fate,
        };
        if let Fate::Lost(why) = fate {
            self.lost.extend(self.waiting.drain(..));
            return self.end(&request, why);
        }
        let with_it: Vec<_> = self
            .world
            .requests
            .iter()
            .filter(|other| other.payload == request.payload)
            .cloned()
            .collect();
        let events = core::mem::take(&mut self.waiting);
        let mut payload = vec![event("/a"); events.len()];
        if let Fate::Arrives = fate {
            payload.extend(with_it.iter().map(Request::ok));
        }
        self.answered.extend(with_it.iter().map(|r| r.id.clone()));
        let verdicts = self.world.answer(&request, &payload);
        for (event, verdict) in events.iter().zip(verdicts) {
            assert_eq!(verdict, Verdict::Deliver, "event {event}");
            assert!(self.delivered.insert(*event));
        }
    }

    /// Ends the lane of a request, and what the server has written into it.
    fn end(&mut self, request: &Request, why: Close) {
        if request.kind == Kind::Socket {
            self.lost.extend(self.waiting.drain(..));
        }
        self.world.close(request.lane, why);
    }

    /// Lets network and server recover, and checks that every lost event is in a gap that was told
    /// after the event.
    fn check(mut self) {
        Peer::default().serve(&mut self.world, millis(300_000));
        for index in &self.lost {
            let sent = self.sent[*index];
            let is_told = self.world.events.iter().any(|(told, event)| {
                matches!(event, SessionEvent::Gap { since, .. } if *since <= sent && *told >= sent)
            });
            assert!(is_told, "event {index} of {sent} was lost in silence");
        }
    }
}

fn config(resume: Resume, transports: &[Transport]) -> Config {
    let mut config = over(transports);
    config.resume = resume;
    config
}

proptest! {
    #![proptest_config(runs())]

    // C143
    #[test]
    fn every_lost_event_is_in_a_gap_that_is_told_whichever_response_had_it(
        steps in steps(),
        resume in select(&[Resume::SameSession, Resume::FreshHandshake][..]),
        transport in select(&[Transport::LongPolling, Transport::WebSocket][..]),
    ) {
        let mut story = Story::new(config(resume, &[transport]));
        for step in &steps {
            story.take(step);
        }
        story.check();
    }
}

// C143
#[test]
fn a_server_that_never_loses_anything_leads_to_no_gap() {
    for transport in [Transport::LongPolling, Transport::WebSocket] {
        let mut story = Story::new(config(Resume::SameSession, &[transport]));
        for round in 0..20 {
            story.take(&Step::Event);
            story.take(&Step::Publish);
            story.take(&Step::Pass(500));
            story.take(&Step::Answer(round, Fate::Arrives));
        }
        assert_eq!(story.delivered.len(), 20, "{transport:?}");
        let mut events = story.world.events.iter();
        assert!(!events.any(|(_, event)| matches!(event, SessionEvent::Gap { .. })));
    }
}
