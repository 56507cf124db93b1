//! The feed with REST behind it: questions are asked, answers come in, and what was missed is made
//! to look as if it had been pushed.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bayeux_proto::Instant;
use bayeux_wire::{Decoder, Frame, Limits};
use groupme_delivery::{
    Config, Delivered, DeliveryTag, Failure, Feed, GapCause, Item, Ledger, Request, RequestId,
    Response, Saved, Store, StoreError, Synthesized, Window,
};
use groupme_model::{
    ConversationId, Event, EventRef, MessageId, SourceGuid, Timestamp, UserId, UserPair, channel,
};
use groupme_rest::{
    Conversation,
    endpoint::{
        Page, chats, groups,
        messages::{self, MessagePage},
        pins, topics,
    },
};
use serde::Serialize;
use tokio::task::{Id, JoinSet};

use crate::{Delivery, Incoming, Origin, Status, rest::Rest};

/// The ledger, which the client's task enters deliveries in and the program acknowledges.
#[derive(Clone)]
pub(crate) struct SharedLedger(Arc<Mutex<Ledger<Box<dyn Store>>>>);

/// A push as it is kept while it waits.
pub(crate) struct Pushed {
    pub(crate) frame: Arc<Frame>,
    pub(crate) index: usize,
}

/// A feed, and what asks REST for it.
pub(crate) struct Backfill {
    feed: Feed<Pushed>,
    ledger: SharedLedger,
    rest: Rest,
    you: UserId,
    asking: JoinSet<(RequestId, Result<Response, Failure>)>,
    /// Which task asks which question: a task that panics does not say.
    tasks: Vec<(Id, RequestId)>,
    decoder: Decoder,
    /// A delivery that had to be told of first: it could not be saved that it is handed out.
    kept: Option<Delivered<Pushed>>,
}

impl Backfill {
    pub(crate) fn new(
        config: Config,
        you: UserId,
        saved: Saved,
        ledger: SharedLedger,
        rest: Rest,
        seed: u64,
    ) -> Self {
        Self {
            feed: Feed::new(config, you.clone(), saved, seed),
            ledger,
            rest,
            you,
            asking: JoinSet::new(),
            tasks: Vec::new(),
            decoder: Decoder::with_limits(limits()),
            kept: None,
        }
    }

    pub(crate) fn handle_live(&mut self, now: Instant, wall: Timestamp) {
        self.feed.handle_live(now, wall);
    }

    pub(crate) fn handle_loss(&mut self, now: Instant, cause: GapCause) {
        self.feed.handle_loss(now, cause);
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.feed.handle_timeout(now);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.feed.poll_timeout()
    }

    pub(crate) fn expect(&mut self, guid: SourceGuid) {
        self.feed.expect(guid);
    }

    /// How much waits for the program.
    pub(crate) fn backlog(&self) -> usize {
        self.feed.backlog()
    }

    pub(crate) fn handle_push(&mut self, now: Instant, frame: Arc<Frame>, index: usize) {
        let whole = Arc::clone(&frame);
        let Some(data) = whole.message(index).and_then(bayeux_wire::Message::data) else {
            return;
        };
        let event = EventRef::from_value(data);
        self.feed.handle_push(now, &event, Pushed { frame, index });
    }

    /// The program listens to a channel, or no longer.
    pub(crate) fn watch(&mut self, channel: &str, is_watched: bool) {
        let conversation = match channel::Channel::from_name(channel) {
            channel::Channel::Group(group) => ConversationId::new(group.as_str()),
            channel::Channel::DirectMessage(a, b) => {
                match UserPair::new(&a.into_owned(), &b.into_owned()) {
                    Ok(pair) => pair.conversation_id(),
                    Err(_) => return,
                }
            }
            _ => return,
        };
        self.feed.watch(&conversation, is_watched);
    }

    /// Asks what the feed wants to know.
    pub(crate) fn ask(&mut self) {
        while let Some((id, question)) = self.feed.poll_request() {
            tracing::debug!(?question, "asking");
            let (client, you) = (self.rest.client(), self.you.clone());
            let task = self.asking.spawn(async move {
                let answer = find(&client, &you, &question).await;
                (id, answer)
            });
            self.tasks.push((task.id(), id));
        }
    }

    /// Waits for the next answer; for ever, if nothing was asked.
    pub(crate) async fn answered(&mut self) -> (RequestId, Result<Response, Failure>) {
        match self.asking.join_next_with_id().await {
            Some(Ok((_, answered))) => {
                self.tasks.retain(|(_, id)| *id != answered.0);
                answered
            }
            Some(Err(error)) => {
                let task = error.id();
                tracing::error!(%error, "a question came to nothing");
                let at = self.tasks.iter().position(|(id, _)| *id == task);
                match at {
                    Some(at) => (self.tasks.swap_remove(at).1, Err(Failure::Unavailable)),
                    None => core::future::pending().await,
                }
            }
            None => core::future::pending().await,
        }
    }

    pub(crate) fn handle_response(
        &mut self,
        now: Instant,
        (id, answer): (RequestId, Result<Response, Failure>),
    ) {
        self.feed.handle_response(now, id, answer);
    }

