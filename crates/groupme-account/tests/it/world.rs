//! A gateway and a REST API as an engine sees them.

use core::time::Duration;
use std::sync::Arc;

use bayeux_proto::{Action, Channel, Close, Instant, LaneId};
use bayeux_wire::{Decoder, Frame};
use groupme_account::{Account, Config, Delivery, Incoming, Moment, Status, TransportPolicy};
use groupme_delivery::{Change, Failure, MemoryStore, Request, Response, Rows, Store as _};
use groupme_model::{HistoryWindow, Timestamp};
use serde_json::json;

/// User of the account.
pub(crate) const YOU: &str = "185";
/// Group with messages.
pub(crate) const GROUP: &str = "1835";
/// Time of day at the start, in seconds.
const T0: i64 = 1_700_000_000;

/// Engine with a gateway that confirms everything, unless told otherwise.
pub(crate) struct World {
    pub(crate) account: Account,
    pub(crate) now: Instant,
    pub(crate) store: MemoryStore,
    /// Whether changes are saved as soon as there are any.
    pub(crate) saves: bool,
    /// Error of the replies to the next subscribes, and their number.
    pub(crate) refusal: (&'static str, usize),
    /// Beginning of the only channels that are refused.
    pub(crate) refuses_only: Option<&'static str>,
    /// Number of subscribes and unsubscribes sent, and of tokens asked for.
    pub(crate) subscribes: usize,
    pub(crate) unsubscribes: usize,
    pub(crate) tokens: usize,
    decoder: Decoder,
    lane: Option<LaneId>,
    number: u64,
}

impl World {
    pub(crate) fn new(has_store: bool, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.session = TransportPolicy::WebSocket.session();
        change(&mut config);
        let mut store = MemoryStore::default();
        let saved = has_store.then(|| store.load().unwrap());
        let own = Channel::new(&format!("/user/{YOU}")).unwrap();
        Self {
            account: Account::new(config, YOU.into(), &own, saved, 7),
            now: Instant::ORIGIN,
            store,
            saves: true,
            refusal: ("", 0),
            refuses_only: None,
            subscribes: 0,
            unsubscribes: 0,
            tokens: 0,
            decoder: Decoder::new(),
            lane: None,
            number: 0,
        }
    }

    pub(crate) fn moment(&self) -> Moment {
        let since = i64::try_from(self.now.since_origin().as_millis()).unwrap();
        Moment::new(self.now, Timestamp::from_millis(T0 * 1000 + since))
    }

    /// Handles everything until the engine waits. Returns the items for the program.
    pub(crate) fn settle(&mut self) -> Vec<Incoming> {
        let mut taken = Vec::new();
        loop {
            self.advance();
            match self.account.poll_incoming() {
                Some(incoming) => taken.push(incoming),
                None if self.saves && self.account.has_changes() => {}
                None => return taken,
            }
        }
    }

    /// Handles everything but the items for the program.
    pub(crate) fn advance(&mut self) {
        let mut batch = Vec::new();
        loop {
            let at = self.moment();
            let tokens = &mut self.tokens;
            let mut token = |out: &mut Vec<u8>| {
                *tokens += 1;
                out.extend_from_slice(b"secret");
            };
            batch.clear();
            let Some(action) = self.account.poll_action(at, &mut token, &mut batch) else {
                break;
            };
            match action {
                Action::Open(lane) => {
                    self.lane = Some(lane);
                    self.account.handle_open(at, lane);
                }
                Action::Send(lane) => self.reply(lane, &batch),
                Action::Ping(lane) => self.account.handle_pong(at, lane),
                _ => {}
            }
        }
        while let Some((id, request)) = self.account.poll_request() {
            let response = match request {
                Request::Groups { page: 1, .. } => Ok(Response::Groups(vec![
                    serde_json::from_value(json!({ "id": GROUP })).unwrap(),
                ])),
                Request::Groups { .. } => Ok(Response::Groups(vec![])),
                Request::Chats { .. } => Ok(Response::Chats(vec![])),
                Request::Memberships => Ok(Response::Memberships(vec![])),
                // The end of a history, since the list names no newest message.
                Request::History {
                    window: HistoryWindow::After(_),
                    ..
                } => Ok(Response::Messages(Rows::default())),
                // Histories are not there yet.
                _ => Err(Failure::Unavailable),
            };
            let at = self.moment();
            self.account.handle_response(at, id, response);
        }
        if self.saves {
            self.save();
        }
    }

    /// Saves all changes.
    pub(crate) fn save(&mut self) {
        let mut changes: Vec<Change> = Vec::new();
        while let Some(id) = self.account.poll_changes(&mut changes) {
            self.store.save(&changes).unwrap();
            changes.clear();
            self.account.handle_saved(id, Ok(()));
        }
    }

