//! The program on top: what it wants to hear, and what it has heard.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Channel, Instant, Session, SessionEvent, SubscriptionId};

use crate::{
    checks::Checks,
    fact::{Asked, ClientFact, Fact},
    plan::Ask,
};

/// A program that listens and sometimes says something.
#[derive(Debug)]
pub struct Program {
    index: usize,
    channels: Vec<Channel>,
    subscriptions: BTreeMap<SubscriptionId, Wish>,
    /// Whether it wants to be connected.
    wanted: bool,
    up: bool,
    /// Whether its session is over, or has never begun.
    ended: bool,
    reconnect: Option<Instant>,
    published: u64,
    /// The latest event on each channel.
    heard: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Wish {
    channel: Channel,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asked,
    Active,
    Refused,
}

impl Program {
    pub(super) fn new(index: usize, channels: &[String]) -> Self {
        Self {
            index,
            channels: channels
                .iter()
                .filter_map(|name| Channel::new(name).ok())
                .collect(),
            subscriptions: BTreeMap::new(),
            wanted: false,
            up: false,
            ended: true,
            reconnect: None,
            published: 0,
            heard: BTreeMap::new(),
        }
    }

    /// Another life of the same program, which counts on.
    pub(super) fn reborn(&self) -> Self {
        Self {
            channels: self.channels.clone(),
            published: self.published,
            ..Self::new(self.index, &[])
        }
    }

    /// Channels that the program wants to hear and was told are active.
    pub fn active(&self) -> BTreeSet<&str> {
        self.in_state(State::Active)
    }

    /// Channels that the program wants to hear and knows nothing of.
    pub fn undecided(&self) -> BTreeSet<&str> {
        self.in_state(State::Asked)
    }

    /// Channels that the program wants to hear and was refused.
    pub fn refused(&self) -> BTreeSet<&str> {
        self.in_state(State::Refused)
    }

    /// Whether messages flow, as far as it was told.
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// Whether its session is over.
    pub fn is_over(&self) -> bool {
        self.ended
    }

    /// The number of the latest event on a channel.
    pub fn heard(&self, channel: &str) -> Option<u64> {
        self.heard.get(channel).copied()
    }

    /// To which channel it would not listen any more.
    pub(super) fn would_unwatch(&self, ask: Ask) -> Option<&Channel> {
        let Ask::Unsubscribe(pick) = ask else {
            return None;
        };
        let count = self.subscriptions.len().max(1);
        let wish = self.subscriptions.values().nth(pick % count)?;
        let others = self.subscriptions.values();
        let times = others.filter(|other| other.channel == wish.channel).count();
        (times == 1).then_some(&wish.channel)
    }

    /// The channel of a subscription.
    pub(super) fn channel(&self, id: SubscriptionId) -> Option<&Channel> {
        self.subscriptions.get(&id).map(|wish| &wish.channel)
    }

    /// Whether it would unsubscribe from one of its channels.
    pub(super) fn would_leave(&self, ask: Ask, channel: usize) -> bool {
        let Ask::Unsubscribe(pick) = ask else {
            return false;
        };
        let count = self.subscriptions.len().max(1);
        let picked = self.subscriptions.values().nth(pick % count);
        picked.is_some_and(|wish| Some(&wish.channel) == self.channels.get(channel))
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.reconnect
    }

    pub(super) fn handle_timeout(
        &mut self,
        now: Instant,
        session: &mut Session,
        checks: &mut Checks,
    ) {
        if self.reconnect.is_some_and(|at| at <= now) {
            self.reconnect = None;
            self.connect(now, session, checks);
        }
    }