    /// The next thing for the program.
    pub(crate) fn poll_incoming(&mut self) -> Option<Incoming> {
        if let Some(kept) = self.kept.take()
            && let Some(incoming) = self.incoming(kept)
        {
            return Some(incoming);
        }
        loop {
            let mut delivered = self.feed.poll_delivery()?;
            match self.ledger.lock().record(&mut delivered) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) => {
                    self.kept = Some(delivered);
                    return Some(Incoming::Status(Status::NotSaved(Arc::new(error))));
                }
            }
            if let Some(incoming) = self.incoming(delivered) {
                return Some(incoming);
            }
        }
    }

    fn incoming(&mut self, delivered: Delivered<Pushed>) -> Option<Incoming> {
        let receipt = Some(delivered.receipt);
        let is_own = delivered.is_own;
        Some(Incoming::Status(match delivered.item {
            Item::Push(Pushed { frame, index }) => {
                let delivery = Delivery::new(frame, index, Origin::Push)?;
                return Some(Incoming::Event(delivery.with(receipt, is_own)));
            }
            Item::Synthesized(made) => {
                if let Some(delivery) = self.frame(&made) {
                    return Some(Incoming::Event(delivery.with(receipt, is_own)));
                }
                // Nobody can acknowledge it, and it is not to be fetched for ever.
                if let Err(error) = self.ledger.acknowledge(delivered.receipt) {
                    tracing::warn!(%error, "what cannot be read will be fetched again");
                }
                Status::Unrecoverable(made.lost())
            }
            Item::Gap(gap) => Status::BackfillStarted(gap),
            Item::Backfilled {
                conversation,
                messages,
            } => Status::Backfilled {
                conversation,
                messages,
            },
            Item::Lost(lost) => Status::Unrecoverable(lost),
            Item::CaughtUp => Status::CaughtUp,
            Item::Polling(begins) => Status::Polling(begins),
            _ => return None,
        }))
    }

    /// Makes the frame that would have been pushed.
    fn frame(&mut self, made: &Synthesized) -> Option<Delivery> {
        let origin = match made.origin {
            groupme_delivery::Origin::Reconciled => Origin::Reconciled,
            _ => Origin::Backfill,
        };
        let text = serde_json::to_vec(&[Envelope {
            channel: self.channel(made),
            data: &made.event,
        }]);
        let mut frame = Frame::from_bytes(&text.ok()?);
        self.decoder.decode(&mut frame).ok()?;
        Delivery::new(Arc::new(frame), 0, origin)
    }

    /// The channel that it would have been pushed on.
    fn channel(&self, made: &Synthesized) -> String {
        let is_new = matches!(
            made.event,
            Event::LineCreate(_) | Event::DirectMessageCreate(_)
        );
        if is_new {
            return format!("/user/{}", self.you);
        }
        match UserPair::try_from(&made.conversation) {
            Ok(pair) => channel::direct_message(&pair),
            Err(_) => format!("/group/{}", made.conversation),
        }
    }
}

/// What REST tells is large and deep as it likes, up to what its own client takes.
fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.max_frame, limits.max_depth) = (LARGEST, Limits::DEEPEST);
    limits
}

/// In bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// A message as it lies in a frame.
#[derive(Serialize)]
struct Envelope<'e> {
    channel: String,
    data: &'e Event,
}

impl SharedLedger {
    pub(crate) fn new(store: Box<dyn Store>) -> Self {
        Self(Arc::new(Mutex::new(Ledger::new(store))))
    }

    pub(crate) fn acknowledge(&self, receipt: DeliveryTag) -> Result<(), StoreError> {
        self.lock().acknowledge(receipt)
    }

    /// Nothing is changed by halves, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Ledger<Box<dyn Store>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().fmt(f)
    }
}

/// Asks REST.
async fn find(
    client: &groupme_rest::Client,
    you: &UserId,
    question: &Request,
) -> Result<Response, Failure> {
    let failed = |error: groupme_rest::Error| {
        tracing::debug!(?question, %error, "no answer");
        failure(&error)
    };
    match question {
        Request::Groups { page, limit } => client
            .call(&groups::list_briefly(Page::new(*page, *limit)))
            .await
            .map(Response::Groups)
            .map_err(failed),
        Request::Chats { page, limit } => client
            .call(&chats::list(Page::new(*page, *limit)))
            .await
            .map(Response::Chats)
            .map_err(failed),
        Request::Memberships => client
            .call(&groups::membership_states())
            .await
            .map(Response::Memberships)
            .map_err(failed),
        Request::Topics { group } => client
            .call(&topics::list(group))
            .await
            .map(Response::Topics)
            .map_err(failed),
        Request::History {
            conversation,
            window,
            limit,
        } => {
            let with = Conversation::from_id(conversation, you).ok_or(Failure::Refused)?;
            let call = messages::list(&with, &part(window), *limit);
            client.call(&call).await.map(rows).map_err(failed)
        }
        Request::Pinned { conversation } => {
            let with = Conversation::from_id(conversation, you).ok_or(Failure::Refused)?;
            match client.call(&pins::list(&with)).await {
                Err(groupme_rest::Error::NotFound(_)) => Ok(Response::Messages(Vec::new())),
                answer => answer.map(rows).map_err(failed),
            }
        }
        _ => Err(Failure::Refused),
    }
}

fn rows(page: MessagePage) -> Response {
    Response::Messages(page.messages)
}

fn part(window: &Window) -> messages::Window {
    let id = MessageId::clone;
    match window {
        Window::Before(message) => messages::Window::Before(id(message)),
        Window::After(message) => messages::Window::After(id(message)),
        _ => messages::Window::Newest,
    }
}

fn failure(error: &groupme_rest::Error) -> Failure {
    match error {
        groupme_rest::Error::NotFound(_) => Failure::Gone,
        // An answer that is no answer may be a proxy's.
        groupme_rest::Error::Unreadable { .. } | groupme_rest::Error::Unexpected(_) => {
            Failure::Unavailable
        }
        error if error.is_transient() => Failure::Unavailable,
        _ => Failure::Refused,
    }
}
