//! Gap-free delivery between the session and the program: the feed, its ledger and its store.

use core::fmt;

use bayeux_proto::{Event, Instant};
use groupme_delivery::{
    Answer, Cause, Config, Failure, Feed, Item, Ledger, MemoryStore, Missing, Question, QuestionId,
    Receipt, Store as _, Window,
};
use groupme_model::{ConversationId, EventRef, Timestamp, UserId};
use serde::de::DeserializeOwned;

use crate::{errands::Reply, fact::Handed};

/// What stands between a session and a program that wants to miss nothing.
pub struct Account {
    you: String,
    feed: Feed<Option<u64>>,
    ledger: Ledger<MemoryStore>,
    store: MemoryStore,
    config: Config,
    /// Whether the program takes its time to acknowledge.
    lazy: bool,
    unacknowledged: Vec<(Receipt, Option<u64>)>,
    pub(crate) life: u32,
}

impl Account {
    pub(crate) fn new(you: &str, config: Config, lazy: bool) -> Self {
        Self::over(you, config, lazy, MemoryStore::default(), 0)
    }

    /// Another life of the same program: nothing is left but the store.
    pub(crate) fn reborn(&self) -> Self {
        let (config, store) = (self.config.clone(), self.store.clone());
        Self::over(&self.you, config, self.lazy, store, self.life + 1)
    }

