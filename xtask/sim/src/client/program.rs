//! The program: the channels that it subscribes to, and the latest event on each.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Channel, Instant, Session, SessionEvent, SubscriptionId};

use crate::{
    fact::{ClientFact, Fact, Issued},
    plan::Command,
    run::Context,
};

/// A program that listens and publishes now and then.
#[derive(Debug)]
pub(crate) struct Program {
    index: usize,
    channels: Vec<Channel>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// Whether it wants to be connected.
    is_wanted: bool,
    is_up: bool,
    reconnect: Option<Instant>,
    published: u64,
    /// The latest event on each channel.
    last_event: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Subscription {
    channel: Channel,
    state: State,
}

/// The state of a subscription, as reported to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Active,
    Refused,
}

impl Program {
    pub(super) fn new(index: usize, channels: &[String]) -> Self {
        let channels = channels.iter().filter_map(|name| Channel::new(name).ok());
        Self {
            index,
            channels: channels.collect(),
            subscriptions: BTreeMap::new(),
            is_wanted: false,
            is_up: false,
            reconnect: None,
            published: 0,
            last_event: BTreeMap::new(),
        }
    }

    /// Returns the wanted channels whose subscriptions are in this state.
    pub(crate) fn channels(&self, state: State) -> BTreeSet<&str> {
        let subscriptions = self.subscriptions.values();
        let subscriptions = subscriptions.filter(|one| one.state == state);
        subscriptions.map(|one| one.channel.as_str()).collect()
    }

    /// Returns whether the session is up.
    pub(crate) fn is_up(&self) -> bool {
        self.is_up
    }

    /// Returns the number of the latest event on a channel.
    pub(crate) fn last_event(&self, channel: &str) -> Option<u64> {
        self.last_event.get(channel).copied()
    }

    /// Returns the subscription that a command ends.
    fn unsubscribed(&self, command: Command) -> Option<SubscriptionId> {
        let Command::Unsubscribe(pick) = command else {
            return None;
        };
        let count = self.subscriptions.len().max(1);
        self.subscriptions.keys().nth(pick % count).copied()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.reconnect
    }

    pub(super) fn handle_timeout(
        &mut self,
        cx: &mut Context,
        local: Instant,
        session: &mut Session,
    ) {
        if self.reconnect.is_some_and(|at| at <= cx.now) {
            self.connect(cx, local, session);
        }
    }

    pub(super) fn issue(
        &mut self,
        cx: &mut Context,
        local: Instant,
        command: Command,
        session: &mut Session,
    ) {
        match command {
            Command::Connect => {
                self.is_wanted = true;
                self.connect(cx, local, session);
            }
            Command::Disconnect => {
                self.is_wanted = false;
                self.reconnect = None;
                self.see(cx, Issued::Disconnect);
                session.disconnect(local);
            }
            Command::Subscribe(pick) => {
                let channel = self.channels[pick % self.channels.len()].clone();
                let result = session.subscribe(&channel);
                let issued = Issued::Subscribe(&channel, result.as_ref().map(|id| *id));
                self.see(cx, issued);
                if let Ok(id) = result {
                    let state = State::Pending;
                    self.subscriptions
                        .insert(id, Subscription { channel, state });
                }
            }
            Command::Unsubscribe(_) => {
                if let Some(id) = self.unsubscribed(command)
                    && let Some(subscription) = self.subscriptions.remove(&id)
                    && session.unsubscribe(id).is_ok()
                {
                    self.see(cx, Issued::Unsubscribe(id, &subscription.channel));
                }
            }
            Command::Publish(pick) => {
                let channel = self.channels[pick % self.channels.len()].clone();
                let own = self.index as u64 * 1_000_000 + self.published;
                self.published += 1;
                let json = format!(r#"{{"type":"typing","own":{own},"user_id":"1"}}"#);
                let result = session.publish(local, &channel, &json);
                let result = result.as_ref().map(|id| *id);
                self.see(cx, Issued::Publish(&channel, own, result));
            }
            Command::Wake => {
                self.see(cx, Issued::Wake);
                session.handle_wake(local);
            }
            Command::PauseConnects(is_paused) => {
                self.see(cx, Issued::PauseConnects(is_paused));
                session.pause_connects(is_paused);
            }
            // Messages are sent over REST, not by the session.
            Command::Send(_) => {}
        }
    }

    pub(super) fn handle_event(&mut self, number: Option<u64>, channel: &str) {
        if let Some(number) = number {
            self.last_event.insert(channel.to_owned(), number);
        }
    }

    pub(super) fn handle_session_event(&mut self, now: Instant, event: &SessionEvent) {
        match event {
            SessionEvent::Up { resumed, .. } => {
                self.is_up = true;
                if !resumed {
                    for subscription in self.subscriptions.values_mut() {
                        subscription.state = State::Pending;
                    }
                }
            }
            SessionEvent::Down { .. } => self.is_up = false,
            SessionEvent::Subscribed(id) => self.set(*id, State::Active),
            SessionEvent::Refused(id, _) => self.set(*id, State::Refused),
            SessionEvent::Ended(_) => {
                self.is_up = false;
                if self.is_wanted {
                    // The server or a proxy may change its mind.
                    self.reconnect = Some(now + Duration::from_secs(5));
                }
            }
            _ => {}
        }
    }

    fn connect(&mut self, cx: &mut Context, local: Instant, session: &mut Session) {
        self.see(cx, Issued::Connect);
        self.reconnect = None;
        session.connect(local);
    }

    fn set(&mut self, id: SubscriptionId, state: State) {
        if let Some(subscription) = self.subscriptions.get_mut(&id) {
            subscription.state = state;
        }
    }

    fn see(&self, cx: &mut Context, issued: Issued<'_>) {
        cx.see(&Fact::Client(self.index, ClientFact::Issued(issued)));
    }
}
