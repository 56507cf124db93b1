//! Meta channels and publishes, validated and answered as by `CometD`.

use alloc::{format, string::String};
use core::time::Duration;

use super::{
    Received, Server,
    event::EndReason,
    faye::is_below,
    id::ClientId,
    lane::LaneKind,
    policy::SecurityPolicy,
    profile::Push,
    reply::{self, ADVICE_TO_STOP, ADVICE_TO_WAIT, Reply, advice, advice_to_handshake, error},
    request::{Ack, Request},
    session::Held,
};

impl Server {
    pub(super) fn answer_as_cometd(
        &mut self,
        received: Received<'_>,
        policy: &mut dyn SecurityPolicy,
    ) {
        let request = received.request;
        let mut reply = Reply::new();
        if !echo_id(request, &mut reply) {
            return self.answer_error(&received, reply, INVALID_ID);
        }
        if request.message.channel.is_empty() {
            return self.answer_error(&received, reply, CHANNEL_MISSING);
        }
        reply.put_text("channel", request.message.channel);
        if request.message.channel == "/meta/handshake" {
            let reply = self.cometd_handshake(&received, reply, policy);
            return self.answer(received.batch, [reply.into_text()]);
        }
        if is_below(request.message.channel, "/meta")
            && let Some(json) = request.json("subscription")
        {
            reply.put("subscription", json);
        }
        let Some(client) = self.session_of(&received) else {
            if request.message.channel == "/meta/connect" {
                reply.put("advice", advice_to_handshake(self.config.profile.dialect));
            }
            return self.answer_error(&received, reply, SESSION_UNKNOWN);
        };
        if let Some(batch) = self.batches.get_mut(received.batch) {
            batch.client = Some(ClientId::clone(&client));
        }
        self.adopt_socket(&received, &client);
        self.renew_idle_expiry(&client);
        match request.message.channel {
            "/meta/connect" => return self.cometd_connect(&received, reply, &client),
            "/meta/subscribe" => self.cometd_subscribe(&received, &mut reply, &client, policy),
            "/meta/unsubscribe" => self.cometd_unsubscribe(&received, &mut reply, &client),
            "/meta/disconnect" => self.finish_session(&client, EndReason::Disconnected),
            channel if is_below(channel, "/meta") => reply.set_error(CHANNEL_DENIED),
            _ => self.cometd_publish(&received, &mut reply, policy),
        }
        reply.set_successful();
        self.answer(received.batch, [reply.into_text()]);
    }

    fn answer_error(&mut self, received: &Received<'_>, mut reply: Reply, error: &str) {
        reply.set_error(error);
        reply.set_successful();
        self.answer(received.batch, [reply.into_text()]);
    }

