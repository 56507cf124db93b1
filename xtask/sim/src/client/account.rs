//! Gap-free delivery between the session and the program: the feed, its ledger and its store.

mod overflow;
mod rest;

use core::{fmt, time::Duration};
use std::collections::VecDeque;

use bayeux_proto::Instant;
use groupme_delivery::{DeliveryTag, Feed, GapCause, Ledger, MemoryStore, Store as _};
use groupme_model::{ConversationId, Event, EventRef, SourceGuid, Timestamp, UserId, UserPair};

use self::overflow::Overflow;
pub(crate) use self::rest::address;
use crate::{
    errands::{Draft, Reply, Task},
    fact::Handed,
    plan::AccountSetting,
    sabotage::Saboteur,
};

/// What stands between a session and a program that wants to miss nothing.
pub struct Account {
    you: String,
    setting: AccountSetting,
    feed: Feed<Event>,
    ledger: Ledger<MemoryStore>,
    store: MemoryStore,
    overflow: Overflow,
    /// When the program takes the next thing, if it is a slow one.
    takes_at: Instant,
    /// Whether the account's own channel is active.
    hears_own: bool,
    unacknowledged: Vec<(DeliveryTag, Handed)>,
    /// What is to be sent.
    drafts: VecDeque<Draft>,
    sent: u32,
    /// Whether the store is known to have a baseline.
    has_baseline: bool,
    pub(crate) life: u32,
}

impl Account {
    pub(crate) fn new(you: &str, setting: AccountSetting) -> Self {
        Self::over(you, setting, MemoryStore::default(), 0)
    }

    /// Another life of the same program: nothing is left but the store.
    pub(crate) fn reborn(&self) -> Self {
        let (setting, store) = (self.setting.clone(), self.store.clone());
        Self::over(&self.you, setting, store, self.life + 1)
    }

