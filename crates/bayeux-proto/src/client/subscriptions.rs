//! What the application wants to hear, and what the server has been told of it.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{Channel, Misuse, SubscriptionId};

/// All local interest, by channel. One channel is one subscription on the wire, however many local
/// ones share it.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    wishes: BTreeMap<Channel, Wish>,
    channels: BTreeMap<SubscriptionId, Channel>,
    patterns: Vec<Channel>,
    last: u64,
}

#[derive(Debug)]
pub(super) struct Wish {
    interests: Vec<SubscriptionId>,
    pub(super) wire: Wire,
    /// Whether the command queue already holds a reminder to look at this wish.
    pub(super) queued: bool,
}

/// What the current session knows of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Absent,
    Subscribing,
    Active,
    Unsubscribing,
    Refused,
    /// A request about it was lost, and nobody knows whether the server took it.
    Doubtful,
}

/// What has to be sent for a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Subscribe,
    Unsubscribe,
}

impl Wish {
    pub(super) fn interests(&self) -> &[SubscriptionId] {
        &self.interests
    }

    pub(super) fn need(&self) -> Option<Need> {
        match (self.wire, self.interests.is_empty()) {
            // Asking twice for either is harmless.
            (Wire::Absent | Wire::Doubtful, false) => Some(Need::Subscribe),
            (Wire::Active | Wire::Doubtful, true) => Some(Need::Unsubscribe),
            _ => None,
        }
    }
}

impl Subscriptions {
    /// Records an interest. The wish says whether something has to be sent for it.
    pub(super) fn add(&mut self, channel: &Channel) -> (SubscriptionId, &mut Wish) {
        self.last += 1;
        let id = SubscriptionId(self.last);
        self.channels.insert(id, channel.clone());
        if channel.is_pattern() && !self.patterns.contains(channel) {
            self.patterns.push(channel.clone());
        }
        let wish = self.wishes.entry(channel.clone()).or_insert_with(|| Wish {
            interests: Vec::new(),
            wire: Wire::Absent,
            queued: false,
        });
        wish.interests.push(id);
        if wish.wire == Wire::Refused {
            // Somebody asks anew, so the server is asked anew.
            wish.wire = Wire::Absent;
        }
        (id, wish)
    }

    /// Drops an interest, and returns its channel.
    pub(super) fn remove(&mut self, id: SubscriptionId) -> Result<Channel, Misuse> {
        let channel = self
            .channels
            .remove(&id)
            .ok_or(Misuse::UnknownSubscription)?;
        if let Some(wish) = self.wishes.get_mut(&channel) {
            wish.interests.retain(|interest| *interest != id);
        }
        Ok(channel)
    }

    /// Drops the record of a channel that nobody wants and the server does not have. Returns
    /// whether it waited to be looked at.
    pub(super) fn forget_if_done(&mut self, channel: &Channel) -> bool {
        let done = self.wishes.get(channel).is_some_and(|wish| {
            wish.interests.is_empty() && matches!(wish.wire, Wire::Absent | Wire::Refused)
        });
        if !done {
            return false;
        }
        self.patterns.retain(|pattern| pattern != channel);
        self.wishes.remove(channel).is_some_and(|wish| wish.queued)
    }

    /// A new session knows of nothing: returns all channels that have to be subscribed again.
    pub(super) fn reset(&mut self) -> Vec<Channel> {
        self.wishes.retain(|_, wish| !wish.interests.is_empty());
        let wishes = &self.wishes;
        self.patterns.retain(|pattern| wishes.contains_key(pattern));
        for wish in self.wishes.values_mut() {
            wish.wire = Wire::Absent;
            wish.queued = true;
        }
        self.wishes.keys().cloned().collect()
    }

    pub(super) fn wish(&mut self, channel: &Channel) -> Option<&mut Wish> {
        self.wishes.get_mut(channel)
    }

    pub(super) fn channel(&self, id: SubscriptionId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.channels.len()
    }

    /// Some channel that the server has confirmed, for a probe.
    pub(super) fn any_active(&self) -> Option<&Channel> {
        self.wishes
            .iter()
            .find(|(_, wish)| wish.wire == Wire::Active)
            .map(|(channel, _)| channel)
    }

    /// The local subscriptions that an event on the channel called `name` belongs to.
    pub(super) fn recipients<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = SubscriptionId> + 'a {
        let exact = self.wishes.get(name);
        let matching = self
            .patterns
            .iter()
            .filter(move |pattern| pattern.matches(name));
        let globbed = matching.filter_map(|pattern| self.wishes.get(pattern));
        exact
            .into_iter()
            .chain(globbed)
            .flat_map(|wish| wish.interests.iter().copied())
    }
}
