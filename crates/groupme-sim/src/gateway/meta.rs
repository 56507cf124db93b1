//! The five meta channels, and publishes.

use core::time::Duration;

use bayeux_proto::Channel;

use super::{
    Gateway, Guard,
    batch::BatchId,
    deadlines::Timer,
    lane::Lane,
    reply::{CONNECTION_TYPES, Reply, error},
    request::Request,
    session::{ClientId, Held, Session},
};
use crate::random::BASE36;

impl Gateway {
    /// Sends a message to whoever answers its channel.
    pub(super) fn dispatch(
        &mut self,
        lane: Lane,
        batch: BatchId,
        request: &Request,
        guard: &dyn Guard,
    ) {
        let reply = match request.channel() {
            "/meta/handshake" => self.handshake(request),
            "/meta/connect" => match self.connect(lane, batch, request) {
                Some(refused) => refused,
                None => return,
            },
            "/meta/subscribe" => self.subscribe(request, guard),
            "/meta/unsubscribe" => self.unsubscribe(request),
            "/meta/disconnect" => self.disconnect(request),
            // Exactly these: a name like /meta/subscribe/x was once a way around the guard.
            channel if channel.starts_with("/meta/") => {
                let mut reply = Reply::to(request, None);
                reply.fail(error::forbidden_channel(channel));
                reply.settle();
                reply
            }
            _ => self.publish_for_client(request, guard),
        };
        self.answer(batch, [reply.into_text()]);
    }

    fn handshake(&mut self, request: &Request) -> Reply {
        let mut reply = Reply::to(request, None);
        reply.put("version", "1.0");
        if request.truthy("version").is_none() {
            reply.fail(error::missing_parameter("version"));
        }
        reply.put("supportedConnectionTypes", CONNECTION_TYPES.as_slice());
        match request.truthy("supportedConnectionTypes") {
            None => reply.fail(error::missing_parameter("supportedConnectionTypes")),
            Some(asked) => {
                let common = asked.as_array().is_some_and(|types| {
                    types.iter().any(|name| is_connection_type(name.as_str()))
                });
                if !common {
                    reply.fail(error::connection_types_mismatch(asked));
                }
            }
        }
        if reply.settle() {
            let client: ClientId = self.random.word(BASE36, CLIENT_ID_LENGTH).into();
            reply.put("clientId", &*client);
            self.sessions
                .insert(ClientId::clone(&client), Session::default());
            self.prolong(client);
        }
        reply.advise(self.config.hold, None);
        reply
    }

    /// Holds the connect, or says why not.
    fn connect(&mut self, lane: Lane, batch: BatchId, request: &Request) -> Option<Reply> {
        let mut reply = Reply::to(request, None);
        let connection_type = request.text("connectionType");
        let client = self.client(request);
        // In Faye's order: the last of these that applies is the one that is told.
        if client.is_none() {
            reply.fail(error::unknown_client(
                request.text("clientId").unwrap_or(""),
            ));
        }
        if request.truthy("clientId").is_none() {
            reply.fail(error::missing_parameter("clientId"));
        }
        if !is_connection_type(connection_type) {
            reply.fail(error::connection_types_mismatch(
                request
                    .truthy("connectionType")
                    .unwrap_or(&serde_json::Value::Null),
            ));
        }
        if request.truthy("connectionType").is_none() {
            reply.fail(error::missing_parameter("connectionType"));
        }
        let successful = reply.settle();
        if !successful {
            reply.remove("clientId");
        }
        reply.advise(self.config.hold, connection_type);
        let Some(client) = client.filter(|_| successful) else {
            return Some(reply);
        };

        self.prolong(ClientId::clone(&client));
        self.bind(lane, &client);
        let hold = if connection_type == Some("eventsource") {
            Duration::ZERO
        } else {
            self.hold_for(request)
        };
        self.hold(client, Held { batch, reply }, hold);
        None
    }

    fn subscribe(&mut self, request: &Request, guard: &dyn Guard) -> Reply {
        let channels = request.subscriptions();
        let refusal = channels
            .iter()
            .find_map(|channel| guard.may_subscribe(request.token(), channel).err());
        let (mut reply, client) = self.begin_subscription(request, refusal);
        if let Some(client) = client {
            for channel in channels {
                if let Err(error) = check_subscription(&channel) {
                    reply.fail(error);
                    break;
                }
                self.add_subscription(&client, channel.into());
            }
            reply.settle();
        }
        reply
    }

