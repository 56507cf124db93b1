//! REST exchanges under way: to the server, and back.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;
use groupme_account::Lookup;
use groupme_delivery::RequestId;
use groupme_model::UserId;
use groupme_rest::{BaseUrl, Services, Token};
use groupme_sim::SimUserId;

use crate::{network::Network, random::Random};

/// All REST exchanges under way.
#[derive(Debug)]
pub(crate) struct RestRequests {
    random: Random,
    /// Exchanges by time of arrival.
    queue: BTreeMap<(Instant, u64), RestExchange>,
    sequence: u64,
    /// Time until which messages are lost, and the percentage of them.
    losses: (Instant, u64),
}

/// A request of a client, with its response once there is one.
#[derive(Debug)]
pub(crate) struct RestExchange {
    pub(crate) client: usize,
    /// Number of the client's process that sent the request.
    pub(crate) process: u32,
    pub(crate) call: Call,
    pub(crate) reply: Reply,
}

#[derive(Debug)]
pub(crate) enum Call {
    /// Answers a request of the engine.
    Read(RequestId, Box<Lookup>),
    /// Creates a message.
    Send(Outgoing),
}

/// A message to be sent until it is there.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) path: String,
    pub(crate) body: String,
    /// Time until which the message may be sent again.
    pub(crate) until: Instant,
}

#[derive(Debug)]
pub(crate) enum Reply {
    /// The request is on its way to the server.
    Pending,
    /// Status and body.
    Response(u16, String),
    /// The request or its response was lost.
    Lost,
}

/// An HTTP request, as the server sees it.
#[derive(Debug, Default)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
}

/// Makes HTTP requests of an engine's requests, as groupme-rest does.
#[derive(Debug)]
pub(crate) struct Http {
    services: Services,
}

impl Http {
    pub(crate) fn new() -> Self {
        let base = BaseUrl::new("https://sim.invalid");
        Self {
            services: base.map_or_else(
                |_| Services::groupme(),
                |base| Services::with_base_url(&base),
            ),
        }
    }

    pub(crate) fn called(
        &self,
        lookup: &Lookup,
        user: SimUserId,
        token: Option<&str>,
    ) -> ReceivedRequest {
        let token = Token::new(token.unwrap_or("none"));
        let user = UserId::from(user.to_string());
        let request = token
            .ok()
            .and_then(|token| lookup.request(&self.services, &token, &user).ok());
        // What cannot be sent reaches no endpoint.
        request.map_or_else(ReceivedRequest::default, |request| ReceivedRequest {
            method: "GET",
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            body: request.body().to_vec(),
        })
    }
}

impl RestRequests {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            queue: BTreeMap::new(),
            sequence: 0,
            losses: (Instant::ORIGIN, 0),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next exchange that is due: with a reply at its client, without one at the server.
    pub(crate) fn poll_arrival(&mut self, now: Instant) -> Option<RestExchange> {
        let first = self.queue.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Loses `percent` of 100 messages until then.
    pub(crate) fn lose(&mut self, until: Instant, percent: u64) {
        self.losses = (until, percent);
    }

    /// Sends an exchange in the direction in which it has to go, after the server's delay.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        mut exchange: RestExchange,
        delay: Duration,
        network: &mut Network,
    ) {
        let (until, percent) = self.losses;
        let is_lost = now < until && self.random.chance(percent);
        let at = if let Some(at) = network.rest_passage(now).filter(|_| !is_lost) {
            at + delay
        } else {
            // The client gives up in the end.
            exchange.reply = Reply::Lost;
            now + self.random.millis(50, 20_000)
        };
        self.sequence += 1;
        self.queue.insert((at, self.sequence), exchange);
    }
}
