//! GroupMe as a feed sees it: histories to request, and pushes at will.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;
use bayeux_wire::{Decoder, Frame};
use groupme_delivery::{
    Change, Config, DeliveryTag, Failure, Feed, GapCause, Item, MemoryStore, Request, RequestId,
    Response, Saved, Store as _,
};
use groupme_model::{
    Chat, Event, EventRef, Group, HistoryWindow, MessageId, Timestamp, Topic,
    member::MembershipState,
};
use serde_json::{Value, json};

pub(crate) use crate::payloads::{T0, changed, created, favorite, hearts, id, label, notice, row};
use crate::{
    as_text::{asked, describe},
    payloads::{page, read},
    saved_ledger::SavedLedger,
};

/// User of the feed.
pub(crate) const YOU: &str = "185";

/// Existing group and direct conversation.
pub(crate) const GROUP: &str = "1835";
pub(crate) const CHAT: &str = "162+185";
/// Time after a resync in which another one is nothing unusual.
pub(crate) const LONG_AFTER: Duration = Duration::from_secs(10);
/// Interval between two comparisons.
const COMPARISON_INTERVAL: Duration = Duration::from_millis(250);

/// Feed and ledger, with a simulated GroupMe around them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a whim of GroupMe, and any may go with any"
)]
pub(crate) struct World {
    pub(crate) feed: Feed<String>,
    pub(crate) ledger: SavedLedger,
    pub(crate) store: MemoryStore,
    pub(crate) now: Instant,
    pub(crate) rows: BTreeMap<String, Vec<Value>>,
    pub(crate) topics: BTreeMap<String, Vec<String>>,
    /// Groups that the user left, whose histories cannot be read.
    pub(crate) left: Vec<String>,
    /// Failures of requests, by conversation, or by `groups`, `chats` and `memberships`.
    pub(crate) failures: BTreeMap<String, Failure>,
    /// Requests as text, in order.
    pub(crate) asked: Vec<String>,
    /// Whether every page of a list is the first one.
    pub(crate) has_one_page: bool,
    /// Whether each page of the list of groups has another group.
    pub(crate) has_endless_groups: bool,
    /// Whether a history returns its newest messages instead of the next ones.
    pub(crate) has_newest_only: bool,
    /// Whether a part of a history includes the message at its bound.
    pub(crate) is_inclusive: bool,
    /// Newest messages named by lists whose histories lack them.
    pub(crate) named: BTreeMap<String, Value>,
    /// Message because of which an answer as a whole cannot be read.
    pub(crate) poisoned: Option<u64>,
    /// Group that the list of groups leaves out.
    pub(crate) is_unlisted: Option<String>,
    /// Whether requests wait for [`World::answer_next`].
    pub(crate) is_slow: bool,
    waiting: VecDeque<(RequestId, Request)>,
    /// Whether deliveries are acknowledged at once.
    pub(crate) acknowledges: bool,
    pub(crate) config: Config,
    tags: Vec<DeliveryTag>,
    /// Whether the account was live at any time.
    pub(crate) has_begun: bool,
    /// Events made of responses of REST.
    pub(crate) made: Vec<Event>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let mut store = MemoryStore::default();
        let saved = store.load().unwrap();
        Self {
            feed: Feed::new(config.clone(), YOU.into(), saved, 7),
            ledger: SavedLedger::new(store.clone()),
            store,
            now: Instant::ORIGIN,
            rows: BTreeMap::from([(GROUP.to_owned(), vec![]), (CHAT.to_owned(), vec![])]),
            topics: BTreeMap::new(),
            left: Vec::new(),
            failures: BTreeMap::new(),
            asked: Vec::new(),
            has_one_page: false,
            has_endless_groups: false,
            has_newest_only: false,
            is_inclusive: false,
            named: BTreeMap::new(),
            poisoned: None,
            is_unlisted: None,
            is_slow: false,
            waiting: VecDeque::new(),
            acknowledges: true,
            config,
            tags: Vec::new(),
            has_begun: false,
            made: Vec::new(),
        }
    }

    /// Returns the state that survives a crash.
    pub(crate) fn saved(&self) -> Saved {
        self.store.clone().load().unwrap()
    }

    /// Changes the state that survives a crash.
    pub(crate) fn save(&mut self, change: &Change) {
        self.store.save(core::slice::from_ref(change)).unwrap();
    }

    /// Returns the tags of unacknowledged messages and changes.
    pub(crate) fn tags(&self) -> &[DeliveryTag] {
        &self.tags
    }

    /// Starts a new process with the store of the old one.
    pub(crate) fn restart(&mut self) {
        let saved = self.store.load().unwrap();
        self.feed = Feed::new(self.config.clone(), YOU.into(), saved, 7);
        self.ledger = SavedLedger::new(self.store.clone());
        self.waiting.clear();
    }

    /// Returns the time of day.
    pub(crate) fn unix_time(&self) -> Timestamp {
        let since = self.now.since_origin().as_secs();
        Timestamp::from_secs(T0 + i64::try_from(since).unwrap())
    }

    /// Goes live, and returns what is handed out.
    pub(crate) fn live(&mut self) -> Vec<String> {
        self.has_begun = true;
        self.feed.handle_live(self.now, Timestamp::from_secs(T0));
        self.settle()
    }

    pub(crate) fn lose(&mut self) -> Vec<String> {
        self.feed.handle_loss(self.now, GapCause::Connection);
        self.settle()
    }

    /// Lets time pass in which nothing happens.
    pub(crate) fn pass(&mut self, time: Duration) {
        assert!(self.wait(time).is_empty());
    }

    /// Adds a message to REST. Before the account is live for the first time, messages are an hour
    /// old.
    pub(crate) fn say(&mut self, conversation: &str, number: u64) -> Value {
        let mut row = row(conversation, number);
        if !self.has_begun {
            let sent = row["created_at"].as_i64().unwrap();
            row["created_at"] = (sent - 3_600).into();
        }
        self.put(conversation, row)
    }

    /// Adds a row to REST.
    pub(crate) fn put(&mut self, conversation: &str, row: Value) -> Value {
        let rows = self.rows.entry(conversation.to_owned()).or_default();
        rows.push(row.clone());
        rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
        row
    }

    /// Adds a message to REST and pushes it.
    pub(crate) fn say_live(&mut self, conversation: &str, number: u64) -> Vec<String> {
        let row = self.say(conversation, number);
        self.push(&created(&row), &label("push", &row))
    }

    /// Changes a row of REST.
    pub(crate) fn change(&mut self, conversation: &str, number: u64, change: &Value) -> Value {
        let rows = self.rows.get_mut(conversation).unwrap();
        let row = rows.iter_mut().find(|row| row["id"] == id(number)).unwrap();
        for (key, value) in change.as_object().unwrap() {
            row[key] = value.clone();
        }
        row.clone()
    }

    /// Pushes an event.
    pub(crate) fn push(&mut self, data: &Value, label: &str) -> Vec<String> {
        let text = json!([{ "channel": format!("/user/{YOU}"), "data": data }]).to_string();
        let mut frame = Frame::from_bytes(text.as_bytes());
        Decoder::new().decode(&mut frame).unwrap();
        let data = frame.messages().next().unwrap().data().unwrap();
        self.feed
            .handle_push(self.now, &EventRef::from_value(data), label.to_owned());
        self.settle()
    }

    /// Drops a push, as an embedder does whose program is too slow.
    pub(crate) fn drop_push(&mut self, data: &Value) {
        let text = json!([{ "channel": format!("/user/{YOU}"), "data": data }]).to_string();
        let mut frame = Frame::from_bytes(text.as_bytes());
        Decoder::new().decode(&mut frame).unwrap();
        let data = frame.messages().next().unwrap().data().unwrap();
        self.feed
            .handle_dropped(self.now, &EventRef::from_value(data));
    }

    /// Proves that everything pushed so far has arrived.
    pub(crate) fn prove(&mut self) -> Vec<String> {
        self.feed.handle_proof(self.now, self.now);
        self.settle()
    }

    /// Lets time pass, one timer after the other.
    pub(crate) fn wait(&mut self, time: Duration) -> Vec<String> {
        let until = self.now + time;
        let mut output = self.settle();
        while let Some(at) = self.feed.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.feed.handle_clock(self.now, self.unix_time());
            self.feed.handle_timeout(self.now);
            output.extend(self.settle());
        }
        self.now = until;
        self.feed.handle_clock(self.now, self.unix_time());
        self.feed.handle_timeout(self.now);
        output.extend(self.settle());
        output
    }

    /// Answers one request, without taking deliveries. Returns false if there is none.
    pub(crate) fn ask_one(&mut self) -> bool {
        let Some((id, question)) = self.feed.poll_request() else {
            return false;
        };
        self.asked.push(asked(&question));
        self.answer(id, &question);
        true
    }

    /// Answers requests until there are none, and returns what is handed out. Waits for comparisons
    /// that keep their interval.
    pub(crate) fn settle(&mut self) -> Vec<String> {
        let mut output = self.take();
        loop {
            while let Some((id, question)) = self.feed.poll_request() {
                self.asked.push(asked(&question));
                if self.is_slow {
                    self.waiting.push_back((id, question));
                    continue;
                }
                self.answer(id, &question);
                output.extend(self.take());
            }
            let next = self.feed.poll_timeout();
            let Some(at) = next.filter(|at| *at <= self.now + COMPARISON_INTERVAL) else {
                return output;
            };
            self.now = self.now.max(at);
            self.feed.handle_timeout(self.now);
        }
    }

    /// Answers the oldest waiting request.
    pub(crate) fn answer_next(&mut self) -> Vec<String> {
        let (id, question) = self.waiting.pop_front().expect("a question that waits");
        self.answer(id, &question);
        self.settle()
    }

    /// Answers the first waiting request that begins like this.
    pub(crate) fn answer_first(&mut self, kind: &str) -> Vec<String> {
        let is_it = |(_, question): &(RequestId, Request)| asked(question).starts_with(kind);
        let at = self.waiting.iter().position(is_it).unwrap();
        let (id, question) = self.waiting.remove(at).unwrap();
        self.answer(id, &question);
        self.settle()
    }

    /// Answers everything that waits, and everything later at once.
    pub(crate) fn answer_all(&mut self) -> Vec<String> {
        self.is_slow = false;
        let mut output = Vec::new();
        while !self.waiting.is_empty() {
            output.extend(self.answer_next());
        }
        output
    }

    fn answer(&mut self, id: RequestId, question: &Request) {
        let subject = match question {
            Request::Groups { .. } => "groups",
            Request::Chats { .. } => "chats",
            Request::Memberships => "memberships",
            Request::Topics { group } => group.as_str(),
            Request::History { conversation, .. } | Request::Pinned { conversation } => {
                conversation.as_str()
            }
            other => panic!("{other:?}"),
        };
        let answer = match self.failures.get(subject) {
            Some(failure) => Err(*failure),
            None if self.left.iter().any(|left| left == subject) => Err(Failure::Gone),
            None => self.find(question),
        };
        self.feed.handle_response(self.now, id, answer);
    }

    /// Returns the response of REST to a request.
    pub(crate) fn find(&self, question: &Request) -> Result<Response, Failure> {
        Ok(match question {
            Request::Groups { page, .. } if self.has_endless_groups => {
                let group = json!({"id": (50_000 + page).to_string(), "name": "another"});
                Response::Groups(vec![read(group)])
            }
            Request::Groups { page, .. } if *page == 1 || self.has_one_page => {
                let mut groups = self.groups();
                groups.retain(|group| self.is_unlisted.as_deref() != Some(group.id.as_str()));
                Response::Groups(groups)
            }
            Request::Groups { .. } => Response::Groups(vec![]),
            Request::Chats { page, .. } if *page == 1 || self.has_one_page => {
                Response::Chats(self.chats())
            }
            Request::Chats { .. } => Response::Chats(vec![]),
            Request::Memberships => Response::Memberships(self.memberships()),
            Request::Topics { group } => {
                let topics = self.topics[group.as_str()].iter();
                Response::Topics(
                    topics
                        .map(|topic| read::<Topic>(self.listed(topic)))
                        .collect(),
                )
            }
            Request::History {
                conversation,
                window,
                limit,
            } => {
                let limit = *limit as usize;
                let rows = self.rows.get(conversation.as_str());
                let mut rows: Vec<&Value> = rows.into_iter().flatten().collect();
                let id = |row: &Value| MessageId::from(row["id"].as_str().unwrap());
                let is_bound =
                    |row: &Value, bound: &MessageId| self.is_inclusive && id(row) == *bound;
                match window {
                    HistoryWindow::After(after) => {
                        rows.retain(|row| id(row) > *after || is_bound(row, after));
                    }
                    HistoryWindow::Before(before) => {
                        rows.retain(|row| id(row) < *before || is_bound(row, before));
                    }
                    _ => {}
                }
                if self.has_newest_only || !matches!(window, HistoryWindow::After(_)) {
                    rows.reverse();
                }
                rows.truncate(limit);
                // The client of REST asks for fewer messages, down to one.
                let poisoned = self.poisoned.map(crate::payloads::id);
                let at = rows
                    .iter()
                    .position(|row| row["id"].as_str() == poisoned.as_deref());
                match at {
                    Some(0) => return Err(Failure::Unreadable),
                    Some(at) => rows.truncate(at),
                    None => {}
                }
                let rows = page(rows);
                if rows.messages.is_empty() && rows.unreadable > 0 {
                    return Err(Failure::Unreadable);
                }
                Response::Messages(rows)
            }
            Request::Pinned { conversation } => {
                let rows = self.rows[conversation.as_str()].iter();
                let pinned = rows.filter(|row| !row["pinned_at"].is_null());
                Response::Messages(page(pinned))
            }
            other => panic!("{other:?}"),
        })
    }

    fn groups(&self) -> Vec<Group> {
        let topics: Vec<&String> = self.topics.values().flatten().collect();
        let groups = self
            .rows
            .keys()
            .filter(|id| !id.contains('+') && !topics.contains(id) && !self.left.contains(id));
        groups
            .map(|id| {
                let mut group = self.listed(id);
                group["children_count"] = self.topics.get(id).map_or(0, Vec::len).into();
                read(group)
            })
            .collect()
    }

    fn memberships(&self) -> Vec<MembershipState> {
        let groups = self.groups().into_iter().map(|group| (group.id, "active"));
        let left = self.left.iter().map(|id| (id.as_str().into(), "exited"));
        let all = groups.chain(left);
        all.map(|(group, state)| read(json!({ "group_id": group.as_str(), "state": state })))
            .collect()
    }

    fn chats(&self) -> Vec<Chat> {
        let chats = self.rows.iter().filter(|(id, _)| id.contains('+'));
        chats
            .map(|(id, rows)| {
                let other = id.split('+').find(|user| *user != YOU).unwrap();
                read(json!({ "other_user": { "id": other }, "last_message": rows.last() }))
            })
            .collect()
    }

    fn listed(&self, id: &str) -> Value {
        let last = self.rows.get(id).and_then(|rows| rows.last());
        let last = self.named.get(id).or(last);
        let last = last.cloned().unwrap_or_default();
        json!({
            "id": id,
            "messages": {
                "last_message_id": last["id"],
                "last_message_created_at": last["created_at"],
            },
        })
    }

    /// Takes the deliveries.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let mut output = Vec::new();
        while let Some(mut delivered) = self.feed.poll_delivery() {
            if self.ledger.record(&mut delivered).unwrap() {
                if self.acknowledges {
                    self.ledger.acknowledge(delivered.tag).unwrap();
                } else if matches!(delivered.item, Item::Push(_) | Item::Synthesized(_)) {
                    self.tags.push(delivered.tag);
                }
                output.push(describe(&delivered));
                if let Item::Synthesized(made) = delivered.item {
                    self.made.push(made.event().unwrap());
                }
            }
        }
        output
    }
}
