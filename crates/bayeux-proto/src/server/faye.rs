//! Meta channels and publishes, validated and answered as by Faye.

use alloc::{format, string::String};
use core::time::Duration;

use super::{
    Received, Server,
    event::EndReason,
    id::ClientId,
    policy::SecurityPolicy,
    profile::Push,
    reply::{self, ADVICE_TO_WAIT, Reply, advice, advice_to_handshake, error, millis},
    request::{Ack, Request},
    session::Held,
};
use crate::Channel;

impl Server {
    pub(super) fn answer_as_faye(
        &mut self,
        received: Received<'_>,
        policy: &mut dyn SecurityPolicy,
    ) {
        // Faye 0.8 pushes over a socket from the first message on that names the session.
        if self.config.profile.push == Push::AfterMessage
            && let Some(client) = self.session_of(&received)
        {
            self.bind(received.lane, &client);
        }
        let reply = match received.request.message.channel {
            "/meta/handshake" => self.faye_handshake(&received, policy),
            "/meta/connect" => match self.faye_connect(&received) {
                Some(refused) => refused,
                None => return,
            },
            "/meta/subscribe" => self.faye_subscribe(&received, policy),
            "/meta/unsubscribe" => self.faye_unsubscribe(&received),
            "/meta/disconnect" => self.faye_disconnect(&received),
            // The names must match exactly: `/meta/subscribe/x` once bypassed the authorisation
            // (CVE-2020-11020).
            channel if is_below(channel, "/meta") => {
                let mut reply = echo(received.request, None);
                reply.set_error(&error::forbidden_channel(channel));
                reply.set_successful();
                reply
            }
            _ => match self.faye_publish(&received, policy) {
                Some(reply) => reply,
                None => return self.answer(received.batch, []),
            },
        };
        self.answer(received.batch, [reply.into_text()]);
    }

