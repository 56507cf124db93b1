//! One client and one outage of its server.

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use bayeux_proto::{
    Action, BayeuxId, Channel, Close, Instant, LaneId, Outgoing, Session, SessionEvent,
};
use bayeux_wire::{Decoder, Frame};
use groupme_account::TransportPolicy;

/// Behaviour of a server that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// TCP connections are refused.
    Tcp,
    /// HTTP status 503.
    Status,
    /// The handshake is refused, with the advice to try again.
    Handshake,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Status, Self::Handshake];
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "TCP refused",
            Self::Status => "HTTP status 503",
            Self::Handshake => "handshake refused",
        })
    }
}

/// What came of an outage. Times count from its beginning.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// When the server saw an attempt.
    pub(super) attempts: Vec<Duration>,
    /// When the channel was subscribed again.
    pub(super) subscribed: Option<Duration>,
}

/// A client in an outage.
pub(super) struct Trial {
    session: Session,
    refusal: Refusal,
    now: Instant,
    /// Begin and end of the outage.
    out: (Instant, Instant),
    arrivals: BTreeMap<(Instant, u64), Arrival>,
    sequence: u64,
    /// Lanes that the client has open.
    lanes: Vec<LaneId>,
    decoder: Decoder,
    outcome: Outcome,
}

enum Arrival {
    Opened(LaneId),
    Closed(LaneId, Close),
    /// Replies, and whether they end an exchange.
    Replies(LaneId, String, bool),
    /// Begin of the outage.
    Outage,
}

impl Trial {
    pub(super) fn new(seed: u64, refusal: Refusal, down: Duration) -> Self {
        let mut session = Session::new(TransportPolicy::Auto.session(), seed);
        session.connect(Instant::ORIGIN);
        if let Ok(channel) = Channel::new("/user/1") {
            // There is room for one.
            let _ = session.subscribe(&channel);
        }
        // The session has been up for a while.
        let begin = Instant::ORIGIN + Duration::from_mins(1);
        Self {
            session,
            refusal,
            now: Instant::ORIGIN,
            out: (begin, begin + down),
            arrivals: BTreeMap::from([((begin, 0), Arrival::Outage)]),
            sequence: 0,
            lanes: Vec::new(),
            decoder: Decoder::new(),
            outcome: Outcome::default(),
        }
    }

    /// Runs until the channel is subscribed again, or so long after the beginning of the outage.
    pub(super) fn run(mut self, time: Duration) -> Outcome {
        let end = self.out.0 + time;
        self.settle();
        while self.outcome.subscribed.is_none() {
            let timer = self.session.poll_timeout().map(|deadline| deadline.at);
            let arrival = self.arrivals.first_key_value().map(|((at, _), _)| *at);
            let Some(next) = timer.into_iter().chain(arrival).min() else {
                break;
            };
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            while let Some(first) = self
                .arrivals
                .first_entry()
                .filter(|one| one.key().0 <= next)
            {
                let arrival = first.remove();
                self.arrive(arrival);
                self.settle();
            }
            self.session.handle_timeout(self.now);
            self.settle();
        }
        self.outcome
    }

    fn is_out(&self) -> bool {
        self.out.0 <= self.now && self.now < self.out.1
    }

    fn later(&mut self, arrival: Arrival) {
        self.sequence += 1;
        self.arrivals
            .insert((self.now + LATENCY, self.sequence), arrival);
    }

    fn arrive(&mut self, arrival: Arrival) {
        let now = self.now;
        match arrival {
            Arrival::Outage => {
                for lane in core::mem::take(&mut self.lanes) {
                    self.session.handle_close(now, lane, Close::Lost);
                }
            }
            Arrival::Opened(lane) => {
                if self.lanes.contains(&lane) {
                    self.session.handle_open(now, lane);
                }
            }
            Arrival::Closed(lane, close) => self.close(lane, close),
            Arrival::Replies(lane, text, is_last) => {
                if !self.lanes.contains(&lane) {
                    return;
                }
                let mut frame = Frame::from_bytes(text.as_bytes());
                if self.decoder.decode(&mut frame).is_ok() {
                    for message in frame.messages() {
                        let _ = self.session.handle_message(now, lane, &message.envelope());
                    }
                }
                if is_last {
                    self.close(lane, Close::Complete);
                }
            }
        }
    }

