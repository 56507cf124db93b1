//! Local subscriptions, and their state on the server.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{Channel, Instant, Misuse, SubscriptionId};

/// All local subscriptions, by channel. Several local subscriptions to one channel share one on the
/// wire.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    states: BTreeMap<Channel, SubscriptionState>,
    channels: BTreeMap<SubscriptionId, Channel>,
    patterns: Vec<Channel>,
    last: u64,
    /// No refused channel is requested again before this instant.
    next_retry: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct SubscriptionState {
    subscribers: Vec<SubscriptionId>,
    /// Subscriptions that the server is not asked for.
    listeners: Vec<SubscriptionId>,
    pub(super) wire: WireState,
    /// Whether the command queue holds a `SyncSubscription` for this channel.
    pub(super) queued: bool,
    /// Whether the server has to be asked to unsubscribe, even if there are subscribers again.
    pub(super) must_leave: bool,
    /// Former subscribers whose end is not reported yet.
    leaving: Vec<SubscriptionId>,
    /// Time of the first of the consecutive refusals.
    refused_since: Option<Instant>,
    /// Time at which the refused channel is requested again.
    retry_at: Option<Instant>,
}

/// State of a channel in the current session, as far as the client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireState {
    Absent,
    Subscribing,
    Active,
    Unsubscribing,
    Refused,
    /// A request was lost, and the server may or may not have processed it.
    Unknown,
}

/// Request needed to bring the server in line with the local subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PendingRequest {
    Subscribe,
    Unsubscribe,
}

impl SubscriptionState {
    pub(super) fn subscribers(&self) -> &[SubscriptionId] {
        &self.subscribers
    }

    /// Returns whether the server has confirmed the channel, and is to keep it.
    pub(super) fn is_confirmed(&self) -> bool {
        self.wire == WireState::Active && !self.must_leave
    }

    /// Records that the server accepted the channel.
    pub(super) fn accepted(&mut self) {
        self.wire = WireState::Active;
        (self.refused_since, self.retry_at) = (None, None);
    }

    /// Records that the server refused the channel. Returns since when it does.
    pub(super) fn refused(&mut self, now: Instant) -> Instant {
        self.wire = WireState::Refused;
        *self.refused_since.get_or_insert(now)
    }

    /// Makes a request due, unless one is queued or in flight.
    pub(super) fn renew(&mut self) {
        self.retry_at = None;
        self.wire = match self.wire {
            WireState::Active => WireState::Unknown,
            WireState::Refused => WireState::Absent,
            wire => wire,
        };
    }

    /// Takes the former subscribers whose end is certain.
    pub(super) fn take_left(&mut self) -> Vec<SubscriptionId> {
        let is_over = match self.wire {
            WireState::Absent | WireState::Refused => true,
            WireState::Active => self.pending_request().is_none(),
            WireState::Subscribing | WireState::Unsubscribing | WireState::Unknown => false,
        };
        if is_over {
            core::mem::take(&mut self.leaving)
        } else {
            Vec::new()
        }
    }

    pub(super) fn pending_request(&self) -> Option<PendingRequest> {
        match (self.wire, self.subscribers.is_empty()) {
            (WireState::Active, _) if self.must_leave => Some(PendingRequest::Unsubscribe),
            // Repeating either request is harmless.
            (WireState::Absent | WireState::Unknown, false) => Some(PendingRequest::Subscribe),
            (WireState::Active | WireState::Unknown, true) => Some(PendingRequest::Unsubscribe),
            _ => None,
        }
    }
}

impl Subscriptions {
    /// Adds a local subscription, and returns its id and the state of its channel.
    pub(super) fn add(&mut self, channel: &Channel) -> (SubscriptionId, &mut SubscriptionState) {
        let (id, state) = self.enter(channel);
        state.subscribers.push(id);
        if state.wire == WireState::Refused {
            // A new subscription asks again for a channel that was refused.
            state.renew();
        }
        (id, state)
    }

    /// Adds a subscription that the server is not asked for, and returns its id.
    pub(super) fn listen(&mut self, channel: &Channel) -> SubscriptionId {
        let (id, state) = self.enter(channel);
        state.listeners.push(id);
        id
    }

    fn enter(&mut self, channel: &Channel) -> (SubscriptionId, &mut SubscriptionState) {
        self.last += 1;
        let id = SubscriptionId(self.last);
        self.channels.insert(id, channel.clone());
        if channel.is_pattern() && !self.patterns.contains(channel) {
            self.patterns.push(channel.clone());
        }
        let state = self
            .states
            .entry(channel.clone())
            .or_insert_with(|| SubscriptionState {
                subscribers: Vec::new(),
                listeners: Vec::new(),
                wire: WireState::Absent,
                queued: false,
                must_leave: false,
                leaving: Vec::new(),
                refused_since: None,
                retry_at: None,
            });
        (id, state)
    }