    pub(super) fn ask(
        &mut self,
        now: Instant,
        local: Instant,
        ask: Ask,
        session: &mut Session,
        checks: &mut Checks,
    ) {
        match ask {
            Ask::Connect => {
                self.wanted = true;
                self.connect(now, session, checks);
            }
            Ask::Disconnect => {
                self.wanted = false;
                self.reconnect = None;
                self.see(now, checks, Asked::Disconnect);
                session.disconnect();
            }
            Ask::Subscribe(pick) => {
                let channel = self.channels[pick % self.channels.len()].clone();
                let result = session.subscribe(&channel);
                let asked = Asked::Subscribe(&channel, result.as_ref().map(|id| *id));
                self.see(now, checks, asked);
                if let Ok(id) = result {
                    let state = State::Asked;
                    self.subscriptions.insert(id, Wish { channel, state });
                }
            }
            Ask::Unsubscribe(pick) => {
                let count = self.subscriptions.len().max(1);
                let picked = self.subscriptions.keys().nth(pick % count).copied();
                if let Some(id) = picked
                    && let Some(wish) = self.subscriptions.remove(&id)
                    && session.unsubscribe(id).is_ok()
                {
                    self.see(now, checks, Asked::Unsubscribe(id, &wish.channel));
                }
            }
            Ask::Publish(pick) => {
                let channel = self.channels[pick % self.channels.len()].clone();
                let own = self.index as u64 * 1_000_000 + self.published;
                self.published += 1;
                let json = format!(r#"{{"type":"typing","own":{own},"user_id":"1"}}"#);
                let result = session.publish(&channel, &json);
                let asked = Asked::Publish(&channel, own, result.as_ref().map(|id| *id));
                self.see(now, checks, asked);
            }
            Ask::Wake => {
                self.see(now, checks, Asked::Wake);
                session.handle_wake(local);
            }
            // That is no business of the session's.
            Ask::Send(_) => {}
            Ask::HoldBack(held) => {
                self.see(now, checks, Asked::HoldBack(held));
                session.pause_connects(held);
            }
        }
    }

    pub(super) fn delivered(&mut self, tag: Option<u64>, channel: &str) {
        if let Some(tag) = tag {
            self.heard.insert(channel.to_owned(), tag);
        }
    }

    pub(super) fn told(&mut self, now: Instant, event: &SessionEvent) {
        match event {
            SessionEvent::Up { resumed, .. } => {
                self.up = true;
                if !resumed {
                    for wish in self.subscriptions.values_mut() {
                        wish.state = State::Asked;
                    }
                }
            }
            SessionEvent::Down { .. } => self.up = false,
            SessionEvent::Subscribed(id) => self.set(*id, State::Active),
            SessionEvent::Refused(id, _) => self.set(*id, State::Refused),
            SessionEvent::Ended(_) => {
                self.up = false;
                self.ended = true;
                if self.wanted {
                    // The server, or a proxy, thinks otherwise; later it may not.
                    self.reconnect = Some(now + Duration::from_secs(5));
                }
            }
            _ => {}
        }
    }

    /// Whether this says that the user's own channel is active.
    pub(super) fn is_own(&self, event: &SessionEvent) -> bool {
        let own = self.channels.first();
        matches!(event, SessionEvent::Subscribed(id)
            if self.subscriptions.get(id).map(|wish| &wish.channel) == own)
    }

    /// Whether the user's own channel is active.
    pub(super) fn hears_own(&self) -> bool {
        let own = self.channels.first().map(Channel::as_str);
        own.is_some_and(|own| self.active().contains(own))
    }

    /// Whether it wants to hear the user's own channel.
    pub(super) fn wants_own(&self) -> bool {
        let mut wishes = self.subscriptions.values();
        wishes.any(|wish| Some(&wish.channel) == self.channels.first())
    }

    fn connect(&mut self, now: Instant, session: &mut Session, checks: &mut Checks) {
        self.see(now, checks, Asked::Connect);
        self.reconnect = None;
        self.ended = false;
        session.connect();
    }

    fn set(&mut self, id: SubscriptionId, state: State) {
        if let Some(wish) = self.subscriptions.get_mut(&id) {
            wish.state = state;
        }
    }

    fn in_state(&self, state: State) -> BTreeSet<&str> {
        self.subscriptions
            .values()
            .filter(|wish| wish.state == state)
            .map(|wish| wish.channel.as_str())
            .collect()
    }

    fn see(&self, now: Instant, checks: &mut Checks, asked: Asked<'_>) {
        checks.see(now, &Fact::Client(self.index, ClientFact::Asked(asked)));
    }
}
