//! Joins the feed with REST: sends its requests, and hands out fetched messages like pushed ones.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bayeux_proto::Instant;
use bayeux_wire::Frame;
use groupme_delivery::{
    Config, Delivered, DeliveryTag, Failure, Feed, GapCause, Item, Ledger, Request, RequestId,
    Response, Rows, Saved, Store, StoreError, Synthesized,
};
use groupme_model::{ConversationId, EventRef, SourceGuid, Timestamp, UserId, UserPair, channel};
use groupme_rest::endpoint::{Page, chats, groups, messages::MessagePage, pins, topics};
use tokio::task::{Id, JoinSet};

use crate::{Delivery, Incoming, Origin, Status, rest::Rest};

/// Ledger shared by the client's task, which records deliveries, and the program, which
/// acknowledges them.
#[derive(Clone)]
pub(crate) struct SharedLedger(Arc<Mutex<Ledger<Box<dyn Store>>>>);

/// Push in a frame, as the feed keeps it.
pub(crate) struct Pushed {
    pub(crate) frame: Arc<Frame>,
    pub(crate) index: usize,
}

/// Feed, and the requests that it has sent to REST.
pub(crate) struct Backfill {
    feed: Feed<Pushed>,
    ledger: SharedLedger,
    rest: Rest,
    user: UserId,
    tasks: JoinSet<(RequestId, Result<Response, Failure>)>,
    /// Request of each task. A task that panics does not return its own.
    in_flight: Vec<(Id, RequestId)>,
    /// Delivery that the store could not record, handed out after the error is reported.
    unsaved: Option<Delivered<Pushed>>,
}

impl Backfill {
    pub(crate) fn new(
        config: Config,
        user: UserId,
        saved: Saved,
        ledger: SharedLedger,
        rest: Rest,
        seed: u64,
    ) -> Self {
        Self {
            feed: Feed::new(config, user.clone(), saved, seed),
            ledger,
            rest,
            user,
            tasks: JoinSet::new(),
            in_flight: Vec::new(),
            unsaved: None,
        }
    }

    pub(crate) fn handle_live(&mut self, now: Instant, unix_time: Timestamp) {
        self.feed.handle_live(now, unix_time);
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

    /// Returns the number of deliveries waiting for the program.
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

    /// Notes that a channel is subscribed, or no longer.
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

    /// Sends the feed's requests to REST, each in a task of its own.
    pub(crate) fn spawn_requests(&mut self) {
        while let Some((id, request)) = self.feed.poll_request() {
            tracing::debug!(?request, "requesting");
            let client = self.rest.client();
            let task = self.tasks.spawn(async move {
                let response = fetch(&client, &request).await;
                (id, response)
            });
            self.in_flight.push((task.id(), id));
        }
    }

    /// Waits for the next response; forever, if no request is in flight. A panic in a request fails
    /// only that request.
    pub(crate) async fn next_response(&mut self) -> (RequestId, Result<Response, Failure>) {
        loop {
            match self.tasks.join_next_with_id().await {
                Some(Ok((_, response))) => {
                    self.in_flight.retain(|(_, id)| *id != response.0);
                    return response;
                }
                Some(Err(error)) => {
                    let task = error.id();
                    tracing::error!(%error, "a request panicked");
                    let at = self.in_flight.iter().position(|(id, _)| *id == task);
                    if let Some(at) = at {
                        return (self.in_flight.swap_remove(at).1, Err(Failure::Internal));
                    }
                }
                None => core::future::pending().await,
            }
        }
    }

    pub(crate) fn handle_response(
        &mut self,
        now: Instant,
        (id, response): (RequestId, Result<Response, Failure>),
    ) {
        self.feed.handle_response(now, id, response);
    }

    /// Returns the next event or status for the program.
    pub(crate) fn poll_incoming(&mut self) -> Option<Incoming> {
        if let Some(unsaved) = self.unsaved.take()
            && let Some(incoming) = self.incoming(unsaved)
        {
            return Some(incoming);
        }
        loop {
            let mut delivered = self.feed.poll_delivery()?;
            match self.ledger.lock().record(&mut delivered) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) => {
                    self.unsaved = Some(delivered);
                    return Some(Incoming::Status(Status::NotSaved(Arc::new(error))));
                }
            }
            if let Some(incoming) = self.incoming(delivered) {
                return Some(incoming);
            }
        }
    }

    fn incoming(&mut self, delivered: Delivered<Pushed>) -> Option<Incoming> {
        let tag = Some(delivered.tag);
        let is_own = delivered.is_own;
        Some(Incoming::Status(match delivered.item {
            Item::Push(Pushed { frame, index }) => {
                let delivery = Delivery::new(frame, index, Origin::Push)?;
                return Some(Incoming::Event(delivery.with(tag, is_own)));
            }
            Item::Synthesized(synthesized) => {
                if let Some(delivery) = self.frame(&synthesized) {
                    return Some(Incoming::Event(delivery.with(tag, is_own)));
                }
                // The program cannot acknowledge it, and it would be fetched again forever.
                if let Err(error) = self.ledger.acknowledge(delivered.tag) {
                    tracing::warn!(%error, "what cannot be read will be fetched again");
                }
                Status::Unrecoverable(synthesized.lost())
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

    /// Returns the event in a frame, as the gateway would have pushed it.
    fn frame(&self, synthesized: &Synthesized) -> Option<Delivery> {
        let frame = synthesized.frame(&self.user).ok()?;
        Delivery::new(Arc::new(frame), 0, synthesized.origin)
    }
}

impl SharedLedger {
    pub(crate) fn new(store: Box<dyn Store>) -> Self {
        Self(Arc::new(Mutex::new(Ledger::new(store))))
    }

    pub(crate) fn acknowledge(&self, tag: DeliveryTag) -> Result<(), StoreError> {
        self.lock().acknowledge(tag)
    }

    /// A poisoned lock is used all the same: each call changes the ledger completely or not at all.
    fn lock(&self) -> MutexGuard<'_, Ledger<Box<dyn Store>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().fmt(f)
    }
}

/// Sends a request to REST.
async fn fetch(client: &groupme_rest::Client, request: &Request) -> Result<Response, Failure> {
    let failed = |error: groupme_rest::Error| {
        tracing::debug!(?request, %error, "no response");
        failure_of(&error)
    };
    match request {
        Request::Groups { page, limit } => client
            .call(&groups::list_without_members(Page::new(*page, *limit)))
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
            let page = client.messages(conversation, window, *limit).await;
            page.map(rows).map_err(failed)
        }
        Request::Pinned { conversation } => match client.call(&pins::list(conversation)).await {
            Err(groupme_rest::Error::NotFound(_)) => Ok(Response::Messages(Rows::default())),
            response => response.map(rows).map_err(failed),
        },
        _ => Err(Failure::Refused),
    }
}

fn rows(page: MessagePage) -> Response {
    let unreadable = page.unreadable;
    Response::Messages(Rows::from(page.into_rows()).with_unreadable(unreadable))
}

fn failure_of(error: &groupme_rest::Error) -> Failure {
    match error {
        groupme_rest::Error::NotFound(_) => Failure::Gone,
        groupme_rest::Error::Unreadable { .. } | groupme_rest::Error::Oversize { .. } => {
            Failure::Unreadable
        }
        groupme_rest::Error::UnexpectedStatus(_) => Failure::Unavailable,
        error if error.is_transient() => Failure::Unavailable,
        _ => Failure::Refused,
    }
}
