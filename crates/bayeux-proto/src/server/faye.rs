//! The five meta channels and publishes, checked and answered as Faye does.

use alloc::{format, string::String};
use core::time::Duration;

use super::{
    Asked, Server,
    event::EndReason,
    host::SecurityPolicy,
    profile::Push,
    reply::{self, ADVICE_TO_WAIT, Reply, advice, advice_to_handshake, error, millis},
    request::{Ack, Request},
    session::{ClientId, Held},
};
use crate::Channel;

impl Server {
    pub(super) fn answer_as_faye(&mut self, asked: Asked<'_>, host: &mut dyn SecurityPolicy) {
        if self.config.profile.push == Push::AfterMessage
            && let Some(client) = self.known(&asked)
        {
            self.bind(asked.lane, &client);
        }
        let reply = match asked.request.channel {
            "/meta/handshake" => self.handshake(&asked, host),
            "/meta/connect" => match self.connect(&asked) {
                Some(refused) => refused,
                None => return,
            },
            "/meta/subscribe" => self.subscribe(&asked, host),
            "/meta/unsubscribe" => self.unsubscribe(&asked),
            "/meta/disconnect" => self.disconnect(&asked),
            // Exactly these: a name like /meta/subscribe/x was once a way around the guard.
            channel if is_below(channel, "/meta") => {
                let mut reply = echo(asked.request, None);
                reply.fail(&error::forbidden_channel(channel));
                reply.settle();
                reply
            }
            _ => match self.publish_for(&asked, host) {
                Some(reply) => reply,
                None => return self.answer(asked.batch, []),
            },
        };
        self.answer(asked.batch, [reply.into_text()]);
    }

