//! From a frame that a client sent to what a server reads.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use bayeux_proto::server::{Ack, Element, Member, Payload, Request};

use crate::{
    decoder::Decoder,
    error::DecodeError,
    frame::Frame,
    value::{Kind, Value},
};

/// What a client sent, taken apart for a [`Server`](bayeux_proto::server::Server).
///
/// A server passes members on as JSON text, which a frame no longer is once it is decoded: here
/// each member is printed again, compactly.
///
/// ```
/// use bayeux_proto::{Instant, server::{Config, SecurityPolicy, Lane, LaneKind, Output, Server}};
/// use bayeux_wire::{Decoder, Frame, Inbound};
///
/// struct Anybody(u8);
/// impl SecurityPolicy for Anybody {
///     fn fill_random(&mut self, bytes: &mut [u8]) {
///         bytes.fill(self.0); // a real one asks the system
///     }
/// }
///
/// let (mut server, mut decoder) = (Server::new(Config::default()), Decoder::new());
/// let (now, lane) = (Instant::ORIGIN, Lane::new(1));
/// server.handle_open(now, lane, LaneKind::Exchange);
///
/// let types = r#""supportedConnectionTypes":["long-polling"]"#;
/// let body = format!(r#"[{{"channel":"/meta/handshake","version":"1.0",{types}}}]"#);
/// let mut frame = Frame::from_bytes(body.as_bytes());
/// let inbound = Inbound::decode(&mut decoder, &mut frame);
/// inbound.show(|payload| server.handle_payload(now, lane, payload, &mut Anybody(7)));
///
/// let Some(Output::Respond { body, .. }) = server.poll_output() else { panic!() };
/// assert!(body.contains(r#""successful":true"#));
/// ```
pub struct Inbound<'f> {
    found: Found<'f>,
}

enum Found<'f> {
    Messages(Vec<Message<'f>>),
    Null,
    Primitive,
    Empty,
    Malformed(DecodeError),
}

/// One element of the array.
struct Message<'f> {
    value: Value<'f>,
    /// The members and their JSON; `None` for what is no object.
    members: Option<Vec<(&'f str, String)>>,
    /// Elements that are no texts stand as their JSON.
    types: Vec<String>,
    subscriptions: Vec<String>,
}

impl<'f> Inbound<'f> {
    /// Decodes a frame. What cannot be decoded is shown to the server as malformed.
    pub fn decode(decoder: &mut Decoder, frame: &'f mut Frame) -> Self {
        if frame.is_empty() {
            return Self {
                found: Found::Empty,
            };
        }
        if let Err(error) = decoder.decode_value(frame) {
            let found = match error {
                DecodeError::Empty => Found::Empty,
                error => Found::Malformed(error),
            };
            return Self { found };
        }
        let frame: &'f Frame = frame;
        let found = match frame.root().map(|root| (root, root.kind())) {
            None => Found::Empty,
            Some((_, Kind::Array(items))) => Found::Messages(items.map(Message::read).collect()),
            Some((root, Kind::Object(_))) => Found::Messages(vec![Message::read(root)]),
            Some((_, Kind::Null)) => Found::Null,
            Some(_) => Found::Primitive,
        };
        Self { found }
    }

    /// Why it could not be decoded, if it could not.
    pub fn error(&self) -> Option<&DecodeError> {
        match &self.found {
            Found::Malformed(error) => Some(error),
            _ => None,
        }
    }

    /// The message at this place, which is an [`RequestContext`](bayeux_proto::server::RequestContext)'s `index`:
    /// for a host that has to look into `ext` or `data`.
    pub fn value(&self, index: usize) -> Option<Value<'f>> {
        match &self.found {
            Found::Messages(messages) => messages.get(index).map(|message| message.value),
            _ => None,
        }
    }

    /// Shows it to `see`, which hands it to a server.
    pub fn show<T>(&self, see: impl FnOnce(&Payload<'_>) -> T) -> T {
        let messages = match &self.found {
            Found::Messages(messages) => messages,
            Found::Null => return see(&Payload::Null),
            Found::Primitive => return see(&Payload::Primitive),
            Found::Empty => return see(&Payload::Empty),
            Found::Malformed(_) => return see(&Payload::Malformed),
        };
        let lists: Vec<Lists<'_>> = messages.iter().map(Lists::new).collect();
        let elements = messages.iter().zip(&lists);
        let elements: Vec<Element<'_>> = elements
            .map(|(message, lists)| message.element(lists))
            .collect();
        see(&Payload::Messages(&elements))
    }
}

impl core::fmt::Debug for Inbound<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // What clients send holds credentials.
        match &self.found {
            Found::Messages(messages) => write!(f, "Inbound({} messages)", messages.len()),
            Found::Null => f.write_str("Inbound(null)"),
            Found::Primitive => f.write_str("Inbound(primitive)"),
            Found::Empty => f.write_str("Inbound(empty)"),
            Found::Malformed(error) => write!(f, "Inbound({error})"),
        }
    }
}

/// The lists of one message, borrowed.
struct Lists<'a> {
    members: Vec<Member<'a>>,
    types: Vec<&'a str>,
    subscriptions: Vec<&'a str>,
}

impl<'a> Lists<'a> {
    fn new(message: &'a Message<'_>) -> Self {
        let members = message.members.iter().flatten();
        Self {
            members: members
                .map(|(name, json)| Member::new(name, json))
                .collect(),
            types: message.types.iter().map(String::as_str).collect(),
            subscriptions: message.subscriptions.iter().map(String::as_str).collect(),
        }
    }
}

impl<'f> Message<'f> {
    fn read(value: Value<'f>) -> Self {
        let Kind::Object(entries) = value.kind() else {
            return Self {
                value,
                members: None,
                types: Vec::new(),
                subscriptions: Vec::new(),
            };
        };
        Self {
            value,
            members: Some(
                entries
                    .map(|(name, value)| (name, value.to_string()))
                    .collect(),
            ),
            types: texts(value.get("supportedConnectionTypes")),
            subscriptions: texts(value.get("subscription")),
        }
    }

    fn element<'a>(&'a self, lists: &'a Lists<'a>) -> Element<'a> {
        if self.members.is_none() {
            let is_null = matches!(self.value.kind(), Kind::Null);
            return if is_null {
                Element::Null
            } else {
                Element::Other
            };
        }
        let text = |name| self.value.get(name).and_then(Value::as_str);
        let inner = |name, inner| self.value.get(name).and_then(|value| value.get(inner));
        Element::Object(Request {
            members: &lists.members,
            channel: text("channel").unwrap_or(""),
            client_id: text("clientId"),
            connection_type: text("connectionType"),
            connection_types: &lists.types,
            subscriptions: &lists.subscriptions,
            hold: inner("advice", "timeout").and_then(Value::as_f64),
            ack: inner("ext", "ack").and_then(acknowledgement),
        })
    }
}

/// One text or several; of a value that is no text, its JSON.
fn texts(value: Option<Value<'_>>) -> Vec<String> {
    let text = |value: Value<'_>| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value.map(|value| (value, value.kind())) {
        None | Some((_, Kind::Null)) => Vec::new(),
        Some((_, Kind::Array(values))) => values.map(text).collect(),
        Some((other, _)) => vec![text(other)],
    }
}

fn acknowledgement(value: Value<'_>) -> Option<Ack> {
    match value.as_bool() {
        Some(offered) => offered.then_some(Ack::Offered),
        None => value.as_u64().map(Ack::Received),
    }
}
