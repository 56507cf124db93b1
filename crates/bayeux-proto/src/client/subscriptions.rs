//! Local subscriptions, and their state on the server.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{Channel, Misuse, SubscriptionId};

/// All local subscriptions, by channel. Several local subscriptions to one channel share one on the
/// wire.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    states: BTreeMap<Channel, SubscriptionState>,
    channels: BTreeMap<SubscriptionId, Channel>,
    patterns: Vec<Channel>,
    last: u64,
}

#[derive(Debug)]
pub(super) struct SubscriptionState {
    subscribers: Vec<SubscriptionId>,
    pub(super) wire: WireState,
    /// Whether the command queue holds a `SyncSubscription` for this channel.
    pub(super) queued: bool,
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

    pub(super) fn pending_request(&self) -> Option<PendingRequest> {
        match (self.wire, self.subscribers.is_empty()) {
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
                wire: WireState::Absent,
                queued: false,
            });
        state.subscribers.push(id);
        if state.wire == WireState::Refused {
            // A new subscription asks again for a channel that was refused.
            state.wire = WireState::Absent;
        }
        (id, state)
    }

    /// Removes a local subscription, and returns its channel.
    pub(super) fn remove(&mut self, id: SubscriptionId) -> Result<Channel, Misuse> {
        let channel = self
            .channels
            .remove(&id)
            .ok_or(Misuse::UnknownSubscription)?;
        if let Some(state) = self.states.get_mut(&channel) {
            state.subscribers.retain(|subscriber| *subscriber != id);
        }
        Ok(channel)
    }

    /// Removes the state of a channel without local subscriptions that the server does not have
    /// either. Returns whether a synchronisation was queued for it.
    pub(super) fn remove_if_unused(&mut self, channel: &Channel) -> bool {
        let done = self.states.get(channel).is_some_and(|state| {
            state.subscribers.is_empty()
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
        self.states.retain(|_, state| !state.subscribers.is_empty());
        let states = &self.states;
        self.patterns.retain(|pattern| states.contains_key(pattern));
        for state in self.states.values_mut() {
            state.wire = WireState::Absent;
            state.queued = true;
        }
        let mut channels: Vec<(SubscriptionId, Channel)> = self
            .states
            .iter()
            .filter_map(|(channel, state)| Some((*state.subscribers.first()?, channel.clone())))
            .collect();
        channels.sort_unstable();
        channels.into_iter().map(|(_, channel)| channel).collect()
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
            .flat_map(|state| state.subscribers.iter().copied())
    }
}
