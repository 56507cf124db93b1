//! A program that listens to an account: it drives the engine that groupme-client drives, with a
//! store, acknowledgements and a pace of its own.

mod sending;
mod storage;

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Channel, Instant};
use bayeux_wire::Value;
use groupme_account::{Account, Config, Delivery, Incoming, Lookup, Moment, Scope, Status};
use groupme_delivery::{DeliveryTag, Failure, Response};
use groupme_model::{Timestamp, UserId};
use http::{HeaderMap, StatusCode};

pub(crate) use self::sending::Recipient;
use self::{sending::Sending, storage::Storage};
use super::SubscriptionState;
use crate::{
    fact::Delivered,
    plan::{AccountSettings, ClientSettings},
    rest_requests::{Call, Reply},
    sabotage::{Sabotage, Saboteur},
};

/// Program with one account, over all its processes.
pub(crate) struct Listener {
    user: String,
    own: Channel,
    channels: Vec<Channel>,
    settings: AccountSettings,
    session: bayeux_proto::Config,
    seed: u64,
    /// Engine of the present process, if one runs.
    pub(super) engine: Option<Account>,
    storage: Storage,
    /// Error of the time of day in this process, in milliseconds.
    clock_error: i64,
    /// Deliveries that the program has, in the order of their tags.
    unacknowledged: Vec<(DeliveryTag, Delivered)>,
    /// Time at which a slow program takes the next delivery.
    takes_at: Instant,
    /// Latest time seen.
    at: Instant,
    pub(super) sending: Sending,
    /// Channels that the program wants, and their states.
    states: BTreeMap<Channel, SubscriptionState>,
    /// Whether the program wants to be connected.
    pub(super) is_wanted: bool,
    is_up: bool,
    is_live: bool,
    /// Number of the latest event on each channel.
    last_event: BTreeMap<String, u64>,
    pub(super) published: u64,
    /// Number of the process, from 0.
    pub(crate) process: u32,
}

/// Item of the engine, and its meaning for the observers.
pub(super) struct Taken {
    pub(super) incoming: Incoming,
    pub(super) delivered: Delivered,
}

impl Listener {
    pub(crate) fn new(
        user: &str,
        client: &ClientSettings,
        settings: AccountSettings,
        channels: &[String],
    ) -> Self {
        let channels = channels.iter().filter_map(|name| Channel::new(name).ok());
        let channels: Vec<Channel> = channels.collect();
        Self {
            user: user.to_owned(),
            own: channels[super::OWN].clone(),
            channels,
            storage: Storage::new(settings.saving),
            settings,
            session: client.session.clone(),
            seed: client.seed,
            engine: None,
            clock_error: 0,
            unacknowledged: Vec::new(),
            takes_at: Instant::ORIGIN,
            at: Instant::ORIGIN,
            sending: Sending::new(user),
            states: BTreeMap::new(),
            is_wanted: false,
            is_up: false,
            is_live: false,
            last_event: BTreeMap::new(),
            published: 0,
            process: 0,
        }
    }

    pub(crate) fn settings(&self) -> &AccountSettings {
        &self.settings
    }

    /// Starts a process with what is in the store.
    pub(super) fn start(&mut self) {
        let mut config = Config::default();
        config.session = self.session.clone();
        config.delivery = Some(self.settings.feed.clone());
        if self.settings.follows {
            config.scope = Scope::Everything;
        }
        config.max_waiting = self.settings.max_waiting;
        config.overflow_after = self.settings.overflow_after;
        let saved = self.settings.has_store.then(|| self.storage.saved());
        let is_first = saved
            .as_ref()
            .is_none_or(|saved| saved.baseline.or(saved.synced_until).is_none());
        let (first, later) = self.settings.clock_error;
        self.clock_error = if is_first { first } else { later };
        let user = UserId::from(self.user.as_str());
        let seed = self.seed.wrapping_add(self.process.into());
        let mut engine = Account::new(config, user, &self.own, saved, seed);
        let own = self.own.clone();
        for channel in self.states.keys().filter(|channel| **channel != own) {
            // There is room for all channels of a program.
            let _ = engine.subscribe(channel);
        }
        self.states.insert(own, SubscriptionState::Pending);
        self.sending.start(self.process);
        self.engine = Some(engine);
    }

    /// Ends the process. What is being saved may or may not be in the store afterwards. Returns the
    /// deliveries whose acknowledgements are.
    pub(super) fn crash(&mut self) -> Vec<Delivered> {
        let saved = if self.process % 2 == 1 {
            self.storage.save_last(self.at)
        } else {
            Vec::new()
        };
        self.end();
        saved
    }

