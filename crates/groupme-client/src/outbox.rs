//! Messages that leave in order, are tried until GroupMe has them, and survive a restart.

mod file;
mod queue;

use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use groupme_delivery::StoreError;
use groupme_model::{ConversationId, Draft, SourceGuid};
use groupme_rest::{Conversation, Sent};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{Error, Handle, SendError};

pub use file::FileOutbox;

/// Queue of messages to send. Clones share it.
///
/// Messages to one conversation leave one after the other, in the order in which they were put
/// in; conversations do not wait for each other. A message whose sending fails for a reason that may
/// pass is tried again, with the same `source_guid`, for as long as that takes. GroupMe recognizes
/// the `source_guid` for about a minute; before a later attempt, the newest 100 messages of the
/// conversation are searched for it. A message that GroupMe refuses is given up, and the next one
/// follows.
///
/// With a store, messages that were not sent are sent after the next start: once put in, a message
/// survives a crash.
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
}

/// Message of an outbox, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutboxMessage {
    /// Id, the same for all attempts.
    pub guid: String,
    /// Conversation.
    pub conversation: ConversationId,
    /// Text and attachments.
    pub draft: Draft,
}

/// Store of an outbox. Its methods are called on a thread for blocking calls.
pub trait OutboxStore: Send + 'static {
    /// Reads the messages that were not sent, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// Returns an error if they cannot be read.
    fn load(&mut self) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Adds a message. On return, it survives the end of the process, however it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if the message could not be written; it is then not sent.
    fn add(&mut self, message: &OutboxMessage) -> Result<(), StoreError>;

    /// Removes a message that was sent or given up.
    ///
    /// # Errors
    ///
    /// Returns an error if the removal could not be written. The message may be sent again after the
    /// next start, later than the conversation's history shows it.
    fn remove(&mut self, guid: &str) -> Result<(), StoreError>;
}

/// Message on its way: whoever waits for it, or for nothing.
struct Entry {
    message: OutboxMessage,
    /// Whether an earlier attempt may have succeeded.
    is_retry: bool,
    /// Whether the store has the message.
    is_saved: bool,
    done: Option<oneshot::Sender<Result<Sent, OutboxError>>>,
}

impl Outbox {
    /// Creates an outbox in memory.
    ///
    /// # Errors
    ///
    /// [`Error::NoRest`] without a REST API, [`Error::NoRuntime`] outside a tokio runtime.
    pub fn new(handle: &Handle) -> Result<Self, Error> {
        Self::start(handle, None, Vec::new())
    }

    /// Opens an outbox with a store, and begins with the messages that are in it.
    ///
    /// # Errors
    ///
    /// [`Error::State`] if the store cannot be read, otherwise as [`new`](Self::new).
    pub fn open(handle: &Handle, mut store: impl OutboxStore) -> Result<Self, Error> {
        let saved = store.load()?;
        Self::start(handle, Some(Box::new(store)), saved)
    }

    fn start(
        handle: &Handle,
        store: Option<Box<dyn OutboxStore>>,
        saved: Vec<OutboxMessage>,
    ) -> Result<Self, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        if handle.rest().is_none() {
            return Err(Error::NoRest);
        }
        let (entries, incoming) = mpsc::unbounded_channel();
        let open = Arc::new(watch::Sender::new(saved.len()));
        for message in saved {
            let entry = Entry {
                message,
                is_retry: true,
                is_saved: true,
                done: None,
            };
            // The receiver is in scope.
            let _ = entries.send(entry);
        }
        runtime.spawn(queue::run(
            handle.clone(),
            store,
            incoming,
            Arc::clone(&open),
        ));
        Ok(Self {
            handle: handle.clone(),
            entries,
            open,
        })
    }

    /// Puts a message in. Returns a future of its fate, which may be dropped: the message is sent
    /// all the same.
    ///
    /// # Errors
    ///
    /// [`Error::Id`] if the id names no conversation.
    pub fn send(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
    ) -> Result<Queued, Error> {
        let conversation = conversation.into();
        let id = conversation.id(self.handle.user());
        let conversation = id.map_err(|source| Error::Id {
            id: format!("{conversation:?}"),
            source: Box::new(source),
        })?;
        let guid = self.handle.rest().ok_or(Error::NoRest)?.source_guid();
        let message = OutboxMessage {
            guid: guid.to_string(),
            conversation,
            draft: draft.into(),
        };
        let (done, fate) = oneshot::channel();
        self.open.send_modify(|open| *open += 1);
        let entry = Entry {
            message,
            is_retry: false,
            is_saved: false,
            done: Some(done),
        };
        // Fails only with the runtime, and then `fate` says so.
        let _ = self.entries.send(entry);
        Ok(Queued { guid, fate })
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

    /// Returns the number of messages that are neither sent nor given up.
    pub fn len(&self) -> usize {
        *self.open.borrow()
    }

    /// Returns whether every message is sent or given up.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until every message is sent or given up. Without a network that takes for ever: limit
    /// the wait.
    pub async fn flush(&self) {
        let mut open = self.open.subscribe();
        // The sender is `self`.
        let _ = open.wait_for(|open| *open == 0).await;
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("open", &self.len())
            .finish_non_exhaustive()
    }
}

/// Future of a message in an [`Outbox`]: the message as GroupMe has it, or why it was given up.
#[derive(Debug)]
#[must_use = "the message is sent all the same, and its fate is in this future"]
pub struct Queued {
    guid: SourceGuid,
    fate: oneshot::Receiver<Result<Sent, OutboxError>>,
}

impl Queued {
    /// Returns the id by which the echo can be recognized.
    pub fn guid(&self) -> &SourceGuid {
        &self.guid
    }
}

impl Future for Queued {
    type Output = Result<Sent, OutboxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let fate = Pin::new(&mut self.fate).poll(context);
        fate.map(|fate| fate.unwrap_or(Err(OutboxError::Stopped)))
    }
}

/// Error of a message that an [`Outbox`] has given up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// GroupMe refuses the message.
    #[error("the message is given up")]
    Send(#[from] SendError),
    /// The store could not keep the message, which was therefore not sent.
    #[error("the message could not be kept, and is not sent")]
    NotSaved(#[from] StoreError),
    /// The runtime ended. A message that the store has is sent after the next start.
    #[error("the runtime ended before the message was sent")]
    Stopped,
}
