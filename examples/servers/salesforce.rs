//! A stand-in for Salesforce's streaming API: an OAuth token in each request, and events that are
//! kept and replayed.

use core::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};
use std::sync::Arc;

use bayeux_proto::{
    Instant,
    server::{Config, Member, Profile, RequestContext, SecurityPolicy, Server},
};
use hyper::{HeaderMap, header};
use tokio::sync::mpsc::UnboundedSender;

use crate::long_polling::{self, Order, Service};

pub(crate) const TOPIC: &str = "/topic/Accounts";

/// Controls of the stand-in.
pub(crate) struct Salesforce {
    pub(crate) url: String,
    /// Number of the token that is accepted.
    token: Arc<AtomicU32>,
    /// Replay id of the latest event.
    latest: Arc<AtomicI64>,
    orders: UnboundedSender<Order>,
}

impl Salesforce {
    /// Starts with four events.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let (token, latest) = (Arc::default(), Arc::new(AtomicI64::new(4)));
        let rules = Rules {
            token: Arc::clone(&token),
            latest: Arc::clone(&latest),
            replays: Vec::new(),
        };
        let (url, orders) = long_polling::start(Config::new(Profile::cometd()), rules).await?;
        Ok(Self {
            url,
            token,
            latest,
            orders,
        })
    }

    /// Lets the token expire: the next number is accepted.
    pub(crate) fn expire_token(&self) {
        self.token.fetch_add(1, Relaxed);
    }

    /// Ends all sessions, as Salesforce does every few hours.
    pub(crate) fn end_sessions(&self) -> anyhow::Result<()> {
        Ok(self.orders.send(Order::EndSessions)?)
    }

    /// Adds an event.
    pub(crate) fn publish(&self) -> anyhow::Result<()> {
        let id = self.latest.fetch_add(1, Relaxed) + 1;
        Ok(self.orders.send(Order::Publish(TOPIC, event(id)))?)
    }
}

fn event(id: i64) -> String {
    format!(r#"{{"event":{{"replayId":{id}}},"sobject":{{"Name":"Account {id}"}}}}"#)
}

struct Rules {
    token: Arc<AtomicU32>,
    latest: Arc<AtomicI64>,
    /// Clients that subscribed, with their replay ids.
    replays: Vec<(String, i64)>,
}

impl SecurityPolicy for Rules {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn may_subscribe(&mut self, context: &RequestContext<'_>, _: &str) -> Result<(), String> {
        let ext = context.request.json("ext").unwrap_or("{}");
        let ext: serde_json::Value = serde_json::from_str(ext).unwrap_or_default();
        let id = ext["replay"][TOPIC].as_i64().ok_or("400::No replay id")?;
        let client = context.request.message.client_id.unwrap_or_default();
        self.replays.push((client.to_owned(), id));
        Ok(())
    }
}

impl Service for Rules {
    fn admits(&mut self, headers: &HeaderMap) -> bool {
        let expected = format!("Bearer {}", self.token.load(Relaxed));
        let sent = headers.get(header::AUTHORIZATION);
        sent.is_some_and(|sent| sent == expected.as_str())
    }

    fn answer(&mut self, now: Instant, server: &mut Server) {
        for (client, last) in self.replays.drain(..) {
            println!("  the server replays what came after {last}");
            for id in last.max(0) + 1..=self.latest.load(Relaxed) {
                server.deliver(now, &client, TOPIC, &[Member::new("data", &event(id))]);
            }
        }
    }
}