    /// Returns whether the process that ended last could not save some changes.
    pub(super) fn has_lost_changes(&self) -> bool {
        self.storage.has_lost_changes()
    }

    /// Ends the process after everything is saved that can be.
    pub(super) fn end(&mut self) {
        self.engine = None;
        self.storage.end();
        self.unacknowledged.clear();
        self.takes_at = Instant::ORIGIN;
        self.is_up = false;
        self.is_live = false;
        self.last_event.clear();
        for state in self.states.values_mut() {
            *state = SubscriptionState::Pending;
        }
        self.process += 1;
    }

    pub(super) fn is_running(&self) -> bool {
        self.engine.is_some()
    }

    pub(super) fn is_up(&self) -> bool {
        self.is_up
    }

    /// Returns the channel with this index.
    pub(super) fn channel(&self, pick: usize) -> Channel {
        self.channels[pick % self.channels.len()].clone()
    }

    /// Returns a channel to unsubscribe from, never the user's own.
    pub(super) fn unsubscribed(&self, pick: usize) -> Option<Channel> {
        let count = self.states.len().max(1);
        let channel = self.states.keys().nth(pick % count)?;
        (*channel != self.own).then(|| channel.clone())
    }

    /// Notes that the program wants a channel, or no longer.
    pub(super) fn want(&mut self, channel: &Channel, is_wanted: bool) {
        if is_wanted {
            self.states
                .insert(channel.clone(), SubscriptionState::Pending);
        } else {
            self.states.remove(channel);
        }
    }

    /// Returns the wanted channels whose subscriptions are in this state.
    pub(super) fn channels(&self, state: SubscriptionState) -> BTreeSet<&str> {
        let states = self.states.iter().filter(|(_, of)| **of == state);
        states.map(|(channel, _)| channel.as_str()).collect()
    }

    pub(super) fn wanted(&self) -> impl Iterator<Item = &Channel> {
        self.states.keys()
    }

    pub(super) fn last_event(&self, channel: &str) -> Option<u64> {
        self.last_event.get(channel).copied()
    }

    /// Returns whether everything is delivered as it is pushed, and nothing is under way.
    pub(crate) fn is_settled(&self) -> bool {
        self.engine.as_ref().is_some_and(Account::is_settled)
            && self.sending.is_empty()
            && !self.storage.is_saving()
    }

    /// Returns whether a save is under way that something may wait for.
    pub(super) fn is_saving(&self) -> bool {
        self.storage.is_saving()
    }

    /// Returns whether the user's own channel has become active since the last call.
    pub(super) fn begins_to_listen(&mut self) -> bool {
        let before = self.is_live;
        self.is_live = self.engine.as_ref().is_some_and(Account::is_live);
        self.is_live && !before
    }

