//! Messages that leave in order, are tried until GroupMe has them, and survive a restart.

mod attempts;
mod builder;
mod file;
mod keeper;
mod queue;
mod queued;
mod store;

use core::{fmt, time::Duration};
use std::sync::Arc;

use groupme_account::Delivery;
use groupme_model::{Draft, SourceGuid, Timestamp};
use groupme_rest::{Conversation, Sent};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use self::{keeper::StoreHandle, queue::Queue};
use crate::{Error, Handle, once::Answer, unix_time};

pub use builder::OutboxBuilder;
pub use file::FileOutbox;
pub use queued::{OutboxError, Queued};
pub use store::{OutboxMessage, OutboxStore};

/// Queue of messages to send. Clones share it.
///
/// Messages to one conversation leave one after the other, in the order in which they were put
/// in; conversations do not wait for each other. A message that GroupMe refuses (a bad request, a
/// conversation that does not exist) is given up, and the next one follows. After any other failure,
/// a token that is refused included, the message waits and is tried again with the same `source_guid`,
/// for as long as that takes; only a message on which GroupMe fails 20 times in a row with status 500
/// is given up, after half an hour. [`OutboxBuilder::max_age`] gives up what has become too old to
/// say. GroupMe recognizes the `source_guid` for about a minute only:
/// before each further attempt, the newest 100 messages of the conversation are searched for it.
///
/// With a store, messages that were not sent are sent after the next start. A message survives a crash
/// from the moment at which [`Queued::saved`] returns. Open the outbox before the first
/// [`next_event`](crate::Client::next_event): echoes of its messages are then the program's
/// [own](crate::Delivery::is_own), also those of messages that an earlier run put in.
///
/// When the last clone is dropped, the messages that are in are sent in the background, for as long as
/// the runtime runs, and the store is in use until then. [`close`](Self::close) ends it sooner.
///
/// ```
/// use groupme_client::{Outbox, prelude::*, sim::Sim};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = Sim::start().await?;
/// # let client = Client::simulated(&sim)?.connect()?;
/// # let group = GroupId::from(sim.cast().lake);
/// let outbox = Outbox::new(&client.handle())?;
/// let first = outbox.send(&group, "One moment, please.")?;
/// let report = "All is well.\n".repeat(100);
/// let parts = outbox.send_text(&group, &report)?; // (1/2) …, (2/2) …
/// assert_eq!(parts.len(), 2);
/// println!("{:?}", first.await?.message());
/// outbox.flush().await; // before the program ends
/// # let texts = sim.with_world(|world| world.messages(sim.cast().lake.into()).count());
/// # assert!(texts >= 3);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Outbox {
    handle: Handle,
    entries: mpsc::UnboundedSender<Entry>,
    /// Number of messages that are neither sent nor given up.
    open: Arc<watch::Sender<usize>>,
    /// Whether the outbox is to end.
    stop: Arc<watch::Sender<bool>>,
    /// Closed once the queue and the store are gone.
    ended: watch::Receiver<()>,
    max_age: Option<Duration>,
}

/// Message on its way: whoever waits for it, or for nothing.
struct Entry {
    message: OutboxMessage,
    /// Whether an earlier attempt may have succeeded.
    is_retry: bool,
    /// Time after which the message is too old to be sent.
    expires: Option<Expiry>,
    /// Whether the store has the message because of this entry.
    is_saved: bool,
    saved: Option<oneshot::Sender<()>>,
    done: Option<oneshot::Sender<Result<Sent, OutboxError>>>,
}

impl Outbox {
    /// Creates an outbox in memory.
    ///
    /// # Errors
    ///
    /// [`Error::NoRest`] without a REST API, [`Error::NoRuntime`] outside a tokio runtime.
    pub fn new(handle: &Handle) -> Result<Self, Error> {
        Self::builder(handle).in_memory()
    }

    /// Opens an outbox with a store, and begins with the messages that are in it. The store is read on a
    /// thread for blocking calls.
    ///
    /// # Errors
    ///
    /// [`Error::State`] if the store cannot be read, otherwise as [`new`](Self::new).
    pub async fn open(handle: &Handle, store: impl OutboxStore) -> Result<Self, Error> {
        Self::builder(handle).open(store).await
    }

    /// Returns a builder, for an outbox with other settings.
    pub fn builder(handle: &Handle) -> OutboxBuilder {
        OutboxBuilder::new(handle.clone())
    }