    fn faye_handshake(
        &mut self,
        received: &Received<'_>,
        policy: &mut dyn SecurityPolicy,
    ) -> Reply {
        let request = received.request;
        let refusal = policy.may_handshake(&self.context(received)).err();
        let types = self.config.profile.connection_types;
        let mut reply = echo(request, refusal);
        reply.put_text("version", "1.0");
        if request.truthy("version").is_none() {
            reply.set_error(&error::missing_parameter("version"));
        }
        reply.put("supportedConnectionTypes", reply::list(types));
        match request.truthy("supportedConnectionTypes") {
            None => reply.set_error(&error::missing_parameter("supportedConnectionTypes")),
            Some(json) => {
                let mut names = request.connection_types.iter();
                if !json.starts_with('[') || !names.any(|name| types.contains(name)) {
                    let offered = request.connection_types.join(",");
                    reply.set_error(&error::connection_types_mismatch(&offered));
                }
            }
        }
        if !reply.set_successful() {
            reply.put("advice", advice_to_handshake(self.config.profile.dialect));
            return reply;
        }
        let offers = request.ack == Some(Ack::Offered);
        let Some(client) = self.create_session(received.lane, offers, policy) else {
            reply.set_error(error::TOO_MANY_SESSIONS);
            reply.set_successful();
            reply.put("advice", ADVICE_TO_WAIT);
            return reply;
        };
        reply.put_text("clientId", &client);
        reply.put("advice", advice(&self.config));
        if offers && self.config.ack_extension {
            reply.put("ext", r#"{"ack":true}"#);
        }
        reply
    }

    /// Holds the connect, or returns the refusal.
    fn faye_connect(&mut self, received: &Received<'_>) -> Option<Reply> {
        let request = received.request;
        let types = self.config.profile.connection_types;
        let mut reply = echo(request, None);
        let client = self.check_client(received, &mut reply);
        // The last failed check determines the error, in Faye's order.
        if !request
            .connection_type
            .is_some_and(|name| types.contains(&name))
        {
            let json = request.truthy("connectionType").unwrap_or("");
            let requested = request.connection_type.unwrap_or(json);
            reply.set_error(&error::connection_types_mismatch(requested));
        }
        if request.truthy("connectionType").is_none() {
            reply.set_error(&error::missing_parameter("connectionType"));
        }
        let successful = reply.set_successful();
        let Some(client) = client.filter(|_| successful) else {
            reply.remove("clientId");
            reply.put("advice", advice_to_handshake(self.config.profile.dialect));
            return Some(reply);
        };
        let streams = request.connection_type == Some("eventsource");
        reply.put("advice", self.connect_advice(streams));
        self.renew_expiry(&client);
        if self.config.profile.push != Push::AfterMessage {
            self.bind(received.lane, &client);
        }
        let time = if streams {
            Duration::ZERO
        } else {
            self.hold_for(request)
        };
        self.acknowledge(&client, request);
        let batch = received.batch;
        self.hold(&client, Held { batch, reply }, time);
        None
    }

    /// Returns the advice of a connect. An event source gets its events elsewhere, and connects
    /// only to stay alive.
    fn connect_advice(&self, streams: bool) -> String {
        if !streams {
            return advice(&self.config);
        }
        let hold = millis(self.config.hold);
        format!(r#"{{"reconnect":"retry","interval":{hold},"timeout":0}}"#)
    }

    fn faye_subscribe(
        &mut self,
        received: &Received<'_>,
        policy: &mut dyn SecurityPolicy,
    ) -> Reply {
        let channels = received.request.subscriptions;
        let context = self.context(received);
        let mut refusal = None;
        for channel in channels {
            // The policy sees all channels, because it can protect only those that it sees.
            let refused = policy.may_subscribe(&context, channel).err();
            refusal = refusal.or(refused);
        }
        let (mut reply, client) = self.begin_subscription(received, refusal);
        if let Some(client) = client {
            for channel in channels {
                if let Err(error) = self.check_subscription(channel) {
                    reply.set_error(&error);
                    break;
                }
                if !self.add_subscription(&client, channel) {
                    reply.set_error(&error::too_many_subscriptions(channel));
                    break;
                }
            }
            reply.set_successful();
        }
        reply
    }

    fn faye_unsubscribe(&mut self, received: &Received<'_>) -> Reply {
        let (mut reply, client) = self.begin_subscription(received, None);
        if let Some(client) = client {
            for channel in received.request.subscriptions {
                if let Err(error) = self.check_subscription(channel) {
                    reply.set_error(&error);
                    break;
                }
                self.remove_subscription(&client, channel);
            }
            reply.set_successful();
        }
        reply
    }

    /// Starts the reply to a subscribe or unsubscribe. Returns no client if the reply is a failure
    /// already.
    fn begin_subscription(
        &self,
        received: &Received<'_>,
        refusal: Option<String>,
    ) -> (Reply, Option<ClientId>) {
        let mut reply = echo(received.request, refusal);
        let client = self.check_client(received, &mut reply);
        let subscription = received.request.truthy("subscription");
        if subscription.is_none() {
            reply.set_error(&error::missing_parameter("subscription"));
        }
        let successful = reply.set_successful();
        reply.put("subscription", subscription.unwrap_or("[]"));
        (reply, client.filter(|_| successful))
    }

    fn faye_disconnect(&mut self, received: &Received<'_>) -> Reply {
        let mut reply = echo(received.request, None);
        let client = self.check_client(received, &mut reply);
        if !reply.set_successful() {
            reply.remove("clientId");
        }
        if let Some(client) = client {
            self.finish_session(&client, EndReason::Disconnected);
        }
        reply
    }

    /// Publishes. Returns the reply, or `None` if the profile sends none.
    fn faye_publish(
        &mut self,
        received: &Received<'_>,
        policy: &mut dyn SecurityPolicy,
    ) -> Option<Reply> {
        let request = received.request;
        let channel = request.message.channel;
        let context = self.context(received);
        let refusal = policy.may_publish(&context).err();
        let profile = &self.config.profile;
        let mut reply = echo(request, refusal);
        if !profile.anonymous_publishes {
            self.check_client(received, &mut reply);
        }
        if profile.checks_publish_channel && !self.is_publishable(channel) {
            let json = request.truthy("channel").unwrap_or("");
            let shown = if channel.is_empty() { json } else { channel };
            reply.set_error(&error::invalid_channel(shown));
        }
        if profile.needs_data && request.json("data").is_none() {
            reply.set_error(&error::missing_parameter("data"));
        }
        if reply.set_successful() {
            let is_service = is_below(channel, "/service");
            if is_service {
                policy.serve(&context);
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

    /// Returns the session that a message names, or sets the error of the reply.
    fn check_client(&self, received: &Received<'_>, reply: &mut Reply) -> Option<ClientId> {
        let client = self.session_of(received);
        if client.is_none() {
            let named = received.request.message.client_id.unwrap_or("");
            reply.set_error(&error::unknown_client(named));
        }
        if received.request.truthy("clientId").is_none() {
            reply.set_error(&error::missing_parameter("clientId"));
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

    /// Returns the hold of this connect.
    pub(super) fn hold_for(&self, request: &Request<'_>) -> Duration {
        let hold = self.config.hold;
        let advice = request.message.advice;
        let Some(requested) = advice.and_then(|advice| advice.timing.timeout) else {
            return hold;
        };
        let requested = Duration::from_millis(u64::try_from(requested).unwrap_or(0));
        if self.config.profile.caps_hold {
            requested.min(hold)
        } else {
            requested
        }
    }

    /// Queues unacknowledged events again, before anything newer.
    pub(super) fn acknowledge(&mut self, client: &ClientId, request: &Request<'_>) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let Some(ack) = &mut session.ack else {
            return;
        };
        let sent = core::mem::take(&mut ack.sent);
        match request.ack {
            Some(Ack::Received(batch)) if batch >= ack.batch => drop(sent),
            _ => session.waiting.prepend(sent),
        }
    }
}

/// Starts the reply to `request`, with the `refusal` of the policy.
///
/// Members that are falsy in JavaScript are not echoed, as Faye loses the id `0`.
fn echo(request: &Request<'_>, refusal: Option<String>) -> Reply {
    let mut reply = Reply::new();
    for name in ["id", "clientId", "channel"] {
        if let Some(json) = request.truthy(name) {
            reply.put(name, json);
        }
    }
    if let Some(refusal) = refusal {
        reply.set_error(&refusal);
    }
    reply.set_successful();
    reply
}

/// Returns whether `name` is `parent` or lies under it.
pub(super) fn is_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
