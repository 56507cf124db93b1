//! What the application wants to hear, and what the server has been told of it.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{Channel, Misuse, SubscriptionId};

/// All local interest, by channel. One channel is one subscription on the wire, however many local
/// ones share it.
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
    /// Whether the command queue already holds a reminder to look at this wish.
    pub(super) queued: bool,
}

/// What the current session knows of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireState {
    Absent,
    Subscribing,
    Active,
    Unsubscribing,
    Refused,
    /// A request about it was lost, and nobody knows whether the server took it.
    Unknown,
}

/// What has to be sent for a wish.
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
            // Asking twice for either is harmless.
            (WireState::Absent | WireState::Unknown, false) => Some(PendingRequest::Subscribe),
            (WireState::Active | WireState::Unknown, true) => Some(PendingRequest::Unsubscribe),
            _ => None,
        }
    }
}

impl Subscriptions {
    /// Records an interest. The wish says whether something has to be sent for it.
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
            // Somebody asks anew, so the server is asked anew.
            state.wire = WireState::Absent;
        }
        (id, state)
    }

    /// Drops an interest, and returns its channel.
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

    /// Drops the record of a channel that nobody wants and the server does not have. Returns
    /// whether it waited to be looked at.
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

    /// A new session knows of nothing: returns all channels that have to be subscribed again.
    pub(super) fn reset(&mut self) -> Vec<Channel> {
        self.states.retain(|_, state| !state.subscribers.is_empty());
        let states = &self.states;
        self.patterns.retain(|pattern| states.contains_key(pattern));
        for state in self.states.values_mut() {
            state.wire = WireState::Absent;
            state.queued = true;
        }
        self.states.keys().cloned().collect()
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

    /// Some channel that the server has confirmed, for a probe.
    pub(super) fn any_active(&self) -> Option<&Channel> {
        self.states
            .iter()
            .find(|(_, state)| state.wire == WireState::Active)
            .map(|(channel, _)| channel)
    }

    /// The local subscriptions that an event on the channel called `name` belongs to.
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
