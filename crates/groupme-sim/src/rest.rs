//! GroupMe's REST API over the world, without sockets, clock or randomness: a request and the time
//! go in, a response comes out.
//!
//! Envelope, status codes and quirks are those seen of GroupMe: an empty page is 304 without a
//! body, a deletion 204, a second like 200 and ignored, a message of a foreign group 404 without a
//! body.

mod bots;
mod calendar;
mod call;
mod chats;
mod config;
mod contacts;
mod flood;
mod group_changes;
mod groups;
mod joining;
mod likes;
mod members;
mod messages;
mod open;
mod polls;
pub(crate) mod query;
mod rate_limit;
mod reactions;
mod receipts;
mod request;
mod response;
mod routes;
mod sending;
mod service;
mod topics;
mod uploads;
mod users;

use bayeux_proto::Instant;

use self::{call::Call, flood::FloodBan, query::Query, rate_limit::RateLimiter, service::Service};
pub use self::{
    config::{EmptyPage, RepeatedReaction, RestConfig, RetryAfter},
    request::RestRequest,
    response::RestResponse,
};
use crate::world::{SimUserId, World};

/// REST API, sans-IO. Its actions change the [`World`], which pushes their events.
///
#[doc = include_str!("../CONFORMANCE.md")]
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
        let (service, segments) = Service::of(request.path).ok_or_else(RestResponse::no_page)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(response) = open::answer(service, request, &segments, world) {
            return response;
        }
        let query = Query::new(request.query);
        let user = caller(service, request, query, world);
        let user = user.ok_or_else(RestResponse::unauthorized)?;
        if let Some(rate) = self.config.requests_per_second {
            self.rate_limiter
                .admit(now, user, rate)
                .map_err(|refusals| RestResponse::slow_down(self.config.retry_after, refusals))?;
        }
        let mut call = Call {
            world,
            config: &self.config,
            flood: &mut self.flood,
            is_short: self.config.short_pages && self.requests.is_multiple_of(2),
            now,
            user,
            query,
            body: request.body,
            host: request.host,
            media_type: request.media_type,
        };
        call.dispatch(service, request.method, &segments)
    }
}

/// Returns the user of the token in the header, or else in the query.
fn caller(
    service: Service,
    request: &RestRequest<'_>,
    query: Query<'_>,
    world: &World,
) -> Option<SimUserId> {
    // Downloads of files want another name.
    let name = match (service, request.method) {
        (Service::File, "GET") => "access_token",
        _ => "token",
    };
    match request.token {
        Some(token) => world.user_with_token(token),
        None => world.user_with_token(&query.text(name)?),
    }
}