    /// Returns the next deadline of the program itself. The engine's own is by another clock.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let engine = self.engine.as_ref()?;
        let takes = Some(self.takes_at).filter(|at| engine.waiting() > 0 && *at > self.at);
        takes.into_iter().chain(self.storage.poll_timeout()).min()
    }

    /// Lets no save succeed until then.
    pub(super) fn fill_disk(&mut self, until: Instant) {
        self.storage.fill_disk(until);
    }

    pub(super) fn clock_error(&self) -> i64 {
        self.clock_error
    }

    /// Completes the saves that are due, and begins the next. Returns the deliveries whose
    /// acknowledgements are saved now.
    pub(super) fn save(&mut self, now: Instant, sabotage: Option<Sabotage>) -> Vec<Delivered> {
        let engine = self.engine.as_mut();
        engine.map_or_else(Vec::new, |engine| self.storage.save(now, engine, sabotage))
    }

    /// Completes all saves at once.
    pub(super) fn flush(&mut self) -> Vec<Delivered> {
        let engine = self.engine.as_mut();
        engine.map_or_else(Vec::new, |engine| self.storage.flush(self.at, engine))
    }

    /// Returns whether the store has got a baseline since the last call.
    pub(super) fn finds_baseline(&mut self) -> bool {
        self.storage.finds_baseline()
    }

    /// Takes the next item, if it is time.
    pub(super) fn take(&mut self, now: Instant) -> Option<Taken> {
        self.at = now;
        if now < self.takes_at || !self.storage.has_room() {
            return None;
        }
        let incoming = self.engine.as_mut()?.poll_incoming()?;
        let delivered = Delivered::of(&incoming);
        match &incoming {
            Incoming::Event(delivery) => {
                self.takes_at = now + self.settings.pace;
                self.note_event(delivery);
                if let Some(tag) = delivery.tag() {
                    self.unacknowledged.push((tag, delivered.clone()));
                }
            }
            Incoming::Status(status) => self.note_status(status),
            _ => {}
        }
        Some(Taken {
            incoming,
            delivered,
        })
    }

    /// Acknowledges everything that the program has. Returns what needs no saving.
    pub(super) fn acknowledge(&mut self, saboteur: &mut Saboteur) -> Vec<Delivered> {
        let Some(engine) = &mut self.engine else {
            return Vec::new();
        };
        let mut done = Vec::new();
        for (tag, delivered) in core::mem::take(&mut self.unacknowledged) {
            if saboteur.forgets_acknowledgement() {
                done.push(delivered);
                continue;
            }
            match engine.acknowledge(tag) {
                Some(id) => self.storage.acknowledge(id, delivered),
                None if self.settings.has_store => done.push(delivered),
                None => {}
            }
        }
        done
    }

    /// Returns the next request for REST.
    pub(super) fn poll_call(&mut self, now: Instant) -> Option<Call> {
        if let Some(outgoing) = self.sending.poll(now) {
            return Some(Call::Send(outgoing));
        }
        let (id, request) = self.engine.as_mut()?.poll_request()?;
        let lookup = Lookup::new(&request)?;
        Some(Call::Read(id, Box::new(lookup)))
    }

    /// Handles a response. Returns whether a request of the engine failed.
    pub(super) fn handle_response(
        &mut self,
        at: Moment,
        call: Call,
        reply: Reply,
        sabotage: Option<Sabotage>,
    ) -> bool {
        match call {
            Call::Read(id, lookup) => {
                let response = match reply {
                    Reply::Pending | Reply::Lost => Err(Failure::Unavailable),
                    Reply::Response(status, body) => {
                        let status = StatusCode::from_u16(status).unwrap_or_default();
                        lookup.decode(status, &HeaderMap::new(), body.as_bytes())
                    }
                };
                let has_failed = response.is_err();
                let response = falsify(sabotage, &lookup, response);
                if let Some(engine) = &mut self.engine {
                    engine.handle_response(at, id, response);
                }
                has_failed
            }
            Call::Send(outgoing) => {
                self.sending.handle_reply(outgoing, &reply);
                false
            }
        }
    }

    fn note_event(&mut self, delivery: &Delivery) {
        let number = delivery.data().get("sim").and_then(Value::as_u64);
        if let Some(number) = number {
            self.last_event
                .insert(delivery.channel().to_owned(), number);
        }
    }

    fn note_status(&mut self, status: &Status) {
        let mut set = |name: &str, to| {
            let mut channels = self.states.iter_mut();
            if let Some((_, found)) = channels.find(|(channel, _)| channel.as_str() == name) {
                *found = to;
            }
        };
        match status {
            Status::Subscribed { channel } => set(channel, SubscriptionState::Active),
            Status::Refused { channel, .. } => set(channel, SubscriptionState::Refused),
            Status::Connected { .. } => {
                self.is_up = true;
                for state in self.states.values_mut() {
                    *state = SubscriptionState::Pending;
                }
            }
            Status::Disconnected { .. } | Status::Ended(_) => self.is_up = false,
            _ => {}
        }
    }
}

/// Returns the time of day, for the engine, by a clock with this error in milliseconds.
pub(super) fn time_of_day(now: Instant, error: i64) -> Timestamp {
    let since = i64::try_from(now.since_origin().as_millis()).unwrap_or(0);
    Timestamp::from_millis(EPOCH * 1000 + since + error)
}

/// Returns a response as a sabotage makes the engine believe it.
fn falsify(
    sabotage: Option<Sabotage>,
    lookup: &Lookup,
    response: Result<Response, Failure>,
) -> Result<Response, Failure> {
    match (sabotage, response) {
        (Some(Sabotage::CutPages), Ok(Response::Messages(mut rows))) => {
            if rows.messages.len() > 1 {
                rows.messages.remove(rows.messages.len() / 2);
            }
            Ok(Response::Messages(rows))
        }
        (Some(Sabotage::TakeErrorsForEmpty), Err(failure)) => {
            let empty: &[u8] = br#"{"response":[],"meta":{"code":200}}"#;
            let not_modified = lookup.decode(StatusCode::NOT_MODIFIED, &HeaderMap::new(), b"");
            let response = lookup.decode(StatusCode::OK, &HeaderMap::new(), empty);
            response.or(not_modified).or(Err(failure))
        }
        (_, response) => response,
    }
}

/// Start of every simulation, in seconds since 1970.
pub(crate) const EPOCH: i64 = 1_750_000_000;
