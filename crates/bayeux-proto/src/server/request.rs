//! What a client asks, read by the embedder's parser and borrowed from it.

use core::fmt;

/// What one text frame or the body of one HTTP request holds.
///
/// The server knows no JSON: whoever runs it parses, and says here which of these it found.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "built by every embedder's parser; JSON has no other values"
)]
pub enum Payload<'a> {
    /// An array of messages, or a single object, which counts as an array of one.
    Messages(&'a [Element<'a>]),
    /// `null`.
    Null,
    /// Text, a number, `true` or `false`.
    Primitive,
    /// Nothing at all, or white space.
    Empty,
    /// No JSON.
    Malformed,
}

/// One element of the array.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "built by every embedder's parser; JSON has no other values"
)]
pub enum Element<'a> {
    /// An object.
    Object(Request<'a>),
    /// `null`.
    Null,
    /// Anything else: an array, text, a number.
    Other,
}

/// One message of a client.
///
/// `members` is the message itself. Everything else repeats what one of them says, for a server
/// that cannot read JSON: texts unescaped, lists taken apart. A field is empty or `None` where the
/// member is missing or of another type.
///
/// ```
/// use bayeux_proto::server::{Member, Request};
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
///     channel: "/meta/subscribe",
///     client_id: Some("c"),
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
    /// All members in the order they came in. Of two with one name, the last counts.
    pub members: &'a [Member<'a>],
    /// `channel`.
    pub channel: &'a str,
    /// `clientId`.
    pub client_id: Option<&'a str>,
    /// `connectionType`.
    pub connection_type: Option<&'a str>,
    /// The elements of `supportedConnectionTypes`; of one that is no text, its JSON.
    pub connection_types: &'a [&'a str],
    /// The elements of `subscription`, or the single one it is; of one that is no text, its JSON.
    pub subscriptions: &'a [&'a str],
    /// `advice.timeout`, in ms: the hold that the client asks for.
    pub hold: Option<f64>,
    /// `ext.ack`, of a client with the acknowledgement extension.
    pub ack: Option<Ack>,
}

/// A member of a message, as received.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct Member<'a> {
    /// Its name, unescaped.
    pub name: &'a str,
    /// Its value: one JSON text, passed on to others as it is. The embedder vouches for it.
    pub json: &'a str,
}

/// What `ext.ack` says (`CometD`'s acknowledgement extension).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the extension has these two forms and no other"
)]
pub enum Ack {
    /// `true`, in a handshake: the client can acknowledge.
    Offered,
    /// A number, in a connect: the last batch that the client has.
    Received(u64),
}

impl<'a> Member<'a> {
    /// A member with this name and this JSON text as its value.
    pub const fn new(name: &'a str, json: &'a str) -> Self {
        Self { name, json }
    }
}

impl<'a> Request<'a> {
    /// The JSON text of the member called `name`.
    pub fn json(&self, name: &str) -> Option<&'a str> {
        let member = self.members.iter().rfind(|member| member.name == name);
        member.map(|member| member.json)
    }

    /// As [`json`](Self::json), but for values that JavaScript takes for false.
    pub(super) fn truthy(&self, name: &str) -> Option<&'a str> {
        self.json(name).filter(|json| is_truthy(json))
    }

    /// The size of the message, in bytes, punctuation included.
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
        // clientId and ext are credentials, and data is private.
        f.debug_struct("Request")
            .field("channel", &self.channel)
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
