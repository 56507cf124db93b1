//! Server in virtual time, and scripted clients.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::{
    Advice, Instant, LaneId, Message, Timing,
    server::{
        Ack, Action, Config, Element, LaneKind, Member, Payload, Profile, Request, RequestContext,
        SecurityPolicy, Server,
    },
};

/// Server, and all of its output by lane.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) policy: TestPolicy,
    pub(crate) now: Instant,
    output: BTreeMap<LaneId, Vec<Sent>>,
    next_lane: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Text(String),
    Status(u16),
    Closed(u16),
}

/// Policy that guards `/private/**`, unless `guards_nothing` is set, and records all questions.
#[derive(Default)]
pub(crate) struct TestPolicy {
    pub(crate) refuses_handshakes: bool,
    pub(crate) guards_nothing: bool,
    pub(crate) asked: Vec<String>,
    pub(crate) served: Vec<String>,
    counter: u64,
}

impl SecurityPolicy for TestPolicy {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        self.counter += 1;
        for (index, byte) in bytes.iter_mut().enumerate() {
            let seed = self.counter.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (index % 8);
            *byte = seed.to_le_bytes()[index % 8];
        }
    }

    fn may_handshake(&mut self, _: &RequestContext<'_>) -> Result<(), String> {
        if self.refuses_handshakes {
            return Err("403::Go away".to_owned());
        }
        Ok(())
    }

    fn may_subscribe(&mut self, _: &RequestContext<'_>, channel: &str) -> Result<(), String> {
        self.asked.push(channel.to_owned());
        let private = bayeux_proto::Channel::new("/private/**").expect("a good name");
        if private.overlaps(channel) && !self.guards_nothing {
            return Err(format!("403:{channel}:Not for you"));
        }
        Ok(())
    }

    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        match context.request.message.channel {
            "/read/only" => Err("You may only listen".to_owned()),
            _ => Ok(()),
        }
    }

    fn serve(&mut self, context: &RequestContext<'_>) {
        self.served.push(context.request.message.channel.to_owned());
    }
}

impl Stage {
    pub(crate) fn new(profile: Profile) -> Self {
        Self::with(profile, |_| {})
    }

    /// Creates a server with this profile.
    pub(crate) fn unguarded(profile: Profile) -> Self {
        let mut stage = Self::new(profile);
        stage.policy.guards_nothing = true;
        stage
    }

    /// Creates a server with a hold of 5 s, as in the recordings.
    pub(crate) fn with(profile: Profile, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(profile);
        config.hold = Duration::from_secs(5);
        change(&mut config);
        Self {
            server: Server::new(config),
            policy: TestPolicy::default(),
            now: Instant::ORIGIN,
            output: BTreeMap::new(),
            next_lane: 1,
        }
    }

    pub(crate) fn open(&mut self, kind: LaneKind) -> LaneId {
        let lane = LaneId::new(self.next_lane);
        self.next_lane += 1;
        self.server.handle_open(self.now, lane, kind);
        self.drain();
        lane
    }

    pub(crate) fn socket(&mut self) -> LaneId {
        self.open(LaneKind::Socket)
    }

    /// Posts messages in an exchange of their own.
    pub(crate) fn post(&mut self, asks: &[Ask]) -> LaneId {
        let lane = self.open(LaneKind::Exchange);
        self.send(lane, asks);
        lane
    }

    /// Posts elements of an array in an exchange of their own.
    pub(crate) fn post_elements(&mut self, elements: &[Element<'_>]) -> LaneId {
        let lane = self.open(LaneKind::Exchange);
        self.payload(lane, &Payload::Messages(elements));
        lane
    }

    /// Posts messages, and returns the body of the answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, asks: &[Ask]) -> String {
        let lane = self.post(asks);
        self.text(lane)
    }

    pub(crate) fn send(&mut self, lane: LaneId, asks: &[Ask]) {
        Ask::show(asks, |payload| self.payload(lane, payload));
    }

    pub(crate) fn payload(&mut self, lane: LaneId, payload: &Payload<'_>) {
        self.server
            .handle_payload(self.now, lane, payload, &mut self.policy);
        self.drain();
    }

    pub(crate) fn close(&mut self, lane: LaneId) {
        self.server.handle_close(self.now, lane);
        self.drain();
    }

    /// Publishes text as the embedder.
    pub(crate) fn publish(&mut self, channel: &str, data: &str) {
        self.server
            .publish(self.now, channel, &[Member::new("data", data)]);
        self.drain();
    }

