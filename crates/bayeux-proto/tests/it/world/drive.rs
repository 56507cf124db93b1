//! Driver of the session, with checks of the invariants.

use bayeux_proto::{Action, Exchange, Extension, LaneId, Message, Outgoing, Verdict};

use super::{
    Kind, World,
    script::{Request, messages, text_of},
};

impl World {
    /// Reports one message without polling: the rest of its payload follows.
    pub(crate) fn hand_in(&mut self, lane: LaneId, message: &Message<'_>) -> Verdict {
        let verdict = self.session.handle_message(self.now, lane, message);
        if verdict == Verdict::Handled && message.successful.is_some() {
            match (message.channel, message.client_id) {
                ("/meta/handshake", Some(id)) if message.successful == Some(true) => {
                    self.client_id = Some(id.to_owned());
                }
                ("/meta/connect", _) => self.outstanding.retain(|(on, _)| *on != lane),
                _ => {}
            }
        }
        verdict
    }

    /// Performs all actions and polls all events, then checks that the next deadline lies in the
    /// future.
    pub(crate) fn drain(&mut self) {
        self.drain_once();
        if self.is_overdue() {
            // The clock has passed a deadline without a report to the session.
            self.session.handle_timeout(self.now);
            self.drain_once();
        }
        assert!(
            !self.is_overdue(),
            "hot loop at {}: {:?} stays due: {:?}",
            self.now,
            self.session.poll_timeout(),
            self.session
        );
    }

    fn is_overdue(&self) -> bool {
        let deadline = self.session.poll_timeout();
        deadline.is_some_and(|deadline| deadline.at <= self.now)
    }

    fn drain_once(&mut self) {
        let mut rounds = 0;
        while self.step() {
            rounds += 1;
            assert!(rounds < 10_000, "the session never stops acting");
        }
        self.take_events();
    }

    /// Performs the next action, if there is one.
    pub(crate) fn step(&mut self) -> bool {
        let mut out = Vec::new();
        let mut ext = Stamp(self.ext);
        let action = self.session.poll_action(self.now, &mut ext, &mut out);
        self.ext = ext.0;
        match action {
            Some(action) => self.perform(action, &String::from_utf8(out).expect("UTF-8")),
            None => assert!(out.is_empty(), "bytes without an action"),
        }
        action.is_some()
    }

    /// Polls all events.
    pub(crate) fn take_events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.note(&format!("{event:?}"));
            self.events.push((self.now, event));
        }
    }

    fn perform(&mut self, action: Action, batch: &str) {
        let lane = action.lane();
        let known = self.lanes.get(&lane).copied();
        let verb = match action {
            Action::Open(_) => {
                assert_eq!(known, None, "{lane:?} is reused");
                self.lanes.insert(lane, Kind::Opening);
                "open"
            }
            Action::Send(_) => {
                assert_eq!(known, Some(Kind::Socket), "{lane:?} is not an open socket");
                "send"
            }
            Action::Exchange(_, exchange) => {
                assert_eq!(known, None, "{lane:?} is reused");
                let (kind, verb) = match exchange {
                    Exchange::Held { .. } => (Kind::Held, "poll"),
                    _ => (Kind::Ordinary, "post"),
                };
                let same = self.lanes.values().filter(|k| **k == kind).count();
                assert_eq!(same, 0, "two exchanges of one kind: {:?}", self.lanes);
                self.lanes.insert(lane, kind);
                verb
            }
            Action::Ping(_) => {
                assert_eq!(known, Some(Kind::Socket), "{lane:?} is not an open socket");
                self.pings.push(lane);
                if self.pongs {
                    self.session.handle_pong(self.now, lane);
                }
                "ping"
            }
            Action::Close(_) => {
                assert!(known.is_some(), "{lane:?} is not alive, and is closed");
                self.forget(lane);
                "close"
            }
            other => panic!("unknown action {other:?}"),
        };
        assert_eq!(
            batch.is_empty(),
            !matches!(action, Action::Send(_) | Action::Exchange(..)),
            "{action:?} with {batch:?}"
        );
        let exchange = match action {
            Action::Exchange(_, exchange) => Some(exchange),
            _ => None,
        };
        let what = self.record(lane, exchange, batch);
        self.note(&format!("{verb} {}{what}", lane.number()));
    }

    /// Parses a batch, checks its invariants, and returns the names of its messages.
    fn record(&mut self, lane: LaneId, exchange: Option<Exchange>, batch: &str) -> String {
        let mut named = String::new();
        let messages = messages(batch);
        for json in &messages {
            let member = |key| text_of(json, key).unwrap_or_else(|| panic!("no {key} in {json}"));
            let request = Request {
                at: self.now,
                lane,
                kind: self.lanes[&lane],
                payload: self.payloads,
                channel: member("channel").to_owned(),
                id: member("id").to_owned(),
                json: (*json).to_owned(),
                hold: match exchange {
                    Some(Exchange::Held { hold }) => Some(hold),
                    _ => None,
                },
                operation: exchange.and_then(Exchange::operation),
            };
            named = named + " " + &request.channel;
            if let Some(subscription) = request.text("subscription") {
                named = named + ":" + subscription;
            }
            if request.channel == "/meta/handshake" {
                assert_eq!(messages.len(), 1, "a handshake is alone in its payload");
                assert_eq!(request.client_id(), None, "a handshake has no clientId");
                // Messages sent before the reply would belong to no session.
                self.client_id = None;
            } else {
                assert_eq!(
                    request.client_id(),
                    self.client_id.as_deref(),
                    "not the clientId of the latest handshake"
                );
            }
            if request.channel == "/meta/connect" {
                self.outstanding.push((lane, request.id.clone()));
                assert_eq!(
                    self.outstanding.len(),
                    1,
                    "connects: {:?}",
                    self.outstanding
                );
            }
            let fresh = self.ids.insert(request.id.clone());
            assert!(fresh, "id {} is reused", request.id);
            self.requests.push(request);
        }
        self.payloads += 1;
        named
    }

    /// Removes a lane from the driver's list.
    pub(crate) fn forget(&mut self, lane: LaneId) {
        self.lanes.remove(&lane);
        self.outstanding.retain(|(on, _)| *on != lane);
    }

    fn note(&mut self, what: &str) {
        let at = self.now.since_origin().as_millis();
        self.transcript.push(format!("{at} {what}"));
    }
}

/// Writes a number that grows with each message, if enabled.
struct Stamp(Option<u64>);

impl Extension for Stamp {
    fn write_ext(&mut self, _: Outgoing<'_>, out: &mut Vec<u8>) {
        if let Some(count) = &mut self.0 {
            *count += 1;
            out.extend_from_slice(format!("{{\"stamp\":{count}}}").as_bytes());
        }
    }
}