    fn close(&mut self, lane: LaneId, close: Close) {
        if self.lanes.contains(&lane) {
            self.lanes.retain(|other| *other != lane);
            self.session.handle_close(self.now, lane, close);
        }
    }

    fn settle(&mut self) {
        let mut batch = Vec::new();
        let mut extension = |_: Outgoing<'_>, _: &mut Vec<u8>| {};
        while let Some(action) = self
            .session
            .poll_action(self.now, &mut extension, &mut batch)
        {
            self.act(action, &batch);
            batch.clear();
        }
        while let Some(event) = self.session.poll_event() {
            if let SessionEvent::Subscribed(_) = event
                && self.now > self.out.0
            {
                self.outcome.subscribed.get_or_insert(self.now - self.out.0);
            }
        }
    }

    fn act(&mut self, action: Action, batch: &[u8]) {
        match action {
            Action::Open(lane) | Action::Exchange(lane, _) => {
                self.lanes.push(lane);
                if self.refusal != Refusal::Handshake {
                    self.note_attempt();
                }
                match (self.refusal, action) {
                    (Refusal::Tcp, _) if self.is_out() => {
                        self.later(Arrival::Closed(lane, Close::ConnectionRefused));
                    }
                    (Refusal::Status, _) if self.is_out() => {
                        let close = Close::Status {
                            status: 503,
                            retry_after: None,
                        };
                        self.later(Arrival::Closed(lane, close));
                    }
                    (_, Action::Open(_)) => self.later(Arrival::Opened(lane)),
                    _ => self.reply(lane, batch, true),
                }
            }
            Action::Send(lane) => self.reply(lane, batch, false),
            Action::Ping(lane) => self.session.handle_pong(self.now, lane),
            Action::Close(lane) => self.lanes.retain(|other| *other != lane),
            _ => {}
        }
    }

    fn note_attempt(&mut self) {
        if self.now >= self.out.0 {
            self.outcome.attempts.push(self.now - self.out.0);
        }
    }

    fn reply(&mut self, lane: LaneId, batch: &[u8], is_last: bool) {
        if self.refusal == Refusal::Handshake && has(batch, b"/meta/handshake") {
            self.note_attempt();
        }
        let mut frame = Frame::from_bytes(batch);
        if self.decoder.decode(&mut frame).is_err() {
            return;
        }
        let is_ok = !self.is_out();
        let mut replies = Vec::new();
        for message in frame.messages() {
            let envelope = message.envelope();
            // Held.
            if envelope.channel == "/meta/connect" && !has(batch, br#""timeout":0"#) {
                continue;
            }
            let id = envelope.id.and_then(BayeuxId::number).unwrap_or_default();
            let channel = envelope.channel;
            let subscription = envelope
                .subscription
                .map_or(String::new(), |of| format!(r#","subscription":"{of}""#));
            let rest = if is_ok {
                r#""clientId":"c""#
            } else {
                r#""error":"500::out","advice":{"reconnect":"handshake","interval":0}"#
            };
            replies.push(format!(
                r#"{{"channel":"{channel}","id":"{id}","successful":{is_ok},"version":"1.0","supportedConnectionTypes":["websocket","long-polling"],{rest}{subscription}}}"#
            ));
        }
        if !replies.is_empty() {
            let text = format!("[{}]", replies.join(","));
            self.later(Arrival::Replies(lane, text, is_last));
        }
    }
}

fn has(batch: &[u8], text: &[u8]) -> bool {
    batch.windows(text.len()).any(|window| window == text)
}

/// Latency of everything.
const LATENCY: Duration = Duration::from_millis(20);
