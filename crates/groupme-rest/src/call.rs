//! Call: a request, and the parser of its answer.

use core::fmt;
use std::sync::Arc;

use bytes::Bytes;
use groupme_model::{FromValue, Json, UserId};
use http::{HeaderMap, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Conversation, Error, RawContent, Service, Services, Token,
    argument::Argument,
    parse::{self, BodyRule, Content, ParseError, Parser},
    request::Request,
    response::Response,
};

/// Request to GroupMe with an answer of type `T`: a value that
/// [`Client::call`](crate::Client::call) sends, or any other HTTP client by way of
/// [`request`](Self::request) and [`decode`](Self::decode).
///
/// [`endpoint`](crate::endpoint) has a function for each known endpoint. Others can be put
/// together:
///
/// ```
/// use groupme_rest::{Call, Service};
/// use groupme_model::GroupId;
///
/// let albums = Call::get(Service::V3, "conversations/{}/albums")
///     .conversation(GroupId::from("1835"))
///     .query("limit", 20)
///     .json();
/// assert_eq!(albums.name().to_string(), "GET v3/conversations/{}/albums");
/// ```
#[must_use = "a call does nothing until a client sends it"]
pub struct Call<T> {
    request: Request,
    parser: Parser<T>,
}

impl Call<()> {
    /// Returns a call with the method `GET` for whose answer success is all that counts. Each `{}` of the
    /// path is filled by one of [`segment`](Self::segment) and
    /// [`conversation`](Self::conversation), in their order.
    ///
    /// The answer may have no body. One that is not JSON, as the page of a proxy, or that has the code of a
    /// failure in its envelope, is an error.
    pub fn get(service: Service, path: &'static str) -> Self {
        Self::new("GET", service, path)
    }

    /// Returns a call with the method `POST`, as [`Call::get`]. It is not
    /// [idempotent](Self::idempotent).
    pub fn post(service: Service, path: &'static str) -> Self {
        Self::new("POST", service, path)
    }

    /// Returns a call with the method `PUT`, as [`Call::get`].
    pub fn put(service: Service, path: &'static str) -> Self {
        Self::new("PUT", service, path)
    }

    /// Returns a call with the method `DELETE`, as [`Call::get`].
    pub fn delete(service: Service, path: &'static str) -> Self {
        Self::new("DELETE", service, path)
    }

    fn new(method: &'static str, service: Service, path: &'static str) -> Self {
        Self {
            request: Request::new(CallName::new(method, service, path)),
            parser: Parser {
                keys: &[],
                parse: |_| Ok(()),
                is_list: false,
                body: BodyRule::Acknowledgement,
                is_whole: false,
            },
        }
    }
}

impl<T> Call<T> {
    /// Fills the next `{}` of the path with an id or another text, percent-encoded.
    pub fn segment(self, text: impl AsRef<str>) -> Self {
        self.with(|request| request.segment(text.as_ref().into()))
    }

    /// Fills the next `{}` of the path with GroupMe's id of a conversation.
    pub fn conversation(self, conversation: impl Into<Conversation>) -> Self {
        let id = Argument::ConversationId(conversation.into());
        self.with(|request| request.segment(id))
    }

    /// Adds a parameter to the query.
    pub fn query(self, name: &str, value: impl fmt::Display) -> Self {
        self.with(|request| request.query(name, Argument::Text(value.to_string())))
    }

    /// Adds a parameter to the query, unless the value is `None`.
    pub fn query_if(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds the other user of a direct conversation to the query, under the name that all endpoints
    /// for direct messages use.
    pub(crate) fn other_user(self, direct: Conversation) -> Self {
        self.with(|request| request.query("other_user_id", Argument::OtherUser(direct)))
    }

    /// Sets a JSON body.
    pub fn body(self, body: &impl Serialize) -> Self {
        self.with(|request| request.json(body))
    }

    /// Sets a body of another media type.
    pub fn bytes(self, media_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.with(|request| request.bytes(media_type, bytes))
    }

    /// Declares the call idempotent: a second request has the same effect as one (RFC 9110, section
    /// 9.2.2). Calls with the method `POST` are not, unless this says so.
    pub fn idempotent(mut self) -> Self {
        self.request.is_idempotent = true;
        self
    }

    /// Declares that GroupMe asks for no token, which is not sent then.
    pub fn public(self) -> Self {
        self.with(Request::public)
    }

    /// Parses the answer as a `U`: the member with the first of the `keys` that exists, or the
    /// whole content if there are no keys.
    pub fn one<U: FromValue>(self, keys: &'static [&'static str]) -> Call<U> {
        self.parsed(keys, parse::one)
    }

