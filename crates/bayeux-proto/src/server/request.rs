//! Requests of clients, borrowed from the embedder's parser.

use core::fmt;

use crate::Message;

/// Content of one text frame or the body of one HTTP request.
///
/// The server has no JSON parser: the embedder parses, and selects the variant.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "built by every embedder's parser; JSON has no other values"
)]
pub enum Payload<'a> {
    /// Array of messages, or a single object, which counts as an array of one.
    Messages(&'a [Element<'a>]),
    /// `null`.
    Null,
    /// String, number, `true` or `false`.
    Primitive,
    /// Empty text or white space.
    Empty,
    /// Text that is not JSON.
    Malformed,
    /// Text with more bytes or values than the embedder reads, which is refused as a batch with too many
    /// messages is.
    TooLarge,
}

/// Element of the array of messages.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "built by every embedder's parser; JSON has no other values"
)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all elements are objects, and boxes would need an allocation each"
)]
pub enum Element<'a> {
    /// JSON object.
    Object(Request<'a>),
    /// `null`.
    Null,
    /// Any other value: an array, a string, a number.
    Other,
}

/// Message of a client.
///
/// `members` is the message itself. All other fields repeat some of its members for a server
/// without a JSON parser: strings unescaped, lists split. A field is empty or `None` if the member
/// is missing or of another type.
///
/// ```
/// use bayeux_proto::{Message, server::{Member, Request}};
///
/// // {"channel":"/meta/subscribe","clientId":"c","subscription":["/a","/b"],"id":7}
/// let members = [
///     Member::new("channel", r#""/meta/subscribe""#),
///     Member::new("clientId", r#""c""#),
///     Member::new("subscription", r#"["/a","/b"]"#),
///     Member::new("id", "7"),
/// ];
/// let request = Request {
///     members: &members,
///     message: Message {
///         channel: "/meta/subscribe",
///         client_id: Some("c"),
///         ..Message::default()
///     },
///     subscriptions: &["/a", "/b"],
///     ..Request::default()
/// };
/// assert_eq!(request.json("id"), Some("7"));
/// ```
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Request<'a> {
    /// Envelope, as on the client side. The server uses `channel`, `client_id` and `advice`.
    pub message: Message<'a>,
    /// All members in their order in the message. Of two with the same name, the last one counts.
    pub members: &'a [Member<'a>],
    /// Member `connectionType`.
    pub connection_type: Option<&'a str>,
    /// Elements of `supportedConnectionTypes`; JSON text for an element that is not a string.
    pub connection_types: &'a [&'a str],
    /// Elements of `subscription`, or its single value; JSON text for an element that is not a
    /// string.
    pub subscriptions: &'a [&'a str],
    /// Member `ext.ack`, of a client with the acknowledgement extension.
    pub ack: Option<Ack>,
}

/// Member of a message, as received.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct Member<'a> {
    /// Unescaped name.
    pub name: &'a str,
    /// Value as one JSON text, passed on to other clients unchanged. The embedder guarantees its
    /// validity.
    pub json: &'a str,
}

/// Value of `ext.ack` (`CometD`'s acknowledgement extension).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the extension has these two forms and no other"
)]
pub enum Ack {
    /// `true`, in a handshake: the client supports acknowledgements.
    Offered,
    /// Number, in a connect: the last batch that the client received.
    Received(u64),
}

impl<'a> Member<'a> {
    /// Creates a member from its name and the JSON text of its value.
    pub const fn new(name: &'a str, json: &'a str) -> Self {
        Self { name, json }
    }
}

impl<'a> Request<'a> {
    /// Returns the JSON text of the member called `name`.
    pub fn json(&self, name: &str) -> Option<&'a str> {
        let member = self.members.iter().rfind(|member| member.name == name);
        member.map(|member| member.json)
    }

    /// Returns the same as [`json`](Self::json), except for values that are falsy in JavaScript.
    pub(super) fn truthy(&self, name: &str) -> Option<&'a str> {
        self.json(name).filter(|json| is_truthy(json))
    }

    /// Returns the size of the message in bytes, including punctuation.
    pub(super) fn size(&self) -> usize {
        self.members
            .iter()
            .map(|member| member.name.len() + member.json.len() + 4)
            .sum::<usize>()
            + 2
    }
}

fn is_truthy(json: &str) -> bool {
    match json.as_bytes().first() {
        None | Some(b'n' | b'f') => false,
        Some(b'"') => json != "\"\"",
        Some(b't' | b'{' | b'[') => true,
        Some(_) => json.parse::<f64>().is_ok_and(|number| number != 0.0),
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `clientId` and `ext` are credentials, and `data` is private.
        f.debug_struct("Request")
            .field("channel", &self.message.channel)
            .field("id", &self.json("id"))
            .field("subscriptions", &self.subscriptions)
            .field("members", &self.members.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.json.len())
    }
}
