//! Requests of the feed as calls of `groupme-rest`, and their responses.

use bytes::Bytes;
use groupme_delivery::{Failure, Request, Response};
use groupme_model::{Chat, Group, Topic, UserId, member::MembershipState};
use groupme_rest::{
    Call, Client, Error, Services, Token,
    endpoint::{
        Page, chats, groups,
        messages::{self, MessagePage},
        pins, topics,
    },
};
use http::{HeaderMap, StatusCode};

/// Request of the feed as a call. [`send`](Self::send) makes it with a client of `groupme-rest`;
/// [`request`](Self::request) and [`decode`](Self::decode) do no IO and fit any HTTP client.
#[derive(Debug)]
pub struct Lookup(Kind);

#[derive(Debug)]
enum Kind {
    Groups(Call<Vec<Group>>),
    Chats(Call<Vec<Chat>>),
    Memberships(Call<Vec<MembershipState>>),
    Topics(Call<Vec<Topic>>),
    History(Call<MessagePage>),
    Pinned(Call<MessagePage>),
}

/// Applies an expression to the call of any kind, and maps its result to a response.
macro_rules! each {
    ($kind:expr, $call:ident => $result:expr) => {
        match $kind {
            Kind::Groups($call) => response($result, Response::Groups),
            Kind::Chats($call) => response($result, Response::Chats),
            Kind::Memberships($call) => response($result, Response::Memberships),
            Kind::Topics($call) => response($result, Response::Topics),
            Kind::History($call) => response($result, rows),
            Kind::Pinned($call) => match $result {
                // There is no list before the first pinned message.
                Err(Error::NotFound(_)) => Ok(Response::Messages(Vec::new())),
                result => response(result, rows),
            },
        }
    };
}

impl Lookup {
    /// Returns the call for a request; `None` for one that this version does not know.
    pub fn new(request: &Request) -> Option<Self> {
        Some(Self(match request {
            Request::Groups { page, limit } => {
                Kind::Groups(groups::list_without_members(Page::new(*page, *limit)))
            }
            Request::Chats { page, limit } => Kind::Chats(chats::list(Page::new(*page, *limit))),
            Request::Memberships => Kind::Memberships(groups::membership_states()),
            Request::Topics { group } => Kind::Topics(topics::list(group)),
            Request::History {
                conversation,
                window,
                limit,
            } => Kind::History(messages::list(conversation, window, *limit)),
            Request::Pinned { conversation } => Kind::Pinned(pins::list(conversation)),
            _ => return None,
        }))
    }

    /// Sends the call, repeatedly if need be. `log` is told an error before it becomes a
    /// [`Failure`].
    ///
    /// # Errors
    ///
    /// The kind of the failure, for the feed.
    pub async fn send(
        &self,
        client: &Client,
        log: impl FnOnce(&Error),
    ) -> Result<Response, Failure> {
        let result = each!(&self.0, call => client.call(call).await);
        result.map_err(|error| {
            log(&error);
            failure(&error)
        })
    }

    /// Returns the HTTP request of the call.
    ///
    /// # Errors
    ///
    /// Same as [`Call::request`].
    pub fn request(
        &self,
        services: &Services,
        token: &Token,
        user: &UserId,
    ) -> Result<http::Request<Bytes>, Error> {
        match &self.0 {
            Kind::Groups(call) => call.request(services, token, Some(user)),
            Kind::Chats(call) => call.request(services, token, Some(user)),
            Kind::Memberships(call) => call.request(services, token, Some(user)),
            Kind::Topics(call) => call.request(services, token, Some(user)),
            Kind::History(call) | Kind::Pinned(call) => call.request(services, token, Some(user)),
        }
    }

    /// Reads an HTTP response, whose body is decompressed.
    ///
    /// # Errors
    ///
    /// The kind of the failure, for the feed.
    pub fn decode(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, Failure> {
        let result = each!(&self.0, call => call.decode(status, headers, body));
        result.map_err(|error| failure(&error))
    }
}

fn response<T>(result: Result<T, Error>, read: fn(T) -> Response) -> Result<Response, Error> {
    result.map(read)
}

fn rows(page: MessagePage) -> Response {
    Response::Messages(page.messages)
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::NotFound(_) => Failure::Gone,
        // An unreadable response may come from a proxy.
        Error::Unreadable { .. } | Error::UnexpectedStatus(_) => Failure::Unavailable,
        error if error.is_transient() => Failure::Unavailable,
        _ => Failure::Refused,
    }
}