    fn start(
        handle: &Handle,
        store: Option<Box<dyn OutboxStore>>,
        saved: Vec<OutboxMessage>,
        max_age: Option<Duration>,
    ) -> Result<Self, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        if handle.rest().is_none() {
            return Err(Error::NoRest);
        }
        let (entries, incoming) = mpsc::unbounded_channel();
        let open = Arc::new(watch::Sender::new(saved.len()));
        for message in saved {
            handle.expect(SourceGuid::from(message.guid.as_str()));
            let entry = Entry {
                expires: expiry(&message, max_age),
                message,
                is_retry: true,
                is_saved: true,
                saved: None,
                done: None,
            };
            // The receiver is in scope.
            let _ = entries.send(entry);
        }
        let (stop, stopping) = watch::channel(false);
        let (end, ended) = watch::channel(());
        let queue = Queue::new(
            handle.clone(),
            StoreHandle::new(store),
            incoming,
            Arc::clone(&open),
            stopping,
            end,
        );
        runtime.spawn(queue.run());
        Ok(Self {
            handle: handle.clone(),
            entries,
            open,
            stop: Arc::new(stop),
            ended,
            max_age,
        })
    }

    /// Puts a message in. Returns a future of its fate, which may be dropped: the message is sent
    /// all the same. The store gets the message afterwards; see [`Queued::saved`].
    ///
    /// # Errors
    ///
    /// [`Error::Id`] if the id names no conversation, [`Error::OutboxClosed`] after the end.
    pub fn send(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
    ) -> Result<Queued, Error> {
        let guid = self.handle.rest().ok_or(Error::NoRest)?.source_guid();
        self.put(&conversation.into(), draft.into(), guid, false)
    }

    /// Puts a message in with an id of the program's own, such as `"birthday-2026-501"`, under which it
    /// is sent once: before the first attempt, too, the newest 100 messages of the conversation are
    /// searched for it.
    ///
    /// # Errors
    ///
    /// Same as [`send`](Self::send).
    pub fn send_as(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
        guid: SourceGuid,
    ) -> Result<Queued, Error> {
        self.put(&conversation.into(), draft.into(), guid, true)
    }

    /// Puts a reply to the message of an event in, which is sent once, also if the event comes again
    /// after a restart: [`DeliveryExt::reply_once`](crate::DeliveryExt::reply_once) says how, and with
    /// which limits. The program need not wait for GroupMe: [`Queued::saved`] before the next event is
    /// asked for is enough, with a store.
    ///
    /// # Errors
    ///
    /// Same as [`send`](Self::send), and [`Error::NoMessage`] if there is no message to answer.
    pub fn reply_once(
        &self,
        delivery: &Delivery,
        draft: impl Into<Draft>,
    ) -> Result<Queued, Error> {
        let answer = Answer::reply(delivery, &self.handle, draft.into());
        let answer = answer.map_err(|_| Error::NoMessage)?;
        self.put(
            &answer.conversation,
            answer.draft,
            answer.guid,
            answer.may_be_given,
        )
    }

    fn put(
        &self,
        conversation: &Conversation,
        draft: Draft,
        guid: SourceGuid,
        is_retry: bool,
    ) -> Result<Queued, Error> {
        let id = conversation.id(self.handle.user());
        let conversation = id.map_err(|source| Error::Id {
            id: format!("{conversation:?}"),
            source: Box::new(source),
        })?;
        let message = OutboxMessage {
            guid: guid.to_string(),
            conversation,
            draft,
            queued_at: Some(unix_time::now()),
        };
        let (done, fate) = oneshot::channel();
        let (saved_sender, saved) = oneshot::channel();
        self.open.send_modify(|open| *open += 1);
        let entry = Entry {
            expires: expiry(&message, self.max_age),
            message,
            is_retry,
            is_saved: false,
            saved: Some(saved_sender),
            done: Some(done),
        };
        if self.entries.send(entry).is_err() {
            self.open.send_modify(|open| *open = open.saturating_sub(1));
            return Err(Error::OutboxClosed);
        }
        Ok(Queued { guid, saved, fate })
    }

    /// Puts a text of any length in, in numbered parts if one message does not hold it; see
    /// [`Draft::split_numbered`].
    ///
    /// # Errors
    ///
    /// Same as [`send`](Self::send).
    pub fn send_text(
        &self,
        conversation: impl Into<Conversation>,
        text: &str,
    ) -> Result<Vec<Queued>, Error> {
        let conversation = conversation.into();
        let parts = Draft::split_numbered(text).into_iter();
        parts.map(|part| self.send(&conversation, part)).collect()
    }

    /// Returns the number of messages that are neither sent nor given up; 0 after the end.
    pub fn len(&self) -> usize {
        *self.open.borrow()
    }

    /// Returns whether every message is sent or given up.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until every message is sent or given up, or the outbox has ended. Without a network that
    /// takes for ever: limit the wait.
    pub async fn flush(&self) {
        let mut open = self.open.subscribe();
        // The sender is `self`.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Ends the outbox, for all clones: requests under way have five seconds more, messages that were
    /// not sent stay in the store, and the store is dropped, so that another outbox may open it. Call
    /// [`flush`](Self::flush) before, with a limit, to send what can be sent.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        // The sender sends nothing, and is dropped at the end.
        let _ = self.ended.changed().await;
    }
}

/// Time after which a message is too old, by both clocks: the runtime's clock stops while the machine
/// sleeps, and the wall clock may be set.
#[derive(Clone, Copy)]
struct Expiry {
    at: Instant,
    by_wall: Option<Timestamp>,
}

impl Expiry {
    fn new(message: &OutboxMessage, max_age: Duration) -> Option<Self> {
        let now = unix_time::now();
        // A clock that was set back makes no message older.
        let age = message.queued_at.map_or(0, |queued_at| {
            now.as_millis().saturating_sub(queued_at.as_millis())
        });
        let age = Duration::from_millis(u64::try_from(age).unwrap_or(0));
        let max = i64::try_from(max_age.as_millis()).unwrap_or(i64::MAX);
        let by_wall = message
            .queued_at
            .map(|queued_at| Timestamp::from_millis(queued_at.as_millis().saturating_add(max)));
        let at = Instant::now().checked_add(max_age.saturating_sub(age))?;
        Some(Self { at, by_wall })
    }

    fn is_over(self) -> bool {
        self.at <= Instant::now() || self.by_wall.is_some_and(|time| time <= unix_time::now())
    }

    /// Returns the time until the message is too old, by the runtime's clock.
    fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }
}

fn expiry(message: &OutboxMessage, max_age: Option<Duration>) -> Option<Expiry> {
    Expiry::new(message, max_age?)
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("open", &self.len())
            .finish_non_exhaustive()
    }
}