    /// Parses the answer as [`one`](Self::one), or as `None` if the content is absent or null. With
    /// the method `GET`, an answer without a body is [`Error::Empty`], unless its status is 204.
    pub fn maybe<U: FromValue>(self, keys: &'static [&'static str]) -> Call<Option<U>> {
        self.parsed(keys, parse::maybe)
    }

    /// Parses the answer as a list, which is empty if the content is absent. Skips and logs
    /// elements that cannot be parsed. With the method `GET`, an object that has none of the `keys`
    /// is no list, and an answer without a body is [`Error::Empty`], unless its status is 204. With other
    /// methods, such an object is no list without GroupMe's envelope.
    pub fn list<U: FromValue>(self, keys: &'static [&'static str]) -> Call<Vec<U>> {
        let mut call = self.parsed(keys, parse::list);
        call.parser.is_list = true;
        call
    }

    /// Parses the answer as [`one`](Self::one), into a type that implements serde's `Deserialize`.
    pub fn deserialize<U: DeserializeOwned>(self, keys: &'static [&'static str]) -> Call<U> {
        self.parsed(keys, parse::deserialized)
    }

    /// Returns the content of the answer as JSON, which is null if there is none.
    pub fn json(self) -> Call<Json> {
        self.parsed(&[], parse::json).body_rule(BodyRule::Any)
    }

    /// Returns the content of the answer as it was sent, whatever it is: numbers have all of their digits,
    /// members their order, and those with the same name are all there.
    pub fn as_sent(self) -> Call<RawContent> {
        let call = self.parsed(&[], |content| {
            Ok(content.map(RawContent::of).unwrap_or_default())
        });
        call.body_rule(BodyRule::Any).whole()
    }

    /// Declares that the result has the whole answer, as received.
    pub(crate) fn whole(mut self) -> Self {
        self.parser.is_whole = true;
        self
    }

    pub(crate) fn body_rule(mut self, rule: BodyRule) -> Self {
        self.parser.body = rule;
        self
    }

    pub(crate) fn parsed<U>(
        self,
        keys: &'static [&'static str],
        parse: fn(Option<Content<'_>>) -> Result<U, ParseError>,
    ) -> Call<U> {
        let body = match self.request.call.method {
            "GET" => BodyRule::Expected,
            _ => BodyRule::Optional,
        };
        Call {
            request: self.request,
            parser: Parser {
                keys,
                parse,
                is_list: false,
                body,
                is_whole: false,
            },
        }
    }

    /// Declares that the answer has a list, although the method is not `GET`.
    pub(crate) fn expects_list(self) -> Self {
        self.body_rule(BodyRule::Expected)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(Request) -> Request) -> Self {
        self.request = change(self.request);
        self
    }

    /// Returns the method, service and path, without any id.
    pub fn name(&self) -> CallName {
        self.request.call.clone()
    }

    /// Returns the name with the ids of the path, for errors. The ids of a direct conversation may need
    /// the token's user.
    pub(crate) fn shown_name(&self, user: Option<&UserId>) -> CallName {
        CallName {
            shown: self.request.shown_path(user).map(Arc::from),
            ..self.name()
        }
    }

    /// Fills the next `{}` of the path with a text that no error shows.
    pub(crate) fn secret_segment(self, text: &str) -> Self {
        self.with(|request| request.segment(Argument::Secret(text.to_owned())))
    }

    /// Returns whether a second request has the same effect as one.
    pub fn is_idempotent(&self) -> bool {
        self.request.is_idempotent
    }

    /// Returns whether the call deletes something.
    pub(crate) fn is_deletion(&self) -> bool {
        self.request.call.method == "DELETE"
    }

    /// Returns whether the call creates something.
    pub(crate) fn is_creation(&self) -> bool {
        self.request.call.method == "POST"
    }

    /// Returns whether [`request`](Self::request) needs the id of the token's user: only where one
    /// id of a direct conversation is turned into another, and where GroupMe asks for it.
    pub fn needs_user(&self) -> bool {
        self.request.needs_user()
    }

    /// Returns the HTTP request. `user` is the token's user, and may be `None` unless the call
    /// [needs](Self::needs_user) it.
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] if an id is missing or empty, if a direct conversation is not one of the
    /// user's, or if a part of the call cannot be sent in HTTP.
    pub fn request(
        &self,
        services: &Services,
        token: &Token,
        user: Option<&UserId>,
    ) -> Result<http::Request<Bytes>, Error> {
        self.request.http(services, token, user)
    }

    /// Parses an HTTP response, whose body is decompressed.
    ///
    /// # Errors
    ///
    /// The error for a status that is not a success, or for such a code of an envelope without content, or
    /// for error messages in place of a content;
    /// [`Error::CutOff`] if the body ends in the middle, [`Error::Empty`] if there is none where one is
    /// expected, [`Error::Unreadable`] if it cannot be parsed.
    pub fn decode(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<T, Error> {
        let call = self.request.call.clone();
        let response = Response::new(call.clone(), status, headers, body)?;
        let (status, size) = (status.as_u16(), response.size());
        self.parser
            .parse(&call, &response)
            .map_err(|error| match error {
                ParseError::Refused(status) => {
                    Error::from_api_error(crate::response::api_error(call, status, headers, body))
                }
                ParseError::CutOff => Error::CutOff { call, status, size },
                ParseError::NoBody => Error::Empty { call, status },
                source => Error::Unreadable {
                    call,
                    status,
                    size,
                    source: source.into(),
                },
            })
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            request: self.request.clone(),
            parser: self.parser,
        }
    }
}

/// Shows the method, service and path only: ids and bodies are private.
impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.name())
    }
}

/// Name of a call for errors and logs: the method, the service and the path. The path has `{}` in place
/// of each id, or the ids in an error of a [`Client`](crate::Client).
///
/// Names are equal if their calls are of the same kind, whatever their ids.
#[derive(Clone)]
pub struct CallName {
    pub(crate) method: &'static str,
    pub(crate) service: Service,
    pub(crate) path: &'static str,
    /// Path with the ids, if they are to be shown.
    pub(crate) shown: Option<Arc<str>>,
}

impl PartialEq for CallName {
    fn eq(&self, other: &Self) -> bool {
        let key = |name: &Self| (name.method, name.service, name.path);
        key(self) == key(other)
    }
}

impl Eq for CallName {}

impl CallName {
    pub(crate) const fn new(method: &'static str, service: Service, path: &'static str) -> Self {
        Self {
            method,
            service,
            path,
            shown: None,
        }
    }
}

/// Writes a name such as `GET v3/groups/{}/messages`, or `GET v3/groups/1835/messages` in an error.
impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.shown.as_deref().unwrap_or(self.path);
        write!(f, "{} {}/{path}", self.method, self.service.name())
    }
}

impl fmt::Debug for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallName({self})")
    }
}
