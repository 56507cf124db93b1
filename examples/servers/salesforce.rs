//! A stand-in for Salesforce's streaming API: an OAuth token in each request, and events that are
//! kept and replayed.

use core::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};
use std::sync::Arc;

use bayeux_proto::server::{Config, Profile};
use bayeux_server::{Message, Options, Rules, Server};
use bayeux_wire::Value;
use hyper::{StatusCode, header, http::request::Parts};
use tokio::net::TcpListener;

pub(crate) const TOPIC: &str = "/topic/Accounts";

/// Controls of the stand-in.
pub(crate) struct Salesforce {
    pub(crate) url: String,
    state: Arc<State>,
    server: Server,
}

struct State {
    /// Number of the token that is accepted.
    token: AtomicU32,
    /// Replay id of the latest event.
    latest: AtomicI64,
}

impl Salesforce {
    /// Starts with four events.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let state = Arc::new(State {
            token: AtomicU32::new(0),
            latest: AtomicI64::new(4),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/cometd", listener.local_addr()?);
        let options = Options::new(Config::new(Profile::cometd()));
        let server = Server::new(Replaying(Arc::clone(&state)), options);
        let serving = server.clone();
        tokio::spawn(async move { serving.serve(listener).await });
        Ok(Self { url, state, server })
    }

    /// Lets the token expire: the next number is accepted.
    pub(crate) fn expire_token(&self) {
        self.state.token.fetch_add(1, Relaxed);
    }

    /// Ends all sessions, as Salesforce does every few hours.
    pub(crate) fn end_sessions(&self) {
        for client in self.server.clients() {
            self.server.end_session(&client);
        }
    }

    /// Adds an event.
    pub(crate) fn publish(&self) -> anyhow::Result<()> {
        let id = self.state.latest.fetch_add(1, Relaxed) + 1;
        Ok(self.server.publish(TOPIC, &event(id))?)
    }
}

fn event(id: i64) -> String {
    format!(r#"{{"event":{{"replayId":{id}}},"sobject":{{"Name":"Account {id}"}}}}"#)
}

struct Replaying(Arc<State>);

impl Rules for Replaying {
    async fn admit(&self, request: &Parts) -> Result<(), StatusCode> {
        let expected = format!("Bearer {}", self.0.token.load(Relaxed));
        let sent = request.headers.get(header::AUTHORIZATION);
        let is_valid = sent.is_some_and(|sent| sent == expected.as_str());
        is_valid.then_some(()).ok_or(StatusCode::UNAUTHORIZED)
    }

    async fn may_subscribe(&self, message: &Message<'_>, _: &str) -> Result<(), String> {
        replay_id(message)
            .map(drop)
            .ok_or("400::No replay id".to_owned())
    }

    async fn subscribed(&self, message: &Message<'_>, channel: &str) {
        let last = replay_id(message).unwrap_or(-1);
        println!("  the server replays what came after {last}");
        let client = message.client_id().unwrap_or_default();
        for id in last.max(0) + 1..=self.0.latest.load(Relaxed) {
            if let Err(error) = message.server().deliver(client, channel, &event(id)) {
                println!("  {error}");
            }
        }
    }
}

fn replay_id(message: &Message<'_>) -> Option<i64> {
    let ext = message.ext()?;
    ext.get("replay")?.get(TOPIC).and_then(Value::as_i64)
}
