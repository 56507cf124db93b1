//! Sending the messages of an outbox, one conversation beside the other.

use core::time::Duration;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use groupme_delivery::StoreError;
use groupme_model::{ConversationId, SourceGuid};
use groupme_rest::Sent;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinSet, spawn_blocking},
    time::{Instant, sleep},
};

use super::{Entry, OutboxError, OutboxMessage, OutboxStore};
use crate::{Handle, SendError};

/// Messages of each conversation that wait for the one on its way.
type Waiting = BTreeMap<ConversationId, VecDeque<Entry>>;

/// Takes messages until the last outbox is dropped and all are sent.
pub(super) async fn run(
    handle: Handle,
    mut store: Option<Box<dyn OutboxStore>>,
    mut incoming: mpsc::UnboundedReceiver<Entry>,
    open: Arc<watch::Sender<usize>>,
) {
    let mut waiting = Waiting::new();
    let mut sending = JoinSet::new();
    let mut is_open = true;
    while is_open || !sending.is_empty() {
        tokio::select! {
            entry = incoming.recv(), if is_open => {
                let Some(mut entry) = entry else {
                    is_open = false;
                    continue;
                };
                if !entry.is_saved && let Err(error) = add(&mut store, &entry.message).await {
                    finish(entry, Err(error.into()), &open);
                    continue;
                }
                entry.is_saved = true;
                // An entry of the map means that a message of the conversation is on its way.
                if let Some(queue) = waiting.get_mut(&entry.message.conversation) {
                    queue.push_back(entry);
                } else {
                    waiting.insert(entry.message.conversation.clone(), VecDeque::new());
                    sending.spawn(send(handle.clone(), entry));
                }
            }
            Some(sent) = sending.join_next(), if !sending.is_empty() => {
                // A panic in a request ends the outbox, and everyone who waits is told.
                let Ok((entry, outcome)) = sent else { return };
                if let Err(error) = remove(&mut store, &entry.message.guid).await {
                    tracing::warn!(%error, "a message that was sent stays in the outbox's store");
                }
                let conversation = entry.message.conversation.clone();
                finish(entry, outcome, &open);
                match waiting.get_mut(&conversation).and_then(VecDeque::pop_front) {
                    Some(next) => drop(sending.spawn(send(handle.clone(), next))),
                    None => drop(waiting.remove(&conversation)),
                }
            }
        }
    }
}

fn finish(entry: Entry, outcome: Result<Sent, OutboxError>, open: &watch::Sender<usize>) {
    if let Err(error) = &outcome {
        let conversation = &entry.message.conversation;
        tracing::warn!(%conversation, %error, "a message of the outbox is given up");
    }
    if let Some(done) = entry.done {
        // Nobody may wait.
        let _ = done.send(outcome);
    }
    open.send_modify(|open| *open = open.saturating_sub(1));
}

/// Sends a message, for as long as that takes.
async fn send(handle: Handle, entry: Entry) -> (Entry, Result<Sent, OutboxError>) {
    let message = &entry.message;
    let guid = SourceGuid::from(message.guid.as_str());
    let mut backoff = FIRST_WAIT;
    let mut is_forgotten = entry.is_retry;
    loop {
        let began = Instant::now();
        let error = match attempt(&handle, message, &guid, is_forgotten).await {
            Ok(sent) => return (entry, Ok(sent)),
            Err(error) => error,
        };
        let is_transient = matches!(&error, SendError::Rest(error) if error.is_transient());
        if !is_transient {
            return (entry, Err(error.into()));
        }
        tracing::debug!(%error, wait = ?backoff, "a message of the outbox waits");
        sleep(backoff).await;
        is_forgotten |= began.elapsed() >= MEMORY;
        backoff = (backoff * 2).min(LONGEST_WAIT);
    }
}

/// Sends a message once. If GroupMe has forgotten an earlier attempt, looks for its message first.
async fn attempt(
    handle: &Handle,
    message: &OutboxMessage,
    guid: &SourceGuid,
    is_forgotten: bool,
) -> Result<Sent, SendError> {
    if is_forgotten {
        let rest = handle.rest().ok_or(SendError::NoRest)?;
        if let Some(found) = rest.find_sent(&message.conversation, guid).await? {
            return Ok(Sent::Duplicate(Box::new(found)));
        }
    }
    let draft = message.draft.clone();
    handle
        .send_as(&message.conversation, draft, guid.clone())
        .await
}

async fn add(
    store: &mut Option<Box<dyn OutboxStore>>,
    message: &OutboxMessage,
) -> Result<(), StoreError> {
    let message = message.clone();
    blocking(store, move |store| store.add(&message)).await
}

async fn remove(store: &mut Option<Box<dyn OutboxStore>>, guid: &str) -> Result<(), StoreError> {
    let guid = guid.to_owned();
    blocking(store, move |store| store.remove(&guid)).await
}

/// Calls the store on a thread for blocking calls.
async fn blocking(
    slot: &mut Option<Box<dyn OutboxStore>>,
    call: impl FnOnce(&mut dyn OutboxStore) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), StoreError> {
    let Some(mut store) = slot.take() else {
        return Ok(());
    };
    let called = spawn_blocking(move || {
        let result = call(&mut *store);
        (store, result)
    });
    match called.await {
        Ok((store, result)) => {
            *slot = Some(store);
            result
        }
        // The store panicked and is gone: nothing more is kept.
        Err(error) => Err(StoreError::writing(error)),
    }
}

/// Wait after the first failure, which has been tried for half a minute by then.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// Time for which GroupMe certainly recognizes a `source_guid`. Documented is a minute.
const MEMORY: Duration = Duration::from_secs(30);
