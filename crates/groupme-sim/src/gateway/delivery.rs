//! From a channel to those who listen: subscriptions, fan-out, pings.

use std::collections::BTreeSet;

use bayeux_proto::Instant;

use super::{
    Gateway,
    deadlines::Timer,
    session::{ClientId, EventText},
};

impl Gateway {
    /// Delivers to every session that listens, once each.
    pub(super) fn fan_out(&mut self, channel: &str, event: &EventText) {
        let clients: BTreeSet<ClientId> = matching(channel)
            .filter_map(|name| self.listeners.get(&*name))
            .flatten()
            .map(ClientId::clone)
            .collect();
        for client in clients {
            self.deliver(&client, EventText::clone(event));
        }
    }

    fn deliver(&mut self, client: &ClientId, event: EventText) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if let Some(lane) = session.socket {
            self.push(lane, &event);
            return;
        }
        session.waiting.push_back(event);
        if session.waiting.len() > self.config.queue {
            self.destroy(client);
        } else if session.is_ready() {
            self.due.insert(ClientId::clone(client));
        }
    }

    pub(super) fn add_subscription(&mut self, client: &ClientId, channel: Box<str>) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        session.subscriptions.insert(channel.clone());
        let listeners = self.listeners.entry(channel.clone()).or_default();
        let first = listeners.is_empty();
        listeners.insert(ClientId::clone(client));
        if first
            && let Some(every) = self.config.ping
            && !channel.ends_with('*')
        {
            self.deadlines.arm(Timer::Ping(channel), self.now + every);
        }
    }

    pub(super) fn remove_subscription(&mut self, client: &ClientId, channel: &str) {
        if let Some(session) = self.sessions.get_mut(client) {
            session.subscriptions.remove(channel);
        }
        let Some(listeners) = self.listeners.get_mut(channel) else {
            return;
        };
        listeners.remove(client);
        if listeners.is_empty() {
            self.listeners.remove(channel);
            self.deadlines.disarm(&Timer::Ping(channel.into()));
        }
    }

    pub(super) fn remove_subscriptions(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        for channel in core::mem::take(&mut session.subscriptions) {
            self.remove_subscription(client, &channel);
        }
    }

    pub(super) fn ping(&mut self, due: Instant, channel: Box<str>) {
        self.publish(self.now, &channel, r#"{"type":"ping"}"#);
        if let Some(every) = self.config.ping {
            // From when it was due, so that late timers do not add up; but never a burst of them.
            let next = (due + every).max(self.now + every / 2);
            self.deadlines.arm(Timer::Ping(channel), next);
        }
    }

    /// A client's own ping takes the place of the next one that the server would have sent.
    pub(super) fn put_off_ping(&mut self, channel: &str) {
        if let Some(every) = self.config.ping
            && self.listeners.contains_key(channel)
        {
            self.deadlines
                .arm(Timer::Ping(channel.into()), self.now + every);
        }
    }
}

/// The names and patterns that an event on `channel` belongs to.
fn matching(channel: &str) -> impl Iterator<Item = String> {
    let parent = channel
        .rfind('/')
        .map(|slash| format!("{}/*", &channel[..slash]));
    let ancestors = channel
        .match_indices('/')
        .map(|(slash, _)| format!("{}/**", &channel[..slash]));
    core::iter::once(channel.to_owned())
        .chain(parent)
        .chain(ancestors)
}