    fn reply(&mut self, lane: LaneId, batch: &[u8]) {
        let mut frame = Frame::from_bytes(batch);
        self.decoder.decode(&mut frame).unwrap();
        let mut replies = Vec::new();
        for message in frame.messages() {
            let envelope = message.envelope();
            let id = envelope.id.and_then(bayeux_proto::BayeuxId::number);
            let mut reply = json!({
                "channel": envelope.channel,
                "id": id.map(|id| id.to_string()),
                "successful": true,
                "clientId": "c",
            });
            match envelope.channel {
                "/meta/unsubscribe" => self.unsubscribes += 1,
                "/meta/subscribe" => {
                    self.subscribes += 1;
                    reply["subscription"] = envelope.subscription.into();
                    let (error, left) = &mut self.refusal;
                    let channel = envelope.subscription.unwrap_or_default();
                    let is_refused = self
                        .refuses_only
                        .is_none_or(|only| channel.starts_with(only));
                    if is_refused && let Some(less) = left.checked_sub(1) {
                        *left = less;
                        reply["successful"] = false.into();
                        reply["error"] = (*error).into();
                    }
                }
                // Held.
                "/meta/connect" if !batch_has(batch, r#""timeout":0"#) => continue,
                _ => {}
            }
            replies.push(reply);
        }
        if !replies.is_empty() {
            let text = serde_json::Value::from(replies).to_string();
            self.receive(lane, &text);
        }
    }

    fn receive(&mut self, lane: LaneId, text: &str) {
        let frame = self.frame(text);
        let at = self.moment();
        self.account.handle_frame(at, lane, &frame);
    }

    fn frame(&mut self, text: &str) -> Arc<Frame> {
        let mut frame = Frame::from_bytes(text.as_bytes());
        self.decoder.decode(&mut frame).unwrap();
        Arc::new(frame)
    }

    /// Returns a frame with a new message.
    pub(crate) fn message(&mut self) -> Arc<Frame> {
        self.number += 1;
        self.message_numbered(self.number)
    }

    pub(crate) fn message_numbered(&mut self, number: u64) -> Arc<Frame> {
        let number_text = format!("{}", 170_000_000_000_000_000 + number);
        let text = json!([{
            "channel": format!("/user/{YOU}"),
            "data": {
                "type": "line.create",
                "subject": {
                    "id": number_text,
                    "group_id": GROUP,
                    "created_at": T0,
                    "user_id": "162",
                    "name": "Mara",
                    "text": format!("message {number}"),
                    "source_guid": format!("guid-{number}"),
                    "attachments": [],
                },
            },
        }])
        .to_string();
        self.frame(&text)
    }

    /// Passes a frame to the engine, as the gateway would push it.
    pub(crate) fn push(&mut self, frame: &Arc<Frame>) {
        let at = self.moment();
        let lane = self.lane.expect("a websocket is open");
        self.account.handle_frame(at, lane, frame);
    }

    /// Breaks the websocket.
    pub(crate) fn cut(&mut self) {
        let at = self.moment();
        let lane = self.lane.take().expect("a websocket is open");
        self.account.handle_close(at, lane, Close::Lost, None);
    }

    /// Lets time pass, one timer after the other.
    pub(crate) fn wait(&mut self, time: Duration) -> Vec<Incoming> {
        let until = self.now + time;
        let mut taken = self.settle();
        while let Some(at) = self.account.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.account.handle_timeout(self.moment());
            taken.extend(self.settle());
        }
        self.now = until;
        taken
    }
}

fn batch_has(batch: &[u8], text: &str) -> bool {
    batch
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// Returns the number of a delivered message.
pub(crate) fn number(delivery: &Delivery) -> Option<u64> {
    let id = delivery.data().get("subject")?.get("id")?.as_str()?;
    id.parse::<u64>().ok().map(|id| id % 1_000_000)
}

/// Returns the numbers of all delivered messages.
pub(crate) fn numbers(items: &[Incoming]) -> Vec<u64> {
    let numbers = items.iter().filter_map(|item| match item {
        Incoming::Event(delivery) => number(delivery),
        _ => None,
    });
    numbers.collect()
}

/// Returns the statuses in words.
pub(crate) fn statuses(items: &[Incoming]) -> Vec<String> {
    let statuses = items.iter().filter_map(|item| match item {
        Incoming::Status(status) => Some(status.to_string()),
        _ => None,
    });
    statuses.collect()
}

/// Returns whether the account has caught up.
pub(crate) fn is_caught_up(items: &[Incoming]) -> bool {
    items
        .iter()
        .any(|item| matches!(item, Incoming::Status(Status::CaughtUp)))
}
