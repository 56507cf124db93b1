//! Our session in the place of the recorded client, answered by the server's side of the recording.
//!
//! The recording has no replies to our own requests, so each request gets the reply that the same
//! request of the same session got, with our id, over our lane and with the recorded delay. Where
//! our client differs from the recorded one, these rules apply:
//!
//! - A handshake sent by POST beside an open websocket counts as one over the websocket.
//! - After an outage, our requests wait until the recorded client got through again.
//! - A connect that asks not to be held is granted, if the recorded client let its own be held.
//! - A subscription that the recorded client forgot to renew is granted.
//! - An event waits until we are subscribed: we back off before a second handshake, others do not.

use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::{
    Action, Close, Config, Instant, LaneId, Message as Envelope, Session, Transport, Verdict,
};
use bayeux_wire::Message;

use super::{
    application::Application,
    recording::{Asked, Record, Recording, UPGRADE, With, messages, same},
};

/// Delay of an immediate reply, in milliseconds.
const SOON: u64 = 250;

pub(crate) struct World<'r> {
    recording: &'r Recording,
    session: Session,
    now: u64,
    records: VecDeque<(u64, Record)>,
    /// Events that wait until our session is subscribed.
    parked: VecDeque<Message<'static>>,
    used: Vec<bool>,
    /// Open lanes, and whether they are exchanges.
    lanes: BTreeMap<LaneId, bool>,
    outstanding: Vec<(LaneId, Asked)>,
    client_id: Option<&'static str>,
    pub(crate) application: Application,
    pub(crate) handshakes: usize,
}

/// The next step. At the same time, the first variant comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Record,
    /// The answer with this index, or one that the recording does not have, to this request.
    Answer(usize, Option<usize>),
    Timeout,
}

impl<'r> World<'r> {
    pub(crate) fn replay(recording: &'r Recording, transports: &[Transport], seed: u64) -> Self {
        let mut config = Config::default();
        config.transports = transports.to_vec();
        if recording.frozen {
            // The recorded clients timed out while the network was frozen, and so must ours.
            config.network_allowance = core::time::Duration::from_secs(3);
        }
        let mut world = Self {
            recording,
            session: Session::new(config, seed),
            now: 0,
            records: recording.records.iter().copied().collect(),
            parked: VecDeque::new(),
            used: vec![false; recording.answers.len()],
            lanes: BTreeMap::new(),
            outstanding: Vec::new(),
            client_id: None,
            application: Application::default(),
            handshakes: 0,
        };
        while let Some((at, step)) = world.next() {
            world.now = at;
            match step {
                Step::Record => world.record(),
                Step::Answer(request, answer) => world.answer(request, answer),
                Step::Timeout => world.session.handle_timeout(world.instant()),
            }
            world.drain();
            world.unpark();
        }
        world
    }