    fn handshake(&mut self, asked: &Asked<'_>, host: &mut dyn SecurityPolicy) -> Reply {
        let request = asked.request;
        let refusal = host.may_handshake(&self.context(asked)).err();
        let types = self.config.profile.connection_types;
        let mut reply = echo(request, refusal);
        reply.put_text("version", "1.0");
        if request.truthy("version").is_none() {
            reply.fail(&error::missing_parameter("version"));
        }
        reply.put("supportedConnectionTypes", reply::list(types));
        match request.truthy("supportedConnectionTypes") {
            None => reply.fail(&error::missing_parameter("supportedConnectionTypes")),
            Some(json) => {
                let mut names = request.connection_types.iter();
                if !json.starts_with('[') || !names.any(|name| types.contains(name)) {
                    let asked = request.connection_types.join(",");
                    reply.fail(&error::connection_types_mismatch(&asked));
                }
            }
        }
        if !reply.settle() {
            reply.put("advice", advice_to_handshake(self.config.profile.dialect));
            return reply;
        }
        let offers = request.ack == Some(Ack::Offered);
        let Some(client) = self.begin(asked.lane, offers, host) else {
            reply.fail(error::TOO_MANY_SESSIONS);
            reply.settle();
            reply.put("advice", ADVICE_TO_WAIT);
            return reply;
        };
        reply.put_text("clientId", &client);
        reply.put("advice", advice(&self.config));
        if offers && self.config.acknowledges {
            reply.put("ext", r#"{"ack":true}"#);
        }
        reply
    }

    /// Holds the connect, or says why not.
    fn connect(&mut self, asked: &Asked<'_>) -> Option<Reply> {
        let request = asked.request;
        let types = self.config.profile.connection_types;
        let mut reply = echo(request, None);
        let client = self.check_client(asked, &mut reply);
        // In Faye's order: the last of these that applies is the one that is told.
        if !request
            .connection_type
            .is_some_and(|name| types.contains(&name))
        {
            let json = request.truthy("connectionType").unwrap_or("");
            let asked = request.connection_type.unwrap_or(json);
            reply.fail(&error::connection_types_mismatch(asked));
        }
        if request.truthy("connectionType").is_none() {
            reply.fail(&error::missing_parameter("connectionType"));
        }
        let successful = reply.settle();
        let Some(client) = client.filter(|_| successful) else {
            reply.remove("clientId");
            reply.put("advice", advice_to_handshake(self.config.profile.dialect));
            return Some(reply);
        };
        let streams = request.connection_type == Some("eventsource");
        reply.put("advice", self.connect_advice(streams));
        self.prolong(&client);
        if self.config.profile.push != Push::AfterMessage {
            self.bind(asked.lane, &client);
        }
        let time = if streams {
            Duration::ZERO
        } else {
            self.hold_for(request)
        };
        self.acknowledge(&client, request);
        let batch = asked.batch;
        self.hold(&client, Held { batch, reply }, time);
        None
    }

    /// An event source gets its events elsewhere, and connects only to stay alive.
    fn connect_advice(&self, streams: bool) -> String {
        if !streams {
            return advice(&self.config);
        }
        let hold = millis(self.config.hold);
        format!(r#"{{"reconnect":"retry","interval":{hold},"timeout":0}}"#)
    }

    fn subscribe(&mut self, asked: &Asked<'_>, host: &mut dyn SecurityPolicy) -> Reply {
        let channels = asked.request.subscriptions;
        let context = self.context(asked);
        let mut refusal = None;
        for channel in channels {
            // All of them: what it sees is what it can protect.
            let refused = host.may_subscribe(&context, channel).err();
            refusal = refusal.or(refused);
        }
        let (mut reply, client) = self.begin_subscription(asked, refusal);
        if let Some(client) = client {
            for channel in channels {
                if let Err(error) = self.check_subscription(channel) {
                    reply.fail(&error);
                    break;
                }
                if !self.add_subscription(&client, channel) {
                    reply.fail(&error::too_many_subscriptions(channel));
                    break;
                }
            }
            reply.settle();
        }
        reply
    }

    fn unsubscribe(&mut self, asked: &Asked<'_>) -> Reply {
        let (mut reply, client) = self.begin_subscription(asked, None);
        if let Some(client) = client {
            for channel in asked.request.subscriptions {
                if let Err(error) = self.check_subscription(channel) {
                    reply.fail(&error);
                    break;
                }
                self.remove_subscription(&client, channel);
            }
            reply.settle();
        }
        reply
    }

    /// The part that subscribe and unsubscribe share; no client if the reply is already a failure.
    fn begin_subscription(
        &self,
        asked: &Asked<'_>,
        refusal: Option<String>,
    ) -> (Reply, Option<ClientId>) {
        let mut reply = echo(asked.request, refusal);
        let client = self.check_client(asked, &mut reply);
        let subscription = asked.request.truthy("subscription");
        if subscription.is_none() {
            reply.fail(&error::missing_parameter("subscription"));
        }
        let successful = reply.settle();
        reply.put("subscription", subscription.unwrap_or("[]"));
        (reply, client.filter(|_| successful))
    }

    fn disconnect(&mut self, asked: &Asked<'_>) -> Reply {
        let mut reply = echo(asked.request, None);
        let client = self.check_client(asked, &mut reply);
        if !reply.settle() {
            reply.remove("clientId");
        }
        if let Some(client) = client {
            self.end(&client, EndReason::Disconnected);
        }
        reply
    }

    /// Publishes, or says why not; `None` where nothing is said.
    fn publish_for(&mut self, asked: &Asked<'_>, host: &mut dyn SecurityPolicy) -> Option<Reply> {
        let request = asked.request;
        let channel = request.channel;
        let context = self.context(asked);
        let refusal = host.may_publish(&context).err();
        let profile = &self.config.profile;
        let mut reply = echo(request, refusal);
        if !profile.anonymous_publishes {
            self.check_client(asked, &mut reply);
        }
        if profile.checks_publish_channel && !self.is_publishable(channel) {
            let json = request.truthy("channel").unwrap_or("");
            let shown = if channel.is_empty() { json } else { channel };
            reply.fail(&error::invalid_channel(shown));
        }
        if profile.needs_data && request.json("data").is_none() {
            reply.fail(&error::missing_parameter("data"));
        }
        if reply.settle() {
            let is_service = is_below(channel, "/service");
            if is_service {
                host.serve(&context);
            }
            if !is_service || profile.broadcasts_service {
                self.fan_out(channel, &reply::event_of(request, &self.config));
            }
        }
        let profile = &self.config.profile;
        if !profile.publish_reply_names_client {
            reply.remove("clientId");
        }
        (profile.answers_anonymous || request.truthy("clientId").is_some()).then_some(reply)
    }

    /// The session that a message names, or why there is none.
    fn check_client(&self, asked: &Asked<'_>, reply: &mut Reply) -> Option<ClientId> {
        let client = self.known(asked);
        if client.is_none() {
            let named = asked.request.client_id.unwrap_or("");
            reply.fail(&error::unknown_client(named));
        }
        if asked.request.truthy("clientId").is_none() {
            reply.fail(&error::missing_parameter("clientId"));
        }
        client
    }

    fn check_subscription(&self, name: &str) -> Result<(), String> {
        if name.len() > self.config.limits.channel || Channel::new(name).is_err() {
            return Err(error::invalid_channel(name));
        }
        if is_below(name, "/meta") || is_below(name, "/service") {
            return Err(error::forbidden_channel(name));
        }
        Ok(())
    }

    fn is_publishable(&self, name: &str) -> bool {
        name.len() <= self.config.limits.channel
            && Channel::new(name).is_ok_and(|channel| !channel.is_pattern())
    }

    /// How long this connect is held.
    pub(super) fn hold_for(&self, request: &Request<'_>) -> Duration {
        let hold = self.config.hold;
        let Some(asked) = request.hold else {
            return hold;
        };
        // Not a number is no time at all.
        let asked = Duration::try_from_secs_f64(asked.max(0.0) / 1000.0).unwrap_or(Duration::MAX);
        if self.config.profile.caps_hold {
            asked.min(hold)
        } else {
            asked
        }
    }

    /// What the client does not say that it has waits again, before anything newer.
    pub(super) fn acknowledge(&mut self, client: &ClientId, request: &Request<'_>) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let Some(known) = &mut session.acknowledged else {
            return;
        };
        let sent = core::mem::take(&mut known.sent);
        match request.ack {
            Some(Ack::Received(batch)) if batch >= known.batch => drop(sent),
            _ => session.waiting.put_back(sent),
        }
    }
}

/// Starts the reply to `request`; `refusal` is what the host said.
///
/// A member that JavaScript takes for false is not echoed: that is how Faye loses the id `0`.
fn echo(request: &Request<'_>, refusal: Option<String>) -> Reply {
    let mut reply = Reply::new();
    for name in ["id", "clientId", "channel"] {
        if let Some(json) = request.truthy(name) {
            reply.put(name, json);
        }
    }
    if let Some(refusal) = refusal {
        reply.fail(&refusal);
    }
    reply.settle();
    reply
}

/// Whether `name` is `parent` or lies under it.
pub(super) fn is_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
