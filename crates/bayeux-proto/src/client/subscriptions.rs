//! Local subscriptions, and their state on the server.

mod state;

use alloc::{collections::BTreeMap, vec::Vec};

pub(super) use self::state::PendingRequest;
use self::state::SubscriptionState;
use super::{context::Context, retry::RetrySchedule, saved_session::Share};
use crate::{
    Cause, Channel, Instant, Misuse, RetryRefused, ServerError, SessionEvent, SubscriptionId,
};

/// All local subscriptions, by channel. Several local subscriptions to one channel share one on the
/// wire. Emits the events `Subscribed`, `Refused` and `Unsubscribed`.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    states: BTreeMap<Channel, SubscriptionState>,
    channels: BTreeMap<SubscriptionId, Channel>,
    patterns: Vec<Channel>,
    last: u64,
    /// No refused channel is requested again before this instant.
    next_retry: Option<Instant>,
}

impl Subscriptions {
    /// Adds a local subscription, and reports it if the server has confirmed its channel before.
    pub(super) fn add(&mut self, cx: &mut Context, channel: &Channel) -> SubscriptionId {
        let (id, state) = self.enter(channel);
        state.subscribe(id);
        if state.is_confirmed() {
            cx.emit(SessionEvent::Subscribed(id));
        }
        id
    }

    /// Adds a subscription that the server is not asked for, and returns its id.
    pub(super) fn listen(&mut self, channel: &Channel) -> SubscriptionId {
        let (id, state) = self.enter(channel);
        state.listen(id);
        id
    }

    fn enter(&mut self, channel: &Channel) -> (SubscriptionId, &mut SubscriptionState) {
        self.last += 1;
        let id = SubscriptionId(self.last);
        self.channels.insert(id, channel.clone());
        if channel.is_pattern() && !self.patterns.contains(channel) {
            self.patterns.push(channel.clone());
        }
        let state = self.states.entry(channel.clone()).or_default();
        (id, state)
    }

    /// Removes a local subscription, and returns its channel.
    pub(super) fn remove(&mut self, id: SubscriptionId) -> Result<Channel, Misuse> {
        let channel = self
            .channels
            .remove(&id)
            .ok_or(Misuse::UnknownSubscription)?;
        if let Some(state) = self.states.get_mut(&channel) {
            state.unsubscribe(id);
        }
        Ok(channel)
    }

    /// Removes the state of a channel without local subscriptions that the server does not have
    /// either. Returns whether a synchronisation was queued for it.
    pub(super) fn remove_if_unused(&mut self, channel: &Channel) -> bool {
        let state = self.states.get(channel);
        if !state.is_some_and(SubscriptionState::is_unused) {
            return false;
        }
        self.patterns.retain(|pattern| pattern != channel);
        self.states
            .remove(channel)
            .is_some_and(|state| state.is_queued())
    }

    /// Resets all channels for a new session, and returns those to subscribe again, in the order in
    /// which the program subscribed to them.
    pub(super) fn start_session(&mut self, cx: &mut Context) -> Vec<Channel> {
        for state in self.states.values_mut() {
            state.report_all_left(cx);
        }
        self.states.retain(|_, state| state.has_recipients());
        let states = &self.states;
        self.patterns.retain(|pattern| states.contains_key(pattern));
        self.next_retry = None;
        for state in self.states.values_mut() {
            state.reset();
        }
        let mut channels: Vec<(SubscriptionId, Channel)> = self
            .states
            .iter()
            .filter_map(|(channel, state)| Some((*state.subscribers().first()?, channel.clone())))
            .collect();
        channels.sort_unstable();
        channels.into_iter().map(|(_, channel)| channel).collect()
    }

    /// Records the reply to a subscribe, and reports it to the local subscriptions. A refused channel
    /// is requested again if the configuration says so.
    pub(super) fn settle(
        &mut self,
        cx: &mut Context,
        channel: &Channel,
        result: &Result<(), ServerError>,
    ) {
        let Some(state) = self.states.get_mut(channel) else {
            return;
        };
        match result {
            Ok(()) => state.accepted(),
            Err(error) => {
                let outage = cx.now - state.refused(cx.now);
                if is_retried(cx, error) {
                    let cause = Cause::Refused(error.clone());
                    let schedule = RetrySchedule::new(&cx.config, &cause);
                    let at = cx.now + schedule.delay(outage, &mut cx.jitter);
                    state.set_retry(at);
                    self.next_retry = Some(self.next_retry.map_or(at, |next| next.min(at)));
                }
            }
        }
        for subscriber in state.subscribers() {
            cx.emit(match result {
                Ok(()) => SessionEvent::Subscribed(*subscriber),
                Err(error) => SessionEvent::Refused(*subscriber, error.clone()),
            });
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
            if state.retry_at().is_some_and(|at| at <= now) {
                state.renew();
                due.push(channel.clone());
            }
        }
        let retries = self.states.values().filter_map(SubscriptionState::retry_at);
        self.next_retry = retries.min();
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

    /// Returns all local subscriptions with their channels, in the order of their ids.
    pub(super) fn all(&self) -> impl Iterator<Item = (SubscriptionId, &Channel)> {
        self.channels.iter().map(|(id, channel)| (*id, channel))
    }

    /// Returns the share of each local subscription in its channel, and the channels that only the
    /// server may still have.
    pub(super) fn shares(&self) -> Vec<(Channel, Share)> {
        let kept = self.channels.iter().map(|(id, channel)| {
            let state = self.states.get(channel);
            let is_listener = state.is_some_and(|state| !state.subscribers().contains(id));
            let share = if is_listener {
                Share::Listener
            } else {
                Share::Subscriber
            };
            (channel.clone(), share)
        });
        let left = self.states.iter();
        let left = left.filter(|(_, state)| state.is_leftover());
        kept.chain(left.map(|(channel, _)| (channel.clone(), Share::Leftover)))
            .collect()
    }

    /// Creates the state of a channel that the server may have, without a local subscription.
    pub(super) fn restore_leftover(&mut self, channel: &Channel) {
        self.states.entry(channel.clone()).or_default().lost();
    }

    /// Returns some channel that the server has confirmed, for a probe.
    pub(super) fn any_active(&self) -> Option<&Channel> {
        self.states
            .iter()
            .find(|(_, state)| state.is_active())
            .map(|(channel, _)| channel)
    }

    /// Returns whether there is a local subscription for an event on the channel called `name`.
    pub(super) fn has_recipient(&self, name: &str) -> bool {
        self.recipients(name).next().is_some()
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
            .flat_map(SubscriptionState::recipients)
    }
}

/// Returns whether a channel that was refused with this error is requested again.
fn is_retried(cx: &Context, error: &ServerError) -> bool {
    match cx.config.retry_refused {
        RetryRefused::Never => false,
        RetryRefused::Busy => error.is_temporary(),
        RetryRefused::Always => true,
    }
}
