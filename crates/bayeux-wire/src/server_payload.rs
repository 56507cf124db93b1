//! Reads a frame that a client sent into the payload that a server takes.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use bayeux_proto::server::{Ack, Element, Member, Payload, Request};

use crate::{
    decoder::Decoder,
    envelope,
    error::DecodeError,
    frame::Frame,
    value::{Kind, Value},
};

/// The payload of a client, decoded for a [`Server`](bayeux_proto::server::Server).
///
/// A server forwards members as JSON text, which a decoded frame no longer holds: each member is
/// serialized again, in compact form. A payload with a value that cannot be represented is
/// malformed, because a server must not forward `null` in its place.
///
/// ```
/// use bayeux_proto::{Instant, LaneId, server::{Action, Config, LaneKind, SecurityPolicy, Server}};
/// use bayeux_wire::{Decoder, Frame, ServerPayload};
///
/// struct Anybody(u8);
/// impl SecurityPolicy for Anybody {
///     fn fill_random(&mut self, bytes: &mut [u8]) {
///         bytes.fill(self.0); // a real one asks the system
///     }
/// }
///
/// let (mut server, mut decoder) = (Server::new(Config::default()), Decoder::new());
/// let (now, lane) = (Instant::ORIGIN, LaneId::new(1));
/// server.handle_open(now, lane, LaneKind::Exchange);
///
/// let types = r#""supportedConnectionTypes":["long-polling"]"#;
/// let body = format!(r#"[{{"channel":"/meta/handshake","version":"1.0",{types}}}]"#);
/// let mut frame = Frame::from_bytes(body.as_bytes());
/// let payload = ServerPayload::decode(&mut decoder, &mut frame);
/// payload.with(|payload| server.handle_payload(now, lane, payload, &mut Anybody(7)));
///
/// let mut body = Vec::new();
/// assert_eq!(server.poll_action(&mut body), Some(Action::Respond(lane, None)));
/// assert!(String::from_utf8_lossy(&body).contains(r#""successful":true"#));
/// ```
pub struct ServerPayload<'f> {
    content: Content<'f>,
}

enum Content<'f> {
    Messages(Vec<Message<'f>>),
    Null,
    Primitive,
    Empty,
    Malformed(DecodeError),
}

/// An element of the array.
struct Message<'f> {
    value: Value<'f>,
    /// The members and their JSON text; `None` if the element is not an object.
    members: Option<Vec<(&'f str, String)>>,
    /// `supportedConnectionTypes`. Elements that are not strings are kept as JSON text.
    types: Vec<String>,
    /// `subscription`. Elements that are not strings are kept as JSON text.
    subscriptions: Vec<String>,
}

impl<'f> ServerPayload<'f> {
    /// Decodes a frame. A frame that cannot be decoded becomes [`Payload::Malformed`],
    /// [`Payload::TooLarge`] or [`Payload::Empty`].
    pub fn decode(decoder: &mut Decoder, frame: &'f mut Frame) -> Self {
        if frame.is_empty() {
            return Self {
                content: Content::Empty,
            };
        }
        if let Err(error) = decoder.decode_value(frame) {
            let content = match error {
                DecodeError::Empty => Content::Empty,
                error => Content::Malformed(error),
            };
            return Self { content };
        }
        let frame: &'f Frame = frame;
        if let Some(why) = frame.root().and_then(Value::first_unreadable) {
            let content = Content::Malformed(DecodeError::Unreadable { why });
            return Self { content };
        }
        let content = match frame.root().map(|root| (root, root.kind())) {
            None => Content::Empty,
            Some((_, Kind::Array(items))) => Content::Messages(items.map(Message::read).collect()),
            Some((root, Kind::Object(_))) => Content::Messages(vec![Message::read(root)]),
            Some((_, Kind::Null)) => Content::Null,
            Some(_) => Content::Primitive,
        };
        Self { content }
    }

    /// Returns the error if the frame could not be decoded.
    pub fn error(&self) -> Option<&DecodeError> {
        match &self.content {
            Content::Malformed(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the message at `index`, which is the `index` of an
    /// [`RequestContext`](bayeux_proto::server::RequestContext), so that a security policy can read
    /// `ext` or `data`.
    pub fn value(&self, index: usize) -> Option<Value<'f>> {
        match &self.content {
            Content::Messages(messages) => messages.get(index).map(|message| message.value),
            _ => None,
        }
    }

    /// Calls `handle` with the payload that a server takes.
    pub fn with<T>(&self, handle: impl FnOnce(&Payload<'_>) -> T) -> T {
        let messages = match &self.content {
            Content::Messages(messages) => messages,
            Content::Null => return handle(&Payload::Null),
            Content::Primitive => return handle(&Payload::Primitive),
            Content::Empty => return handle(&Payload::Empty),
            Content::Malformed(
                DecodeError::TooLarge { .. }
                | DecodeError::TooManyValues { .. }
                | DecodeError::TooManyObjects { .. },
            ) => return handle(&Payload::TooLarge),
            Content::Malformed(_) => return handle(&Payload::Malformed),
        };
        let lists: Vec<Lists<'_>> = messages.iter().map(Lists::new).collect();
        let elements = messages.iter().zip(&lists);
        let elements: Vec<Element<'_>> = elements
            .map(|(message, lists)| message.element(lists))
            .collect();
        handle(&Payload::Messages(&elements))
    }
}

impl core::fmt::Debug for ServerPayload<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Clients send credentials, so only the kind and the count are shown.
        match &self.content {
            Content::Messages(messages) => write!(f, "ServerPayload({} messages)", messages.len()),
            Content::Null => f.write_str("ServerPayload(null)"),
            Content::Primitive => f.write_str("ServerPayload(primitive)"),
            Content::Empty => f.write_str("ServerPayload(empty)"),
            Content::Malformed(error) => write!(f, "ServerPayload({error})"),
        }
    }
}

/// Borrowed lists of a message, in the form that [`Request`] takes.
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
            message: envelope::read(&self.value.indexed(envelope::KEYS)),
            members: &lists.members,
            connection_type: text("connectionType"),
            connection_types: &lists.types,
            subscriptions: &lists.subscriptions,
            ack: inner("ext", "ack").and_then(acknowledgement),
        })
    }
}

/// Reads one string or an array of them. Values that are not strings become their JSON text.
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
