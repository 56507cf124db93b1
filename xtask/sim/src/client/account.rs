//! Gap-free delivery between session and program: the feed, its ledger and its store.

mod rest;

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::{Instant, SessionEvent};
use groupme_delivery::{DeliveryTag, Feed, GapCause, Ledger, MemoryStore, Saved, Store as _};
use groupme_model::{ConversationId, Event, EventRef, SourceGuid, Timestamp, UserId, UserPair};

pub(crate) use self::rest::address;
use crate::{
    fact::Delivered,
    plan::AccountSettings,
    rest_requests::{Call, Outgoing, Reply},
    sabotage::Saboteur,
};

/// Gap-free delivery for one user.
pub(crate) struct Account {
    user: String,
    settings: AccountSettings,
    feed: Feed<Event>,
    ledger: Ledger<MemoryStore>,
    store: MemoryStore,
    /// The program is slower than the pushes: they are dropped, into a gap, until it has taken all.
    is_dropping: bool,
    /// When a slow program takes the next delivery.
    takes_at: Instant,
    /// Whether the user's own channel is active.
    is_live: bool,
    unacknowledged: Vec<(DeliveryTag, Delivered)>,
    /// Messages to be sent.
    outgoing: VecDeque<Outgoing>,
    sent: u32,
    /// Whether the store is known to have a baseline.
    has_baseline: bool,
    /// Number of the process, from 0.
    pub(crate) process: u32,
}

impl Account {
    pub(crate) fn new(user: &str, settings: AccountSettings) -> Self {
        Self::with_store(user, settings, MemoryStore::default(), 0)
    }

    /// Returns the account in the next process of the program: only the store is left.
    pub(crate) fn restarted(&self) -> Self {
        let (settings, store) = (self.settings.clone(), self.store.clone());
        Self::with_store(&self.user, settings, store, self.process + 1)
    }

    fn with_store(
        user: &str,
        settings: AccountSettings,
        mut store: MemoryStore,
        process: u32,
    ) -> Self {
        let saved = store.load().unwrap_or_default();
        let has_baseline = has_baseline(&saved);
        let config = settings.feed.clone();
        let feed = Feed::new(config, UserId::from(user), saved, u64::from(process));
        Self {
            user: user.to_owned(),
            settings,
            feed,
            ledger: Ledger::new(store.clone()),
            store,
            is_dropping: false,
            takes_at: Instant::ORIGIN,
            is_live: false,
            unacknowledged: Vec::new(),
            outgoing: VecDeque::new(),
            sent: 0,
            has_baseline,
            process,
        }
    }

    pub(crate) fn settings(&self) -> &AccountSettings {
        &self.settings
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let takes = (self.feed.backlog() > 0).then_some(self.takes_at);
        self.feed.poll_timeout().into_iter().chain(takes).min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.feed.handle_timeout(now);
    }

    /// Returns whether everything is delivered as it is pushed, and no request is open.
    pub(crate) fn is_settled(&self) -> bool {
        let is_busy = self.feed.requests() > 0 || self.feed.buffered() > 0;
        self.feed.is_synced() && !is_busy && self.outgoing.is_empty()
    }

    /// Returns whether the store has got a baseline since the last call.
    pub(crate) fn finds_baseline(&mut self) -> bool {
        let before = self.has_baseline;
        if !before {
            self.has_baseline = has_baseline(&self.store.load().unwrap_or_default());
        }
        !before && self.has_baseline
    }

    /// Handles an event of the session. `subscribed` says whether it reports the user's own
    /// channel active, `is_live` whether that channel is active now.
    pub(crate) fn handle_session_event(
        &mut self,
        now: Instant,
        event: &SessionEvent,
        subscribed: bool,
        is_live: bool,
    ) {
        self.is_live = is_live;
        match event {
            SessionEvent::Down { .. }
            | SessionEvent::AttemptFailed { .. }
            | SessionEvent::Ended(_) => self.feed.handle_loss(now, GapCause::Connection),
            SessionEvent::Gap { .. } => {
                self.feed.handle_loss(now, GapCause::Connection);
                if is_live {
                    self.go_live(now);
                }
            }
            SessionEvent::Subscribed(_) if subscribed => self.go_live(now),
            _ => {}
        }
    }