    fn cometd_handshake(
        &mut self,
        received: &Received<'_>,
        mut reply: Reply,
        policy: &mut dyn SecurityPolicy,
    ) -> Reply {
        let offers = received.request.ack == Some(Ack::Offered);
        if let Err(refusal) = policy.may_handshake(&self.context(received)) {
            reply.set_error(&refusal);
            reply.put("advice", ADVICE_TO_STOP);
        } else if let Some(client) = self.create_session(received.lane, offers, policy) {
            let types = self.config.profile.connection_types;
            reply.put_text("version", "1.0");
            reply.put_text("minimumVersion", "1.0");
            reply.put_text("clientId", &client);
            reply.put("supportedConnectionTypes", reply::list(types));
            reply.put("advice", advice(&self.config));
            if offers && self.config.ack_extension {
                reply.put("ext", r#"{"ack":true}"#);
            }
            self.bind(received.lane, &client);
        } else {
            reply.set_error(error::TOO_MANY_SESSIONS);
            reply.put("advice", ADVICE_TO_WAIT);
        }
        reply.set_successful();
        reply
    }

    /// Binds a session without a socket to the socket of a message.
    fn adopt_socket(&mut self, received: &Received<'_>, client: &ClientId) {
        let is_socket = self
            .lanes
            .get(&received.lane)
            .is_some_and(|state| state.kind == LaneKind::Socket);
        let has_no_socket = self
            .sessions
            .get(client)
            .is_some_and(|session| session.socket.is_none());
        if is_socket && has_no_socket && self.config.profile.push == Push::AfterHandshake {
            self.bind(received.lane, client);
        }
    }

    fn cometd_connect(&mut self, received: &Received<'_>, mut reply: Reply, client: &ClientId) {
        self.bind(received.lane, client);
        self.acknowledge(client, received.request);
        reply.set_successful();
        if received.request.json("advice").is_some() {
            reply.put("advice", advice(&self.config));
        }
        let mut time = self.hold_for(received.request);
        let profile = &self.config.profile;
        let (first, shared) = (
            profile.answers_first_connect,
            profile.answers_shared_connect,
        );
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let is_first = !core::mem::replace(&mut session.has_connected, true);
        let ack_extension = session.ack.is_some();
        if received.is_batched && shared && !ack_extension {
            // Answered in its place in the batch, without events except those added to every
            // response.
            return self.answer(received.batch, [reply.into_text()]);
        }
        if (is_first && first) || (received.is_batched && shared) {
            time = Duration::ZERO;
        }
        if !time.is_zero()
            && let Some(advice) = self.multiple_clients_advice(received.lane, client)
        {
            reply.put("advice", advice);
            time = Duration::ZERO;
        }
        let batch = received.batch;
        self.hold(client, Held { batch, reply }, time);
    }

    fn cometd_subscribe(
        &mut self,
        received: &Received<'_>,
        reply: &mut Reply,
        client: &ClientId,
        policy: &mut dyn SecurityPolicy,
    ) {
        let channels = received.request.subscriptions;
        let context = self.context(received);
        let mut refusal = None;
        for channel in channels {
            // The policy sees all channels, because it can protect only those that it sees.
            let refused = policy.may_subscribe(&context, channel).err();
            refusal = refusal.or(refused);
        }
        let error = if received
            .request
            .json("subscription")
            .is_none_or(|json| json == "null")
        {
            Some(SUBSCRIPTION_MISSING.into())
        } else if channels.iter().any(|name| !self.is_name(name)) {
            Some(SUBSCRIPTION_INVALID.into())
        } else if channels.iter().any(|name| is_below(name, "/meta")) {
            let error = if channels.len() > 1 {
                SUBSCRIBE_FAILED
            } else {
                CREATE_DENIED
            };
            Some(error.into())
        } else {
            refusal
        };
        // All channels are subscribed, or none.
        if let Some(error) = error {
            return reply.set_error(&error);
        }
        for channel in channels.iter().filter(|name| !is_below(name, "/service")) {
            if !self.add_subscription(client, channel) {
                return reply.set_error(&error::too_many_subscriptions(channel));
            }
        }
    }

    fn cometd_unsubscribe(
        &mut self,
        received: &Received<'_>,
        reply: &mut Reply,
        client: &ClientId,
    ) {
        let channels = received.request.subscriptions;
        if received
            .request
            .json("subscription")
            .is_none_or(|json| json == "null")
        {
            return reply.set_error(SUBSCRIPTION_MISSING);
        }
        for channel in channels {
            self.remove_subscription(client, channel);
        }
    }

    fn cometd_publish(
        &mut self,
        received: &Received<'_>,
        reply: &mut Reply,
        policy: &mut dyn SecurityPolicy,
    ) {
        let request = received.request;
        if !self.is_name(request.message.channel) {
            return reply.set_error(CHANNEL_INVALID);
        }
        let context = self.context(received);
        if let Err(refusal) = policy.may_publish(&context) {
            return reply.set_error(&refusal);
        }
        if self.config.profile.needs_data && request.json("data").is_none() {
            return reply.set_error(&error::missing_parameter("data"));
        }
        let is_service = is_below(request.message.channel, "/service");
        if is_service {
            policy.serve(&context);
        }
        if !is_service || self.config.profile.broadcasts_service {
            let event = reply::event_of(request, &self.config);
            self.fan_out(request.message.channel, &event);
        }
    }

    /// Returns whether `CometD` accepts this name: almost any.
    fn is_name(&self, name: &str) -> bool {
        let legal = |byte: u8| (b' '..0x7f).contains(&byte) && !b":%".contains(&byte);
        let body = name.strip_suffix("/**").or(name.strip_suffix("/*"));
        name.len() <= self.config.limits.channel
            && name.len() > 1
            && name.starts_with('/')
            && name.bytes().all(legal)
            && !body.unwrap_or(name).contains("/*/")
    }
}

/// Echoes the id as a string, as `CometD` does. Returns false if the id is invalid.
fn echo_id(request: &Request<'_>, reply: &mut Reply) -> bool {
    let Some(json) = request.json("id").filter(|json| *json != "null") else {
        return true;
    };
    let text: String = match json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'))
    {
        Some(text) => text.into(),
        None => json.into(),
    };
    let legal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if legal {
        reply.put("id", format!("\"{text}\""));
    }
    legal
}

const INVALID_ID: &str = "405::message_id_invalid";
const CHANNEL_MISSING: &str = "400::channel_missing";
const CHANNEL_INVALID: &str = "405::channel_invalid";
const CHANNEL_DENIED: &str = "403:denied_by_security_policy:channel_create_denied";
const CREATE_DENIED: &str = "403:denied_by_security_policy:create_denied";
const SESSION_UNKNOWN: &str = "402::session_unknown";
const SUBSCRIPTION_MISSING: &str = "403::subscription_missing";
const SUBSCRIPTION_INVALID: &str = "403::subscription_invalid";
const SUBSCRIBE_FAILED: &str = "403::subscribe_failed";