    fn over(you: &str, config: Config, lazy: bool, mut store: MemoryStore, life: u32) -> Self {
        let saved = store.load().unwrap_or_default();
        let feed = Feed::new(config.clone(), UserId::from(you), saved, u64::from(life));
        Self {
            you: you.to_owned(),
            feed,
            ledger: Ledger::new(store.clone()),
            store,
            config,
            lazy,
            unacknowledged: Vec::new(),
            life,
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.feed.poll_timeout()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.feed.handle_timeout(now);
    }

    /// Whether everything is delivered as it is pushed, and nothing is to be found out.
    pub(crate) fn is_settled(&self) -> bool {
        self.feed.is_whole() && self.feed.questions() == 0 && self.feed.held() == 0
    }

    /// The session told something. `own` is whether it is that the account's own channel is active,
    /// `live` whether it is active in any case.
    pub(crate) fn told(&mut self, now: Instant, event: &Event, own: bool, live: bool) {
        let since = i64::try_from(now.since_origin().as_secs()).unwrap_or(0);
        let wall = Timestamp::from_secs(EPOCH + since);
        match event {
            Event::Down { .. } | Event::AttemptFailed { .. } | Event::Ended(_) => {
                self.feed.handle_loss(now, Cause::Connection);
            }
            Event::Gap { .. } => {
                self.feed.handle_loss(now, Cause::Connection);
                if live {
                    self.feed.handle_live(now, wall);
                }
            }
            Event::Subscribed(_) if own => self.feed.handle_live(now, wall),
            _ => {}
        }
    }

    pub(crate) fn pushed(&mut self, now: Instant, event: &EventRef<'_>) {
        let owned = event.into_owned();
        let message = owned.message().filter(|_| is_new(owned.kind()));
        let message = message.and_then(|message| number(message.id.as_str()));
        self.feed.handle_push(now, event, message);
    }

    pub(crate) fn poll_question(&mut self) -> Option<(QuestionId, Question)> {
        self.feed.poll_question()
    }

    pub(crate) fn answered(
        &mut self,
        now: Instant,
        id: QuestionId,
        question: &Question,
        answer: Reply,
    ) {
        let answer = match answer {
            Reply::Asked | Reply::Lost | Reply::Given(408 | 429 | 500.., _) => {
                Err(Failure::Unavailable)
            }
            Reply::Given(200, body) => read(question, &body).ok_or(Failure::Unavailable),
            Reply::Given(304, _) => Ok(Answer::Messages(Vec::new())),
            Reply::Given(404, _) => Err(Failure::Gone),
            Reply::Given(..) => Err(Failure::Refused),
        };
        self.feed.handle_answer(now, id, answer);
    }

    /// The next thing for the program, entered in the ledger.
    pub(crate) fn poll_delivery(&mut self) -> Option<Handed> {
        loop {
            let mut delivered = self.feed.poll_delivery()?;
            if !self.ledger.enter(&mut delivered).unwrap_or(true) {
                continue;
            }
            let handed = handed(&delivered.item);
            let message = match handed {
                Handed::Message(id, _) => Some(id),
                _ => None,
            };
            self.unacknowledged.push((delivered.receipt, message));
            return Some(handed);
        }
    }

    /// The program is done with all it has; the messages among that.
    pub(crate) fn acknowledge(&mut self) -> Vec<u64> {
        let done = core::mem::take(&mut self.unacknowledged);
        let acknowledged = done.into_iter().filter_map(|(receipt, message)| {
            self.ledger.acknowledge(receipt).ok()?;
            message
        });
        acknowledged.collect()
    }

    pub(crate) fn is_lazy(&self) -> bool {
        self.lazy
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("feed", &self.feed)
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

fn handed(item: &Item<Option<u64>>) -> Handed {
    let id = |id: &groupme_model::MessageId| number(id.as_str());
    match item {
        Item::Push(message) => message.map_or(Handed::Other, |id| Handed::Message(id, None)),
        Item::Made(made) if is_new(made.event.kind()) => {
            let message = made.event.message().and_then(|message| id(&message.id));
            let conversation = made.conversation.as_str().to_owned();
            message.map_or(Handed::Other, |id| Handed::Message(id, Some(conversation)))
        }
        Item::Lost(lost) if lost.what == Missing::Messages => Handed::Lost {
            conversation: lost.conversation.as_ref().map(|id| id.as_str().to_owned()),
            after: lost.after.as_ref().and_then(id),
            upto: lost.upto.as_ref().and_then(id),
        },
        Item::CaughtUp => Handed::CaughtUp,
        _ => Handed::Other,
    }
}

fn is_new(kind: &str) -> bool {
    matches!(kind, "line.create" | "direct_message.create")
}

fn number(id: &str) -> Option<u64> {
    id.parse().ok()
}

/// Where a question is asked: path and query.
pub(crate) fn address(question: &Question, you: &str) -> (String, String) {
    match question {
        Question::Groups { page, limit } => (
            "/v3/groups".to_owned(),
            format!("page={page}&per_page={limit}&omit=memberships"),
        ),
        Question::Chats { page, limit } => (
            "/v3/chats".to_owned(),
            format!("page={page}&per_page={limit}"),
        ),
        Question::Memberships => ("/v3/memberships/states".to_owned(), String::new()),
        Question::Topics { group } => (
            format!("/v3/groups/{}/subgroups", group.as_str()),
            String::new(),
        ),
        Question::History {
            conversation,
            window,
            limit,
        } => {
            let window = match window {
                Window::Before(id) => format!("&before_id={}", id.as_str()),
                Window::After(id) => format!("&after_id={}", id.as_str()),
                _ => String::new(),
            };
            match other(conversation, you) {
                None => (
                    format!("/v3/groups/{}/messages", conversation.as_str()),
                    format!("limit={limit}{window}"),
                ),
                Some(other) => (
                    "/v3/direct_messages".to_owned(),
                    format!("other_user_id={other}&limit={limit}{window}"),
                ),
            }
        }
        _ => (String::new(), String::new()),
    }
}

fn other<'a>(conversation: &'a ConversationId, you: &str) -> Option<&'a str> {
    let (one, two) = conversation.as_str().split_once('+')?;
    Some(if one == you { two } else { one })
}

/// What an answer says.
fn read(question: &Question, body: &str) -> Option<Answer> {
    let mut body: serde_json::Value = serde_json::from_str(body).ok()?;
    let mut response = body.get_mut("response")?.take();
    Some(match question {
        Question::Groups { .. } => Answer::Groups(rows(response)?),
        Question::Chats { .. } => Answer::Chats(rows(response)?),
        Question::Memberships => Answer::Memberships(rows(response)?),
        Question::Topics { .. } => Answer::Topics(rows(response)?),
        _ => {
            let group = response.get("messages").is_some();
            let name = if group { "messages" } else { "direct_messages" };
            Answer::Messages(rows(response.get_mut(name)?.take())?)
        }
    })
}

fn rows<T: DeserializeOwned>(list: serde_json::Value) -> Option<Vec<T>> {
    serde_json::from_value(list).ok()
}

/// When worlds begin, in seconds since 1970.
const EPOCH: i64 = 1_750_000_000;