    /// Advances the clock by `ms` milliseconds, from deadline to deadline.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while let Some(at) = self.server.poll_timeout().filter(|at| *at <= end) {
            assert!(at >= self.now, "a deadline in the past");
            self.now = at;
            self.server.handle_timeout(at);
            self.drain();
            assert!(
                self.server.poll_timeout().is_none_or(|next| next > at),
                "a deadline that does not move on"
            );
        }
        self.now = end;
    }

    pub(crate) fn drain(&mut self) {
        let mut out = Vec::new();
        while let Some(action) = self.server.poll_action(&mut out) {
            let text = String::from_utf8(core::mem::take(&mut out)).expect("text");
            let output = self.output.entry(action.lane()).or_default();
            match action {
                Action::Send(_) => output.push(Sent::Text(text)),
                Action::Respond(_, cookie) => {
                    let cookie = cookie.map(|cookie| format!("cookie {}", cookie.as_str()));
                    output.extend(cookie.map(Sent::Text));
                    output.push(Sent::Text(text));
                }
                Action::Reject(_, rejection) => output.push(Sent::Status(rejection.status())),
                Action::Close(_, code) => output.push(Sent::Closed(code)),
            }
        }
    }

    /// Takes the output of a lane since the last call.
    pub(crate) fn output(&mut self, lane: LaneId) -> Vec<Sent> {
        self.output.remove(&lane).unwrap_or_default()
    }

    /// Takes the only text sent over a lane since the last call.
    #[track_caller]
    pub(crate) fn text(&mut self, lane: LaneId) -> String {
        match &self.output(lane)[..] {
            [Sent::Text(text)] => text.clone(),
            other => panic!("expected one text, got {other:?}"),
        }
    }

    /// Sends a handshake in an exchange, and returns the client id.
    #[track_caller]
    pub(crate) fn handshake(&mut self) -> String {
        let answer = self.ask(&[handshake("1")]);
        client_in(&answer)
    }

    #[track_caller]
    pub(crate) fn subscribe(&mut self, client: &str, channel: &str) {
        let answer = self.ask(&[subscribe(client, &[channel], "s")]);
        assert!(answer.contains(r#""successful":true"#), "{answer}");
    }

    /// Creates a client that has subscribed, and connects over a socket.
    pub(crate) fn listener(&mut self, channel: &str) -> (LaneId, String) {
        let client = self.handshake();
        self.subscribe(&client, channel);
        let socket = self.socket();
        self.send(socket, &[connect(&client, "c")]);
        self.output(socket);
        (socket, client)
    }
}

/// Returns the new client id of a handshake reply.
#[track_caller]
pub(crate) fn client_in(answer: &str) -> String {
    let (_, rest) = answer.split_once(r#""clientId":""#).expect("a clientId");
    let (client, _) = rest.split_once('"').expect("its end");
    client.to_owned()
}

pub(crate) fn text(text: &str) -> Sent {
    Sent::Text(text.to_owned())
}

/// Message to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    members: Vec<(String, String)>,
    channel: String,
    client: Option<String>,
    connection_type: Option<String>,
    types: Vec<String>,
    subscriptions: Vec<String>,
    hold: Option<i64>,
    ack: Option<Ack>,
}

struct Lists<'a> {
    members: Vec<Member<'a>>,
    types: Vec<&'a str>,
    subscriptions: Vec<&'a str>,
}

impl<'a> Lists<'a> {
    fn new(ask: &'a Ask) -> Self {
        let members = ask.members.iter();
        Self {
            members: members
                .map(|(name, json)| Member::new(name, json))
                .collect(),
            types: ask.types.iter().map(String::as_str).collect(),
            subscriptions: ask.subscriptions.iter().map(String::as_str).collect(),
        }
    }
}

impl Ask {
    /// Creates a message with nothing but a channel.
    pub(crate) fn to(channel: &str) -> Self {
        let ask = Self {
            channel: channel.to_owned(),
            ..Self::default()
        };
        ask.with("channel", &format!("\"{channel}\""))
    }

