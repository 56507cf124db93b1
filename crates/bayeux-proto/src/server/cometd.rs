//! The five meta channels and publishes, checked and answered as `CometD` does.

use alloc::{format, string::String};
use core::time::Duration;

use super::{
    Asked, Server,
    event::EndReason,
    faye::is_below,
    host::SecurityPolicy,
    lane::LaneKind,
    profile::Push,
    reply::{self, ADVICE_TO_STOP, ADVICE_TO_WAIT, Reply, advice, advice_to_handshake, error},
    request::{Ack, Request},
    session::{ClientId, Held},
};

impl Server {
    pub(super) fn answer_as_cometd(&mut self, asked: Asked<'_>, host: &mut dyn SecurityPolicy) {
        let request = asked.request;
        let mut reply = Reply::new();
        if !echo_id(request, &mut reply) {
            return self.fail(&asked, reply, INVALID_ID);
        }
        if request.channel.is_empty() {
            return self.fail(&asked, reply, CHANNEL_MISSING);
        }
        reply.put_text("channel", request.channel);
        if request.channel == "/meta/handshake" {
            let reply = self.greet(&asked, reply, host);
            return self.answer(asked.batch, [reply.into_text()]);
        }
        if is_below(request.channel, "/meta")
            && let Some(json) = request.json("subscription")
        {
            reply.put("subscription", json);
        }
        let Some(client) = self.known(&asked) else {
            if request.channel == "/meta/connect" {
                reply.put("advice", advice_to_handshake(self.config.profile.dialect));
            }
            return self.fail(&asked, reply, SESSION_UNKNOWN);
        };
        if let Some(batch) = self.batches.get_mut(asked.batch) {
            batch.client = Some(ClientId::clone(&client));
        }
        self.take_up(&asked, &client);
        self.show_life(&client);
        match request.channel {
            "/meta/connect" => return self.take_connect(&asked, reply, &client),
            "/meta/subscribe" => self.take_subscribe(&asked, &mut reply, &client, host),
            "/meta/unsubscribe" => self.take_unsubscribe(&asked, &mut reply, &client),
            "/meta/disconnect" => self.end(&client, EndReason::Disconnected),
            channel if is_below(channel, "/meta") => reply.fail(CHANNEL_DENIED),
            _ => self.take_publish(&asked, &mut reply, host),
        }
        reply.settle();
        self.answer(asked.batch, [reply.into_text()]);
    }

    fn fail(&mut self, asked: &Asked<'_>, mut reply: Reply, error: &str) {
        reply.fail(error);
        reply.settle();
        self.answer(asked.batch, [reply.into_text()]);
    }

    fn greet(
        &mut self,
        asked: &Asked<'_>,
        mut reply: Reply,
        host: &mut dyn SecurityPolicy,
    ) -> Reply {
        let offers = asked.request.ack == Some(Ack::Offered);
        if let Err(refusal) = host.may_handshake(&self.context(asked)) {
            reply.fail(&refusal);
            reply.put("advice", ADVICE_TO_STOP);
        } else if let Some(client) = self.begin(asked.lane, offers, host) {
            let types = self.config.profile.connection_types;
            reply.put_text("version", "1.0");
            reply.put_text("minimumVersion", "1.0");
            reply.put_text("clientId", &client);
            reply.put("supportedConnectionTypes", reply::list(types));
            reply.put("advice", advice(&self.config));
            if offers && self.config.acknowledges {
                reply.put("ext", r#"{"ack":true}"#);
            }
            self.bind(asked.lane, &client);
        } else {
            reply.fail(error::TOO_MANY_SESSIONS);
            reply.put("advice", ADVICE_TO_WAIT);
        }
        reply.settle();
        reply
    }

    /// A session whose socket is gone goes on with the one that something comes over.
    fn take_up(&mut self, asked: &Asked<'_>, client: &ClientId) {
        let is_socket = self
            .lanes
            .get(&asked.lane)
            .is_some_and(|carrier| carrier.kind == LaneKind::Socket);
        let is_homeless = self
            .sessions
            .get(client)
            .is_some_and(|session| session.socket.is_none());
        if is_socket && is_homeless && self.config.profile.push == Push::AfterHandshake {
            self.bind(asked.lane, client);
        }
    }

    fn take_connect(&mut self, asked: &Asked<'_>, mut reply: Reply, client: &ClientId) {
        self.bind(asked.lane, client);
        self.acknowledge(client, asked.request);
        reply.settle();
        if asked.request.json("advice").is_some() {
            reply.put("advice", advice(&self.config));
        }
        let mut time = self.hold_for(asked.request);
        let profile = &self.config.profile;
        let (first, shared) = (
            profile.answers_first_connect,
            profile.answers_shared_connect,
        );
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let is_first = !core::mem::replace(&mut session.greeted, true);
        let acknowledges = session.acknowledged.is_some();
        if asked.is_shared && shared && !acknowledges {
            // In its place among the others, and no events but those that go with any answer.
            return self.answer(asked.batch, [reply.into_text()]);
        }
        if (is_first && first) || (asked.is_shared && shared) {
            time = Duration::ZERO;
        }
        if !time.is_zero()
            && let Some(advice) = self.crowd_advice(asked.lane, client)
        {
            reply.put("advice", advice);
            time = Duration::ZERO;
        }
        let batch = asked.batch;
        self.hold(client, Held { batch, reply }, time);
    }

    fn take_subscribe(
        &mut self,
        asked: &Asked<'_>,
        reply: &mut Reply,
        client: &ClientId,
        host: &mut dyn SecurityPolicy,
    ) {
        let channels = asked.request.subscriptions;
        let context = self.context(asked);
        let mut refusal = None;
        for channel in channels {
            // All of them: what it sees is what it can protect.
            let refused = host.may_subscribe(&context, channel).err();
            refusal = refusal.or(refused);
        }
        let error = if asked
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
        // All or none.
        if let Some(error) = error {
            return reply.fail(&error);
        }
        for channel in channels.iter().filter(|name| !is_below(name, "/service")) {
            if !self.add_subscription(client, channel) {
                return reply.fail(&error::too_many_subscriptions(channel));
            }
        }
    }

    fn take_unsubscribe(&mut self, asked: &Asked<'_>, reply: &mut Reply, client: &ClientId) {
        let channels = asked.request.subscriptions;
        if asked
            .request
            .json("subscription")
            .is_none_or(|json| json == "null")
        {
            return reply.fail(SUBSCRIPTION_MISSING);
        }
        for channel in channels {
            self.remove_subscription(client, channel);
        }
    }

    fn take_publish(
        &mut self,
        asked: &Asked<'_>,
        reply: &mut Reply,
        host: &mut dyn SecurityPolicy,
    ) {
        let request = asked.request;
        if !self.is_name(request.channel) {
            return reply.fail(CHANNEL_INVALID);
        }
        let context = self.context(asked);
        if let Err(refusal) = host.may_publish(&context) {
            return reply.fail(&refusal);
        }
        if self.config.profile.needs_data && request.json("data").is_none() {
            return reply.fail(&error::missing_parameter("data"));
        }
        let is_service = is_below(request.channel, "/service");
        if is_service {
            host.serve(&context);
        }
        if !is_service || self.config.profile.broadcasts_service {
            let event = reply::event_of(request, &self.config);
            self.fan_out(request.channel, &event);
        }
    }

    /// `CometD` takes almost any name.
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

/// Echoes the id as a text, which is what `CometD` makes of it; false if it is none that may be.
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
