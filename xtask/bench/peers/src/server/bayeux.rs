//! Sessions and replies, as Faye gives them.

use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};

use super::{Options, stream::Stream};
use crate::meter::unix_micros;

/// All sessions.
#[derive(Debug)]
pub(super) struct Gateway {
    sessions: Mutex<BTreeMap<String, Arc<Session>>>,
    stream: Arc<Stream>,
    hold: Duration,
    flood_after: Duration,
    /// Number of the next session, which no earlier server had.
    handshakes: AtomicU64,
    subscribed: AtomicU64,
}

/// A client's session. Messages wait in it while no connect is held, as Faye's do.
#[derive(Debug, Default)]
pub(super) struct Session {
    subscription: Mutex<Option<Subscription>>,
    /// Number of the next message to send.
    cursor: AtomicU64,
    subscribed: Notify,
}

#[derive(Clone, Debug)]
struct Subscription {
    channel: String,
    /// Time before which a flood does not begin.
    not_before: Instant,
}

/// Replies to a batch.
#[derive(Debug, Default)]
pub(super) struct Replies {
    /// Replies to send at once.
    pub(super) now: Vec<Value>,
    /// Reply to a connect, to send after its hold.
    pub(super) held: Option<(Value, Duration)>,
    /// Session of the batch.
    pub(super) session: Option<Arc<Session>>,
}

impl Gateway {
    pub(super) fn new(options: &Options, stream: Arc<Stream>) -> Self {
        Self {
            sessions: Mutex::default(),
            stream,
            hold: Duration::from_millis(options.hold),
            flood_after: Duration::from_millis(options.flood_after),
            handshakes: AtomicU64::new(unix_micros()),
            subscribed: AtomicU64::new(0),
        }
    }

    /// Returns the number of sessions that have subscribed so far.
    pub(super) fn subscribed(&self) -> u64 {
        self.subscribed.load(Ordering::Relaxed)
    }

    /// Answers the batch of an HTTP request, once there is something to say.
    pub(super) async fn exchange(&self, batch: &[u8]) -> Vec<u8> {
        let replies = self.handle(batch);
        let mut out = vec![b'['];
        for reply in &replies.now {
            append(&mut out, reply);
        }
        if let Some((reply, hold)) = replies.held {
            append(&mut out, &reply);
            if let Some(session) = replies.session {
                tokio::select! {
                    () = self.messages(&session, &mut out) => {}
                    () = sleep(hold) => {}
                }
            }
        }
        out.push(b']');
        out
    }

    /// Waits for messages to a session and appends them to a batch. Cancel-safe.
    async fn messages(&self, session: &Session, out: &mut Vec<u8>) {
        let channel = self.ready(session).await;
        let numbers = match self.stream.flood() {
            Some(batch) => self.stream.take(batch),
            None => session.due(&self.stream).await,
        };
        for n in numbers {
            separate(out);
            self.stream.write(out, &channel, n);
        }
    }

    /// Waits until the messages of a session may flow, and returns their channel.
    pub(super) async fn ready(&self, session: &Session) -> String {
        let subscription = loop {
            let subscribed = session.subscribed.notified();
            if let Some(subscription) = session.subscription() {
                break subscription;
            }
            subscribed.await;
        };
        if self.stream.flood().is_some() {
            sleep_until(subscription.not_before).await;
        }
        subscription.channel
    }

    /// Handles a batch. What is no batch has no reply.
    pub(super) fn handle(&self, batch: &[u8]) -> Replies {
        let mut replies = Replies::default();
        let messages = match serde_json::from_slice(batch) {
            Ok(Value::Array(messages)) => messages,
            Ok(message) => vec![message],
            Err(_) => Vec::new(),
        };
        for message in messages {
            self.handle_message(&message, &mut replies);
        }
        replies
    }

    fn handle_message(&self, message: &Value, replies: &mut Replies) {
        let channel = message["channel"].as_str().unwrap_or_default();
        let client = message["clientId"].as_str().unwrap_or_default();
        let hold = u64::try_from(self.hold.as_millis()).unwrap_or(u64::MAX);
        let mut advice = json!({ "reconnect": "retry", "interval": 0, "timeout": hold });
        let mut reply = json!({ "id": message["id"], "channel": channel, "successful": true });
        if channel == "/meta/handshake" {
            let number = self.handshakes.fetch_add(1, Ordering::Relaxed);
            let client = format!("0wgyczg0sbd91m{number:016x}");
            let session = Arc::<Session>::default();
            self.sessions().insert(client.clone(), Arc::clone(&session));
            replies.session = Some(session);
            reply["version"] = json!("1.0");
            reply["supportedConnectionTypes"] = json!(["long-polling", "websocket"]);
            reply["clientId"] = client.into();
            reply["advice"] = advice;
            return replies.now.push(reply);
        }
        let session = self.sessions().get(client).cloned();
        let Some(session) = session else {
            advice["reconnect"] = json!("handshake");
            reply["successful"] = json!(false);
            reply["error"] = format!("401:{client}:Unknown client").into();
            reply["advice"] = advice;
            return replies.now.push(reply);
        };
        reply["clientId"] = client.into();
        replies.session = Some(Arc::clone(&session));
        match channel {
            "/meta/connect" => {
                reply["advice"] = advice;
                let wanted = message["advice"]["timeout"].as_u64();
                let hold = wanted.map_or(self.hold, |wanted| {
                    self.hold.min(Duration::from_millis(wanted))
                });
                if !hold.is_zero() {
                    replies.held = Some((reply, hold));
                    return;
                }
            }
            "/meta/subscribe" => {
                let wanted = &message["subscription"];
                reply["subscription"] = wanted.clone();
                let wanted = wanted.get(0).unwrap_or(wanted);
                let is_first = session.subscribe(
                    wanted.as_str().unwrap_or_default(),
                    self.flood_after,
                    &self.stream,
                );
                // An account subscribes to its groups, too.
                self.subscribed
                    .fetch_add(u64::from(is_first), Ordering::Relaxed);
            }
            "/meta/disconnect" => drop(self.sessions().remove(client)),
            _ => {}
        }
        replies.now.push(reply);
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Takes a subscription. Returns whether it is the first, which receives the stream.
    fn subscribe(&self, channel: &str, flood_after: Duration, stream: &Stream) -> bool {
        let mut subscription = self
            .subscription
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_first = subscription.is_none();
        if is_first {
            self.cursor.store(stream.next(), Ordering::Relaxed);
            *subscription = Some(Subscription {
                channel: channel.to_owned(),
                not_before: Instant::now() + flood_after,
            });
        }
        self.subscribed.notify_waiters();
        is_first
    }

    fn subscription(&self) -> Option<Subscription> {
        let subscription = self.subscription.lock();
        subscription.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for messages, and takes them. Cancel-safe.
    pub(super) async fn due(&self, stream: &Stream) -> core::ops::Range<u64> {
        let cursor = self.cursor.load(Ordering::Relaxed);
        stream.wait(cursor).await;
        let next = stream.next();
        self.cursor.store(next, Ordering::Relaxed);
        cursor..next
    }
}

fn append(out: &mut Vec<u8>, reply: &Value) {
    separate(out);
    out.extend_from_slice(reply.to_string().as_bytes());
}

/// Appends a comma, unless the array has just begun.
pub(super) fn separate(out: &mut Vec<u8>) {
    if out.last() != Some(&b'[') {
        out.push(b',');
    }
}
