//! GroupMe's REST API over the world, without sockets, clock or randomness: a request and the time
//! go in, a response comes out.
//!
//! Envelope, status codes and quirks are those seen of GroupMe: an empty page is 304 without a
//! body, a deletion 204, a second like 200 and ignored, a message of a foreign group 404 without a
//! body.

mod call;
mod chats;
mod config;
mod flood;
mod groups;
mod likes;
mod messages;
mod polls;
pub(crate) mod query;
mod rate_limit;
mod reactions;
mod receipts;
mod request;
mod response;
mod sending;
mod topics;

use bayeux_proto::Instant;

use self::{
    call::Call,
    flood::FloodBan,
    query::{Query, decode},
    rate_limit::RateLimiter,
};
pub use self::{
    config::{EmptyPage, RepeatedReaction, RestConfig, RetryAfter},
    request::RestRequest,
    response::RestResponse,
};
use crate::world::{SimUserId, World};

/// REST API, sans-IO. Its actions change the [`World`], which pushes their events.
///
/// | answered | |
/// |---|---|
/// | `GET /v3/users/me` | |
/// | `GET /v3/groups`, `/v3/groups/{id}` | `page`, `per_page`, `omit=memberships` |
/// | `GET /v3/groups/former` | left, or taken out of |
/// | `GET /v3/memberships/states` | all groups, former ones too |
/// | `GET` and `POST /v3/groups/{id}/subgroups` | topics |
/// | `GET`, `PUT` and `DELETE /v3/groups/{id}/subgroups/{topic}` | |
/// | `GET` and `POST /v3/groups/{id}/messages` | `limit`, `before_id`, `after_id`, `since_id` |
/// | `GET` and `PUT /v4/groups/{id}/messages/{id}` | |
/// | `GET` and `POST /v3/direct_messages`, `GET /v3/direct_messages/{id}` | as in groups |
/// | `PUT /v4/direct_messages/{user}/messages/{id}` | |
/// | `DELETE /v3/conversations/{conversation}/messages/{id}` | |
/// | `POST /v3/conversations/{conversation}/messages/{id}/pin`, `…/unpin` | |
/// | `GET /v3/pinned/groups/{id}/messages`, `/v3/pinned/direct_messages` | |
/// | `POST /v3/messages/{conversation}/{id}/like`, `…/unlike` | |
/// | `GET /v3/groups/{id}/likes`, `…/likes/mine`, `…/likes/for_me` | `period=day`, `week`, `month` |
/// | `GET /v4/likes/direct_messages/mine`, `…/for_me` | |
/// | `GET` and `POST /v3/poll/{conversation}` | polls |
/// | `GET` and `POST /v3/poll/{conversation}/{poll}`, `POST …/{option}`, `POST …/end` | votes |
/// | `GET /v3/chats` | `page`, `per_page` |
/// | `GET` and `DELETE /v3/chats/{conversation}` | off the caller's list, until something is said |
/// | `POST /read_receipts`, or below `/v2` | the host `v2.groupme.com` |
/// | `POST /v3/conversations/{conversation}/read_receipt` | |
/// | `GET` and `POST /v4/read_receipts`, `POST /v4/read_receipts/{conversation}` | |
/// | `POST /v4/conversations/mark_all_read` | |
#[derive(Debug, Default)]
pub struct Rest {
    config: RestConfig,
    rate_limiter: RateLimiter,
    flood: FloodBan,
    requests: u64,
}

impl Rest {
    /// Returns an API that has not been asked anything yet.
    pub fn new(config: RestConfig) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    /// Answers a request.
    pub fn handle_request(
        &mut self,
        now: Instant,
        request: &RestRequest<'_>,
        world: &mut World,
    ) -> RestResponse {
        world.advance(now);
        self.requests = self.requests.saturating_add(1);
        let mut response = self
            .answer(now, request, world)
            .unwrap_or_else(|refusal| refusal);
        response.delay = self.config.response_delay;
        response
    }

    /// Returns the configuration.
    pub fn config(&self) -> &RestConfig {
        &self.config
    }

    /// Returns the configuration for changes.
    pub fn config_mut(&mut self) -> &mut RestConfig {
        &mut self.config
    }

    /// Returns the number of requests so far, refused ones included.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    fn answer(
        &mut self,
        now: Instant,
        request: &RestRequest<'_>,
        world: &mut World,
    ) -> Result<RestResponse, RestResponse> {
        if let Some(status) = self.config.outage {
            return Err(RestResponse::outage(status));
        }
        let (api, segments) = ApiVersion::of(request.path).ok_or_else(RestResponse::no_page)?;
        let query = Query::new(request.query);
        let user = caller(request, query, world).ok_or_else(RestResponse::unauthorized)?;
        if let Some(rate) = self.config.requests_per_second {
            self.rate_limiter
                .admit(now, user, rate)
                .map_err(|refusals| RestResponse::slow_down(self.config.retry_after, refusals))?;
        }
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut call = Call {
            world,
            config: &self.config,
            flood: &mut self.flood,
            is_short: self.config.short_pages && self.requests.is_multiple_of(2),
            now,
            user,
            query,
            body: request.body,
        };
        call.dispatch(api, request.method, &segments)
    }
}

/// Returns the user of the token in the header, or else in the query.
fn caller(request: &RestRequest<'_>, query: Query<'_>, world: &World) -> Option<SimUserId> {
    match request.token {
        Some(token) => world.user_with_token(token),
        None => world.user_with_token(&query.text("token")?),
    }
}

/// Version of GroupMe's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ApiVersion {
    /// `v2.groupme.com`, whose paths have no version.
    V2,
    V3,
    V4,
}

impl ApiVersion {
    /// Splits a path into version and segments; `None` for an unknown version.
    fn of(path: &str) -> Option<(Self, Vec<String>)> {
        let mut segments = path.strip_prefix('/')?.split('/').map(decode);
        let first = segments.next()?;
        Some(match &*first {
            "v2" => (Self::V2, segments.collect()),
            "v3" => (Self::V3, segments.collect()),
            "v4" => (Self::V4, segments.collect()),
            "read_receipts" => (Self::V2, core::iter::once(first).chain(segments).collect()),
            _ => return None,
        })
    }
}
