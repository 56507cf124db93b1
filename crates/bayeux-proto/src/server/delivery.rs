//! Subscriptions and fan-out of events.

use alloc::{borrow::ToOwned, boxed::Box, collections::BTreeSet, format, string::String};

use super::{
    Server,
    config::Overflow,
    event::{EndReason, ServerEvent},
    id::ClientId,
    session::EventText,
};

impl Server {
    /// Delivers an event to every subscribed session, once each.
    pub(super) fn fan_out(&mut self, channel: &str, event: &EventText) {
        let clients: BTreeSet<ClientId> = matching(channel)
            .filter_map(|name| self.listeners.get(&*name))
            .flatten()
            .cloned()
            .collect();
        for client in clients {
            self.deliver_to(&client, EventText::clone(event));
        }
    }

    /// Pushes an event to a session, or queues it.
    pub(super) fn deliver_to(&mut self, client: &ClientId, event: EventText) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if let Some(lane) = session.socket.filter(|_| session.is_pushed_to()) {
            self.push(lane, &event);
            return;
        }
        session.waiting.push(event);
        loop {
            let (events, bytes) = session.load();
            let limits = &self.config.limits;
            if events <= limits.queue && bytes <= limits.queue_bytes {
                break;
            }
            let dropped = self.config.overflow == Overflow::DropOldest
                && (session
                    .ack
                    .as_mut()
                    .is_some_and(|ack| ack.sent.drop_oldest())
                    || session.waiting.drop_oldest());
            if !dropped {
                self.finish_session(client, EndReason::Overflowed);
                return;
            }
        }
        if session.is_ready() {
            self.due_connects.insert(ClientId::clone(client));
        }
    }

    /// Returns false if the session has reached its limit.
    pub(super) fn add_subscription(&mut self, client: &ClientId, channel: &str) -> bool {
        let Some(session) = self.sessions.get_mut(client) else {
            return true;
        };
        if session.subscriptions.contains(channel) {
            return true;
        }
        if session.subscriptions.len() >= self.config.limits.subscriptions {
            return false;
        }
        session.subscriptions.insert(channel.into());
        self.listeners
            .entry(channel.into())
            .or_default()
            .insert(ClientId::clone(client));
        self.emit(|| ServerEvent::Subscribed {
            client: ClientId::clone(client),
            channel: channel.into(),
        });
        true
    }

    /// Returns false if the session was not subscribed.
    pub(super) fn remove_subscription(&mut self, client: &ClientId, channel: &str) -> bool {
        let Some(session) = self.sessions.get_mut(client) else {
            return false;
        };
        if !session.subscriptions.remove(channel) {
            return false;
        }
        self.stop_listening(client, channel);
        self.emit(|| ServerEvent::Unsubscribed {
            client: ClientId::clone(client),
            channel: channel.into(),
        });
        true
    }

    pub(super) fn remove_subscriptions(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let channels: BTreeSet<Box<str>> = core::mem::take(&mut session.subscriptions);
        for channel in channels {
            self.stop_listening(client, &channel);
        }
    }

    fn stop_listening(&mut self, client: &ClientId, channel: &str) {
        if let Some(listeners) = self.listeners.get_mut(channel) {
            listeners.remove(client);
            if listeners.is_empty() {
                self.listeners.remove(channel);
            }
        }
    }

    pub(super) fn emit(&mut self, event: impl FnOnce() -> ServerEvent) {
        if self.config.emit_events {
            self.events.push_back(event());
        }
    }
}

/// Returns the names and patterns that match an event on `channel`.
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