    fn unsubscribe(&mut self, request: &Request) -> Reply {
        let (mut reply, client) = self.begin_subscription(request, None);
        if let Some(client) = client {
            for channel in request.subscriptions() {
                if let Err(error) = check_subscription(&channel) {
                    reply.fail(error);
                    break;
                }
                self.remove_subscription(&client, &channel);
            }
            reply.settle();
        }
        reply
    }

    /// The part that subscribe and unsubscribe share; no client if the reply is already a failure.
    fn begin_subscription(
        &self,
        request: &Request,
        refusal: Option<String>,
    ) -> (Reply, Option<ClientId>) {
        let mut reply = Reply::to(request, refusal);
        let client = self.client(request);
        if client.is_none() {
            reply.fail(error::unknown_client(
                request.text("clientId").unwrap_or(""),
            ));
        }
        if request.truthy("clientId").is_none() {
            reply.fail(error::missing_parameter("clientId"));
        }
        let subscription = request.truthy("subscription");
        if subscription.is_none() {
            reply.fail(error::missing_parameter("subscription"));
        }
        let successful = reply.settle();
        reply.put(
            "subscription",
            subscription
                .cloned()
                .unwrap_or_else(|| serde_json::json!([])),
        );
        (reply, client.filter(|_| successful))
    }

    fn disconnect(&mut self, request: &Request) -> Reply {
        let mut reply = Reply::to(request, None);
        let client = self.client(request);
        if client.is_none() {
            reply.fail(error::unknown_client(
                request.text("clientId").unwrap_or(""),
            ));
        }
        if request.truthy("clientId").is_none() {
            reply.fail(error::missing_parameter("clientId"));
        }
        if !reply.settle() {
            reply.remove("clientId");
        }
        if let Some(client) = client {
            self.destroy(&client);
        }
        reply
    }

    fn publish_for_client(&mut self, request: &Request, guard: &dyn Guard) -> Reply {
        let name = request.channel();
        let refusal = guard
            .may_publish(request.token(), name, request.kind())
            .err();
        let mut reply = Reply::to(request, refusal);
        if !is_publishable(name) {
            let shown = request
                .truthy("channel")
                .map_or_else(String::new, |channel| {
                    channel
                        .as_str()
                        .map_or_else(|| channel.to_string(), str::to_owned)
                });
            reply.fail(error::invalid_channel(&shown));
        }
        if !request.has_data() {
            reply.fail(error::missing_parameter("data"));
        }
        if reply.settle() {
            if request.kind() == Some("ping") {
                self.put_off_ping(name);
            }
            self.fan_out(name, &request.event().into());
        }
        reply
    }

    /// The session that a message names.
    fn client(&self, request: &Request) -> Option<ClientId> {
        let (client, session) = self.sessions.get_key_value(request.text("clientId")?)?;
        (!session.forgotten).then(|| ClientId::clone(client))
    }

    /// Only a handshake and a connect prolong a session's life.
    fn prolong(&mut self, client: ClientId) {
        self.deadlines
            .arm(Timer::Expiry(client), self.now + self.config.hold * 2);
    }

    /// How long this connect is held. Faye does not cap what a client asks for.
    fn hold_for(&self, request: &Request) -> Duration {
        request.asked_hold().map_or(self.config.hold, |asked| {
            Duration::try_from_secs_f64(asked.max(0.0) / 1000.0).unwrap_or(Duration::MAX)
        })
    }
}

fn is_connection_type(name: Option<&str>) -> bool {
    name.is_some_and(|name| CONNECTION_TYPES.contains(&name))
}

fn check_subscription(name: &str) -> Result<(), String> {
    if Channel::new(name).is_err() {
        return Err(error::invalid_channel(name));
    }
    if ["/meta/", "/service/"]
        .iter()
        .any(|reserved| name.starts_with(reserved))
    {
        return Err(error::forbidden_channel(name));
    }
    Ok(())
}

fn is_publishable(name: &str) -> bool {
    Channel::new(name).is_ok_and(|channel| !channel.is_pattern())
}

/// As GroupMe's and Faye's are.
const CLIENT_ID_LENGTH: usize = 31;