    fn instant(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    fn next(&self) -> Option<(u64, Step)> {
        let record = self.records.front().map(|(at, _)| (*at, Step::Record));
        let answers = (0..self.outstanding.len()).filter_map(|request| {
            let (at, answer) = self.answer_to(self.outstanding[request].1)?;
            Some((at, Step::Answer(request, answer)))
        });
        let timeout = self.session.poll_timeout().map(|deadline| {
            let millis = deadline.at.since_origin().as_micros().div_ceil(1000);
            (u64::try_from(millis).unwrap(), Step::Timeout)
        });
        let steps = answers.chain(record).chain(timeout);
        let first = steps.map(|(at, step)| (at.max(self.now), step)).min()?;
        (first.0 <= self.recording.end).then_some(first)
    }

    /// Returns the time and the index of the answer to a request. The delay is that of the
    /// recording, except that a held connect is answered when the recorded one was.
    fn answer_to(&self, asked: Asked) -> Option<(u64, Option<usize>)> {
        let arrival = self.recording.arrival(asked.at)?;
        let answers = self.recording.answers.iter().enumerate();
        let mut fitting = answers.filter(|(_, answer)| same(answer.to, asked));
        let unused = fitting.clone().find(|(index, _)| !self.used[*index]);
        let envelope = asked.message.envelope();
        if is_connect(&asked) {
            let advice = envelope.advice;
            let at_once = advice.is_some_and(|advice| advice.timing.timeout == Some(0));
            return match unused {
                Some((index, answer)) if !at_once || answer.at <= arrival + SOON => {
                    Some((arrival.max(answer.at), Some(index)))
                }
                _ => at_once.then_some((arrival, None)),
            };
        }
        // A repeated request gets the same answer again.
        match unused.or_else(|| fitting.next_back()) {
            Some((index, answer)) => Some((arrival + answer.at - answer.to.at, Some(index))),
            None => (envelope.subscription.is_some()).then_some((arrival, None)),
        }
    }

    fn record(&mut self) {
        let now = self.instant();
        match self.records.pop_front() {
            Some((_, Record::Request(message))) => {
                self.application.want(now, &mut self.session, message);
            }
            Some((_, Record::Event(message))) => self.parked.push_back(message),
            Some((_, Record::Break)) => {
                while let Some((lane, _)) = self.lanes.first_key_value() {
                    self.end(*lane, Close::Lost);
                }
            }
            None => {}
        }
    }

    /// Delivers the events that waited, once a server would push them to us.
    fn unpark(&mut self) {
        let connect = self.outstanding.iter().find(|(_, asked)| is_connect(asked));
        let lane = connect.map(|(lane, _)| *lane);
        while let (Some(lane), Some(event)) = (lane, self.parked.front().copied())
            && self.application.is_subscribed(event.channel())
        {
            self.parked.pop_front();
            self.push(lane, event);
        }
    }

    fn answer(&mut self, request: usize, answer: Option<usize>) {
        let (lane, asked) = self.outstanding.remove(request);
        let id = asked.message.envelope().id;
        if let Some(index) = answer {
            self.used[index] = true;
        }
        match answer.map(|index| &self.recording.answers[index].with) {
            Some(With::Nothing(why)) => return self.end(lane, *why),
            Some(With::Opened) => {
                self.lanes.insert(lane, false);
                self.session.handle_open(self.instant(), lane);
            }
            Some(With::Messages(all)) => {
                let is_disconnect = all[0].channel() == "/meta/disconnect";
                for message in all {
                    let envelope = message.envelope();
                    if envelope.successful.is_some() && envelope.channel == asked.message.channel()
                    {
                        let verdict = self.reply(lane, &Envelope { id, ..envelope });
                        // After the disconnect, which ends the session, a reply is too late.
                        assert!(
                            is_disconnect || verdict == Verdict::Handled,
                            "{verdict:?}: {envelope:?}"
                        );
                    } else {
                        self.push(lane, *message);
                    }
                }
            }
            None => {
                let granted = Envelope {
                    successful: Some(true),
                    advice: None,
                    ..asked.message.envelope()
                };
                assert_eq!(self.reply(lane, &granted), Verdict::Handled, "{granted:?}");
            }
        }
        let busy = self.outstanding.iter().any(|(known, _)| *known == lane);
        if self.lanes.get(&lane) == Some(&true) && !busy {
            self.end(lane, Close::Complete);
        }
    }

    fn reply(&mut self, lane: LaneId, envelope: &Envelope<'static>) -> Verdict {
        if envelope.channel == "/meta/handshake" {
            self.client_id = envelope.client_id;
        }
        self.session.handle_message(self.instant(), lane, envelope)
    }

    fn push(&mut self, lane: LaneId, message: Message<'_>) {
        let verdict = self
            .session
            .handle_message(self.instant(), lane, &message.envelope());
        if verdict == Verdict::Deliver {
            self.application.delivered.push(message.value().to_string());
        }
    }

    fn end(&mut self, lane: LaneId, why: Close) {
        self.forget(lane);
        self.session.handle_close(self.instant(), lane, why);
    }

    fn forget(&mut self, lane: LaneId) {
        self.lanes.remove(&lane);
        self.outstanding.retain(|(known, _)| *known != lane);
    }

    fn drain(&mut self) {
        let mut out = Vec::new();
        while let Some(action) = self.session.poll_action(self.instant(), &mut (), &mut out) {
            match action {
                Action::Open(lane) => self.ask(lane, UPGRADE),
                Action::Send(lane) => {
                    assert_eq!(self.lanes.get(&lane), Some(&false), "at {}", self.now);
                    self.ask(lane, str::from_utf8(&out).unwrap());
                }
                Action::Exchange(lane, _) => {
                    self.lanes.insert(lane, true);
                    self.ask(lane, str::from_utf8(&out).unwrap());
                }
                Action::Close(lane) => self.forget(lane),
                action => panic!("no recording is silent for so long: {action:?}"),
            }
            out.clear();
        }
        while let Some(event) = self.session.poll_event() {
            self.application.hear(&self.session, &event);
        }
    }

    fn ask(&mut self, lane: LaneId, payload: &str) {
        for message in messages(payload) {
            match message.channel() {
                "/meta/handshake" => self.handshakes += 1,
                "websocket" => {}
                _ => {
                    let session = message.envelope().client_id;
                    assert_eq!(session, self.client_id, "at {}", self.now);
                }
            }
            let at = self.now;
            self.outstanding.push((lane, Asked { at, message }));
        }
        let outstanding = self.outstanding.iter();
        let connects = outstanding.filter(|(_, asked)| is_connect(asked));
        assert!(connects.count() <= 1, "two connects at {}", self.now);
    }
}

fn is_connect(asked: &Asked) -> bool {
    asked.message.channel() == "/meta/connect"
}
