//! Requests of the feed as calls of `groupme-rest`, and their responses.

use bytes::Bytes;
use groupme_delivery::{Failure, Request, Response, Rows};
use groupme_model::{
    Chat, ConversationId, Group, HistoryWindow, Topic, UserId, member::MembershipState,
};
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
    History {
        call: Call<MessagePage>,
        conversation: ConversationId,
        window: HistoryWindow,
        limit: u32,
    },
    Pinned(Call<MessagePage>),
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
            } => Kind::History {
                call: messages::list(conversation, window, *limit),
                conversation: conversation.clone(),
                window: window.clone(),
                limit: *limit,
            },
            Request::Pinned { conversation } => Kind::Pinned(pins::list(conversation)),
            _ => return None,
        }))
    }

    /// Sends the call, repeatedly if need be. `log` receives an error before it becomes a
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
        let result = match &self.0 {
            Kind::Groups(call) => client.call(call).await.map(Response::Groups),
            Kind::Chats(call) => client.call(call).await.map(Response::Chats),
            Kind::Memberships(call) => client.call(call).await.map(Response::Memberships),
            Kind::Topics(call) => client.call(call).await.map(Response::Topics),
            Kind::History {
                conversation,
                window,
                limit,
                ..
            } => client
                .messages(conversation, window, *limit)
                .await
                .map(rows),
            Kind::Pinned(call) => pinned(client.call(call).await),
        };
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
            Kind::History { call, .. } | Kind::Pinned(call) => {
                call.request(services, token, Some(user))
            }
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
        let result = match &self.0 {
            Kind::Groups(call) => call.decode(status, headers, body).map(Response::Groups),
            Kind::Chats(call) => call.decode(status, headers, body).map(Response::Chats),
            Kind::Memberships(call) => {
                let decoded = call.decode(status, headers, body);
                decoded.map(Response::Memberships)
            }
            Kind::Topics(call) => call.decode(status, headers, body).map(Response::Topics),
            Kind::History { call, .. } => call.decode(status, headers, body).map(rows),
            Kind::Pinned(call) => pinned(call.decode(status, headers, body)),
        };
        result.map_err(|error| failure(&error))
    }
}

/// Returns pinned messages: there is no list before the first.
fn pinned(result: Result<MessagePage, Error>) -> Result<Response, Error> {
    match result {
        Err(Error::NotFound(_)) => Ok(Response::Messages(Rows::default())),
        result => result.map(rows),
    }
}

fn rows(page: MessagePage) -> Response {
    let unreadable = page.unreadable;
    Response::Messages(Rows::from(page.into_rows()).with_unreadable(unreadable))
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::NotFound(_) => Failure::Gone,
        Error::Unreadable { .. } | Error::CutOff { .. } | Error::Oversize { .. } => {
            Failure::Unreadable
        }
        Error::UnexpectedStatus(_) => Failure::Unavailable,
        error if error.is_transient() => Failure::Unavailable,
        _ => Failure::Refused,
    }
}