    /// Passes messages on as the embedder's parser does.
    pub(crate) fn show(asks: &[Self], see: impl FnOnce(&Payload<'_>)) {
        let lists: Vec<Lists<'_>> = asks.iter().map(Lists::new).collect();
        let pairs = asks.iter().zip(&lists);
        let elements: Vec<Element<'_>> = pairs
            .map(|(ask, lists)| Element::Object(ask.request(lists)))
            .collect();
        see(&Payload::Messages(&elements));
    }

    /// Returns the same message with another channel.
    pub(crate) fn renamed(mut ask: Self, channel: &str) -> Self {
        ask = ask
            .without("channel")
            .with("channel", &format!("{channel:?}"));
        channel.clone_into(&mut ask.channel);
        ask
    }

    /// Returns the same message, with this channel as the parser's result.
    pub(crate) fn reading(mut ask: Self, channel: &str) -> Self {
        channel.clone_into(&mut ask.channel);
        ask
    }

    /// Adds a member that the server reads as JSON only.
    pub(crate) fn with(mut self, name: &str, json: &str) -> Self {
        self.members.push((name.to_owned(), json.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.members.retain(|(known, _)| known != name);
        match name {
            "channel" => self.channel.clear(),
            "clientId" => self.client = None,
            "connectionType" => self.connection_type = None,
            "subscription" => self.subscriptions.clear(),
            _ => {}
        }
        self
    }

    pub(crate) fn id(self, id: &str) -> Self {
        self.with("id", &format!("\"{id}\""))
    }

    pub(crate) fn client(mut self, client: &str) -> Self {
        self.client = Some(client.to_owned());
        self.with("clientId", &format!("\"{client}\""))
    }

    pub(crate) fn connection_type(mut self, name: &str) -> Self {
        self.connection_type = Some(name.to_owned());
        self.with("connectionType", &format!("\"{name}\""))
    }

    /// Sets the hold to ask for, in milliseconds.
    pub(crate) fn hold(mut self, millis: i64) -> Self {
        self.hold = Some(millis);
        self.with("advice", &format!(r#"{{"timeout":{millis}}}"#))
    }

    pub(crate) fn types(mut self, names: &[&str]) -> Self {
        self.types = names.iter().map(|name| (*name).to_owned()).collect();
        self.without("supportedConnectionTypes")
            .with("supportedConnectionTypes", &format!("{names:?}"))
    }

    pub(crate) fn ack(mut self, ack: Ack) -> Self {
        self.ack = Some(ack);
        self.with("ext", "{\"ack\":1}")
    }

    fn request<'a>(&'a self, lists: &'a Lists<'a>) -> Request<'a> {
        Request {
            message: Message {
                channel: &self.channel,
                client_id: self.client.as_deref(),
                advice: self.hold.map(|millis| Advice {
                    timing: Timing {
                        timeout: Some(millis),
                        ..Timing::default()
                    },
                    ..Advice::default()
                }),
                ..Message::default()
            },
            members: &lists.members,
            connection_type: self.connection_type.as_deref(),
            connection_types: &lists.types,
            subscriptions: &lists.subscriptions,
            ack: self.ack,
        }
    }
}

pub(crate) fn handshake(id: &str) -> Ask {
    Ask::to("/meta/handshake")
        .with("version", "\"1.0\"")
        .types(&["websocket", "long-polling"])
        .id(id)
}

pub(crate) fn connect(client: &str, id: &str) -> Ask {
    Ask::to("/meta/connect")
        .client(client)
        .connection_type("long-polling")
        .id(id)
}

/// Subscribes to a single name, or to a list if there are several names or none.
pub(crate) fn subscribe(client: &str, channels: &[&str], id: &str) -> Ask {
    subscription("/meta/subscribe", client, channels, id)
}

pub(crate) fn unsubscribe(client: &str, channels: &[&str], id: &str) -> Ask {
    subscription("/meta/unsubscribe", client, channels, id)
}

fn subscription(meta: &str, client: &str, channels: &[&str], id: &str) -> Ask {
    let json = match channels {
        [one] => format!("{one:?}"),
        several => format!("{several:?}").replace(", ", ","),
    };
    let mut ask = Ask::to(meta)
        .client(client)
        .with("subscription", &json)
        .id(id);
    ask.subscriptions = channels.iter().map(|name| (*name).to_owned()).collect();
    ask
}

pub(crate) fn disconnect(client: &str, id: &str) -> Ask {
    Ask::to("/meta/disconnect").client(client).id(id)
}

pub(crate) fn publish(channel: &str, client: &str, data: &str, id: &str) -> Ask {
    Ask::to(channel).client(client).with("data", data).id(id)
}

/// Faye's reply to a successful connect.
pub(crate) fn connected(client: &str, id: &str) -> String {
    format!(
        r#"{{"id":"{id}","clientId":"{client}","channel":"/meta/connect","successful":true,"advice":{RETRY}}}"#
    )
}

/// Faye's reply to a connect of an unknown client.
pub(crate) fn unknown(client: &str, id: &str) -> String {
    format!(
        r#"{{"id":"{id}","channel":"/meta/connect","successful":false,"error":"401:{client}:Unknown client","advice":{{"reconnect":"handshake"}}}}"#
    )
}

pub(crate) const RETRY: &str = r#"{"reconnect":"retry","interval":0,"timeout":5000}"#;
