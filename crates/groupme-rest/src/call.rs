//! A call: what to ask, and how to read the answer.

use core::fmt;

use bytes::Bytes;
use groupme_model::{Json, UserId};
use http::{HeaderMap, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Conversation, Error, Repeat, Service, Services, Token,
    answer::Answer,
    argument::Argument,
    reading::{self, Reading},
    request::Request,
};

/// Request to GroupMe whose answer is a `T`: a value that [`Client::call`](crate::Client::call)
/// sends, or any other HTTP client by way of [`request`](Self::request) and
/// [`decode`](Self::decode).
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
    reading: Reading<T>,
}

impl Call<()> {
    /// Returns a call with the method `GET` that ignores the body of its answer. Each `{}` of the
    /// path is filled by one of [`segment`](Self::segment) and
    /// [`conversation`](Self::conversation), in their order.
    pub fn get(service: Service, path: &'static str) -> Self {
        Self::new("GET", service, path)
    }

    /// As [`Call::get`], with the method `POST`, and taken for not
    /// [idempotent](Self::harmless).
    pub fn post(service: Service, path: &'static str) -> Self {
        Self::new("POST", service, path)
    }

    /// As [`Call::get`], with the method `PUT`.
    pub fn put(service: Service, path: &'static str) -> Self {
        Self::new("PUT", service, path)
    }

    /// As [`Call::get`], with the method `DELETE`.
    pub fn delete(service: Service, path: &'static str) -> Self {
        Self::new("DELETE", service, path)
    }

    fn new(method: &'static str, service: Service, path: &'static str) -> Self {
        Self {
            request: Request::new(CallName::new(method, service, path)),
            reading: Reading {
                keys: &[],
                read: |_| Ok(()),
                is_deaf: true,
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

    /// Adds a parameter to the query, if it has a value.
    pub fn query_if(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Sends JSON along.
    pub fn body(self, body: &impl Serialize) -> Self {
        self.with(|request| request.json(body))
    }

    /// Sends bytes of a media type along.
    pub fn bytes(self, media_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.with(|request| request.bytes(media_type, bytes))
    }

    /// Says that repeating it does no harm.
    pub fn idempotent(mut self) -> Self {
        self.request.repeat = Repeat::Idempotent;
        self
    }

    /// Reads the answer as a `U`, or the member of the answer that has the first of the `keys` that
    /// is there.
    pub fn one<U: DeserializeOwned>(self, keys: &'static [&'static str]) -> Call<U> {
        self.reading(keys, reading::one)
    }

    /// As [`one`](Self::one), where there may be none: then it is `None`.
    pub fn maybe<U: DeserializeOwned>(self, keys: &'static [&'static str]) -> Call<Option<U>> {
        self.reading(keys, reading::maybe)
    }

    /// Reads the answer as a list, which may also be absent. What is in it and cannot be read is
    /// left out, and told to the log.
    pub fn list<U: DeserializeOwned>(self, keys: &'static [&'static str]) -> Call<Vec<U>> {
        self.reading(keys, reading::list)
    }

    /// Reads the answer as whatever JSON it is.
    pub fn json(self) -> Call<Json> {
        self.reading(&[], reading::json)
    }

    pub(crate) fn reading<U>(
        self,
        keys: &'static [&'static str],
        read: fn(Option<Value>) -> Result<U, reading::Mismatch>,
    ) -> Call<U> {
        Call {
            request: self.request,
            reading: Reading {
                keys,
                read,
                is_deaf: false,
            },
        }
    }

    /// Adds the other user of a direct conversation to the query, as most endpoints for direct
    /// messages want it.
    pub(crate) fn other_user(self, direct: Conversation) -> Self {
        self.with(|request| request.query("other_user_id", Argument::OtherUser(direct)))
    }

    pub(crate) fn with(mut self, change: impl FnOnce(Request) -> Request) -> Self {
        self.request = change(self.request);
        self
    }

    /// The method, service and path; no id is in it.
    pub fn name(&self) -> CallName {
        self.request.call
    }

    /// What asking again would do.
    pub fn repeat(&self) -> Repeat {
        self.request.repeat
    }

    /// Whether something is not there any more afterwards.
    pub(crate) fn removes(&self) -> bool {
        self.request.call.method == "DELETE"
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

    /// Reads the answer from an HTTP response whose body is decompressed.
    ///
    /// # Errors
    ///
    /// What the status stands for, if that is not a success; [`Error::Unreadable`] if the body is
    /// not what it should be.
    pub fn decode(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<T, Error> {
        let call = self.request.call;
        let answer = Answer::new(call, status, headers, body)?;
        self.reading
            .of(&answer)
            .map_err(|source| Error::Unreadable {
                call,
                status: status.as_u16(),
                size: answer.size(),
                source: source.into(),
            })
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            request: self.request.clone(),
            reading: self.reading,
        }
    }
}

/// Shows the method, service and path only: ids and bodies are the caller's affair.
impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.name())
    }
}

/// What a call asks: a method, a service and a path with `{}` for each id, so that errors and logs
/// can name it and give nothing away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CallName {
    pub(crate) method: &'static str,
    pub(crate) service: Service,
    pub(crate) path: &'static str,
}

impl CallName {
    pub(crate) const fn new(method: &'static str, service: Service, path: &'static str) -> Self {
        Self {
            method,
            service,
            path,
        }
    }
}

/// As in `GET v3/groups/{}/messages`.
impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.method, self.service.name(), self.path)
    }
}

impl fmt::Debug for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallName({self})")
    }
}