    /// Removes a local subscription, and returns its channel.
    pub(super) fn remove(&mut self, id: SubscriptionId) -> Result<Channel, Misuse> {
        let channel = self
            .channels
            .remove(&id)
            .ok_or(Misuse::UnknownSubscription)?;
        if let Some(state) = self.states.get_mut(&channel) {
            state.listeners.retain(|listener| *listener != id);
            let before = state.subscribers.len();
            state.subscribers.retain(|subscriber| *subscriber != id);
            state.leaving.push(id);
            let is_last = state.subscribers.is_empty() && before > 0;
            state.must_leave |= is_last && state.wire == WireState::Active;
        }
        Ok(channel)
    }

    /// Removes the state of a channel without local subscriptions that the server does not have
    /// either. Returns whether a synchronisation was queued for it.
    pub(super) fn remove_if_unused(&mut self, channel: &Channel) -> bool {
        let done = self.states.get(channel).is_some_and(|state| {
            state.subscribers.is_empty()
                && state.listeners.is_empty()
                && matches!(state.wire, WireState::Absent | WireState::Refused)
        });
        if !done {
            return false;
        }
        self.patterns.retain(|pattern| pattern != channel);
        self.states
            .remove(channel)
            .is_some_and(|state| state.queued)
    }

    /// Resets all channels for a new session, and returns those to subscribe again, in the order in
    /// which the program subscribed to them.
    pub(super) fn reset(&mut self) -> Vec<Channel> {
        self.states
            .retain(|_, state| !(state.subscribers.is_empty() && state.listeners.is_empty()));
        let states = &self.states;
        self.patterns.retain(|pattern| states.contains_key(pattern));
        self.next_retry = None;
        for state in self.states.values_mut() {
            state.wire = WireState::Absent;
            state.queued = !state.subscribers.is_empty();
            state.must_leave = false;
            (state.refused_since, state.retry_at) = (None, None);
        }
        let mut channels: Vec<(SubscriptionId, Channel)> = self
            .states
            .iter()
            .filter_map(|(channel, state)| Some((*state.subscribers.first()?, channel.clone())))
            .collect();
        channels.sort_unstable();
        channels.into_iter().map(|(_, channel)| channel).collect()
    }

    /// Takes all former subscribers whose end is not reported yet, because the session is over.
    pub(super) fn take_left(&mut self) -> Vec<SubscriptionId> {
        let states = self.states.values_mut();
        states
            .flat_map(|state| core::mem::take(&mut state.leaving))
            .collect()
    }

    /// Schedules another request for a refused channel.
    pub(super) fn retry(&mut self, channel: &Channel, at: Instant) {
        if let Some(state) = self.states.get_mut(channel) {
            state.retry_at = Some(at);
            self.next_retry = Some(self.next_retry.map_or(at, |next| next.min(at)));
        }
    }

    /// Returns when [`take_retries`](Self::take_retries) is due.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        self.next_retry
    }

    /// Makes the refused channels whose time has come absent, and returns them.
    pub(super) fn take_retries(&mut self, now: Instant) -> Vec<Channel> {
        if self.next_retry.is_none_or(|next| now < next) {
            return Vec::new();
        }
        let mut due = Vec::new();
        for (channel, state) in &mut self.states {
            if state.retry_at.is_some_and(|at| at <= now) {
                state.renew();
                due.push(channel.clone());
            }
        }
        self.next_retry = self
            .states
            .values()
            .filter_map(|state| state.retry_at)
            .min();
        due
    }

    pub(super) fn state_mut(&mut self, channel: &Channel) -> Option<&mut SubscriptionState> {
        self.states.get_mut(channel)
    }

    pub(super) fn channel(&self, id: SubscriptionId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.channels.len()
    }

    /// Returns some channel that the server has confirmed, for a probe.
    pub(super) fn any_active(&self) -> Option<&Channel> {
        self.states
            .iter()
            .find(|(_, state)| state.wire == WireState::Active)
            .map(|(channel, _)| channel)
    }

    /// Returns the local subscriptions that match an event on the channel called `name`.
    pub(super) fn recipients<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = SubscriptionId> + 'a {
        let exact = self.states.get(name);
        let matching = self
            .patterns
            .iter()
            .filter(move |pattern| pattern.matches(name));
        let globbed = matching.filter_map(|pattern| self.states.get(pattern));
        exact
            .into_iter()
            .chain(globbed)
            .flat_map(|state| state.subscribers.iter().chain(&state.listeners).copied())
    }
}