    fn over(you: &str, setting: AccountSetting, mut store: MemoryStore, life: u32) -> Self {
        let saved = store.load().unwrap_or_default();
        let has_baseline = saved.whole_until.is_some();
        let config = setting.feed.clone();
        let feed = Feed::new(config, UserId::from(you), saved, u64::from(life));
        Self {
            you: you.to_owned(),
            setting,
            feed,
            ledger: Ledger::new(store.clone()),
            store,
            overflow: Overflow::default(),
            takes_at: Instant::ORIGIN,
            hears_own: false,
            unacknowledged: Vec::new(),
            drafts: VecDeque::new(),
            sent: 0,
            has_baseline,
            life,
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let takes = (self.feed.backlog() > 0).then_some(self.takes_at);
        self.feed.poll_timeout().into_iter().chain(takes).min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.feed.handle_timeout(now);
    }

    /// Whether everything is delivered as it is pushed, and nothing is to be found out.
    pub(crate) fn is_settled(&self) -> bool {
        let has_rest = self.feed.questions() == 0 && self.feed.held() == 0;
        self.feed.is_synced() && has_rest && self.drafts.is_empty()
    }

    /// The session told something. `own` is whether it is that the account's own channel is active,
    /// `live` whether it is active in any case.
    pub(crate) fn told(
        &mut self,
        now: Instant,
        event: &bayeux_proto::SessionEvent,
        own: bool,
        live: bool,
    ) {
        use bayeux_proto::SessionEvent;
        self.hears_own = live;
        match event {
            SessionEvent::Down { .. }
            | SessionEvent::AttemptFailed { .. }
            | SessionEvent::Ended(_) => {
                self.feed.handle_loss(now, GapCause::Connection);
            }
            SessionEvent::Gap { .. } => {
                self.feed.handle_loss(now, GapCause::Connection);
                if live {
                    self.go_live(now);
                }
            }
            SessionEvent::Subscribed(_) if own => self.go_live(now),
            _ => {}
        }
    }

    fn go_live(&mut self, now: Instant) {
        if !self.overflow.is_dropping() {
            self.feed.handle_live(now, wall(now));
        }
    }

    /// The program asked for a channel, or gave it up.
    pub(crate) fn watch(&mut self, channel: &str, is_watched: bool) {
        let conversation = if let Some(group) = channel.strip_prefix("/group/") {
            Some(ConversationId::new(group))
        } else {
            let pair = channel.strip_prefix("/direct_message/");
            let pair = pair.and_then(|pair| pair.parse::<UserPair>().ok());
            pair.map(|pair| pair.conversation_id())
        };
        if let Some(conversation) = conversation {
            self.feed.watch(&conversation, is_watched);
        }
    }

    pub(crate) fn pushed(&mut self, now: Instant, event: &EventRef<'_>) {
        if self.overflow.takes(self.feed.backlog()) {
            self.feed.handle_push(now, event, event.into_owned());
        } else {
            self.feed.handle_loss(now, GapCause::Overflow);
        }
    }

    /// Says something over REST, to be sent until it is there.
    pub(crate) fn say(&mut self, now: Instant, to: &Recipient) -> String {
        let guid = format!("{}-{}-{}", self.you, self.life, self.sent);
        self.sent += 1;
        self.feed.expect(SourceGuid::from(guid.as_str()));
        self.drafts.push_back(Draft {
            path: to.path(),
            body: to.body(&guid),
            until: now + SENDS_FOR,
        });
        guid
    }

    pub(crate) fn poll_task(&mut self, now: Instant) -> Option<Task> {
        self.drafts.retain(|draft| now <= draft.until);
        if let Some(draft) = self.drafts.pop_front() {
            return Some(Task::Send(draft));
        }
        let (id, question) = self.feed.poll_request()?;
        Some(Task::Ask(id, question))
    }

    pub(crate) fn answered(&mut self, now: Instant, task: Task, reply: Reply) {
        match task {
            Task::Ask(id, question) => {
                let answer = rest::read(&question, reply);
                self.feed.handle_response(now, id, answer);
            }
            // It is there, or refused; else it is sent again as it is, so that it is there once.
            Task::Send(draft) => match reply {
                Reply::Given(200..=299 | 400..=428, _) => {}
                _ => self.drafts.push_back(draft),
            },
        }
    }

    /// The next thing for the program, entered in the ledger.
    pub(crate) fn poll_delivery(&mut self, now: Instant) -> Option<Handed> {
        if now < self.takes_at {
            return None;
        }
        loop {
            let Some(mut delivered) = self.feed.poll_delivery() else {
                if self.overflow.end() && self.hears_own {
                    self.feed.handle_live(now, wall(now));
                }
                return None;
            };
            if self.ledger.record(&mut delivered).unwrap_or(true) {
                let handed = Handed::of(&delivered);
                self.unacknowledged
                    .push((delivered.receipt, handed.clone()));
                self.takes_at = now + self.setting.pace;
                return Some(handed);
            }
        }
    }

    /// The program is done with all it has.
    pub(crate) fn acknowledge(&mut self, saboteur: &mut Saboteur) -> Vec<Handed> {
        let done = core::mem::take(&mut self.unacknowledged);
        let done = done.into_iter().filter_map(|(receipt, handed)| {
            if !saboteur.forgets_acknowledgement() {
                self.ledger.acknowledge(receipt).ok()?;
            }
            Some(handed)
        });
        done.collect()
    }

    /// Whether the store has a baseline since this was last asked.
    pub(crate) fn finds_baseline(&mut self) -> bool {
        let before = self.has_baseline;
        if !before {
            let saved = self.store.load().unwrap_or_default();
            self.has_baseline = saved.whole_until.is_some();
        }
        !before && self.has_baseline
    }

    pub(crate) fn setting(&self) -> &AccountSetting {
        &self.setting
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

/// Whom a message is for.
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    Group(String),
    User(String),
}

impl Recipient {
    fn path(&self) -> String {
        match self {
            Self::Group(group) => format!("/v3/groups/{group}/messages"),
            Self::User(_) => "/v3/direct_messages".to_owned(),
        }
    }

    fn body(&self, guid: &str) -> String {
        match self {
            Self::Group(_) => {
                format!(r#"{{"message":{{"source_guid":"{guid}","text":"sent"}}}}"#)
            }
            Self::User(user) => format!(
                r#"{{"direct_message":{{"source_guid":"{guid}","recipient_id":"{user}","text":"sent"}}}}"#
            ),
        }
    }
}

/// The time of day.
fn wall(now: Instant) -> Timestamp {
    let since = i64::try_from(now.since_origin().as_secs()).unwrap_or(0);
    Timestamp::from_secs(EPOCH + since)
}

/// When worlds begin, in seconds since 1970.
const EPOCH: i64 = 1_750_000_000;
/// For how long a message is sent again. GroupMe takes a `source_guid` once in a minute.
const SENDS_FOR: Duration = Duration::from_secs(40);