    fn go_live(&mut self, now: Instant) {
        if !self.is_dropping {
            self.feed.handle_live(now, time_of_day(now));
        }
    }

    /// Records that a channel is subscribed, or no longer.
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

    pub(crate) fn handle_push(&mut self, now: Instant, event: &EventRef<'_>) {
        self.is_dropping |= self.feed.backlog() >= BACKLOG;
        if self.is_dropping {
            self.feed.handle_loss(now, GapCause::Overflow);
        } else {
            self.feed.handle_push(now, event, event.into_owned());
        }
    }

    /// Sends a message over REST, repeatedly until there is an answer; returns its `source_guid`.
    pub(crate) fn send(&mut self, now: Instant, to: &Recipient) -> String {
        let guid = format!("{}-{}-{}", self.user, self.process, self.sent);
        self.sent += 1;
        self.feed.expect(SourceGuid::from(guid.as_str()));
        self.outgoing.push_back(Outgoing {
            path: to.path(),
            body: to.body(&guid),
            until: now + SENDS_FOR,
        });
        guid
    }

    pub(crate) fn poll_call(&mut self, now: Instant) -> Option<Call> {
        self.outgoing.retain(|outgoing| now <= outgoing.until);
        if let Some(outgoing) = self.outgoing.pop_front() {
            return Some(Call::Send(outgoing));
        }
        let (id, request) = self.feed.poll_request()?;
        Some(Call::Read(id, request))
    }

    pub(crate) fn handle_response(&mut self, now: Instant, call: Call, reply: Reply) {
        match call {
            Call::Read(id, request) => {
                let response = rest::read(&request, reply);
                self.feed.handle_response(now, id, response);
            }
            Call::Send(outgoing) => match reply {
                // Accepted or refused for good.
                Reply::Response(200..=299 | 400..=428, _) => {}
                _ => self.outgoing.push_back(outgoing),
            },
        }
    }

    /// Returns the next delivery, recorded in the ledger.
    pub(crate) fn poll_delivery(&mut self, now: Instant) -> Option<Delivered> {
        if now < self.takes_at {
            return None;
        }
        loop {
            let Some(mut delivery) = self.feed.poll_delivery() else {
                if core::mem::take(&mut self.is_dropping) && self.is_live {
                    self.go_live(now);
                }
                return None;
            };
            if self.ledger.record(&mut delivery).unwrap_or(true) {
                let delivered = Delivered::of(&delivery);
                self.unacknowledged.push((delivery.tag, delivered.clone()));
                self.takes_at = now + self.settings.pace;
                return Some(delivered);
            }
        }
    }

    /// Acknowledges everything that the program has, and returns it.
    pub(crate) fn acknowledge(&mut self, saboteur: &mut Saboteur) -> Vec<Delivered> {
        let open = core::mem::take(&mut self.unacknowledged);
        let acknowledged = open.into_iter().filter_map(|(tag, delivered)| {
            if !saboteur.forgets_acknowledgement() {
                self.ledger.acknowledge(tag).ok()?;
            }
            Some(delivered)
        });
        acknowledged.collect()
    }
}

/// The recipient of a message.
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

fn has_baseline(saved: &Saved) -> bool {
    saved.baseline.is_some() || saved.synced_until.is_some()
}

fn time_of_day(now: Instant) -> Timestamp {
    let since = i64::try_from(now.since_origin().as_secs()).unwrap_or(0);
    Timestamp::from_secs(EPOCH + since)
}

/// Start of every simulation, in seconds since 1970.
pub(crate) const EPOCH: i64 = 1_750_000_000;
/// Maximum deliveries that wait for the program.
const BACKLOG: usize = 64;
/// Time for which a message is sent again. GroupMe accepts a `source_guid` once a minute.
const SENDS_FOR: Duration = Duration::from_secs(40);
