//! Order of the messages of an outbox, one conversation beside the other.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use groupme_model::ConversationId;
use groupme_rest::Sent;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use super::{
    Entry, OutboxError,
    attempts::{self, Outcome, stopped},
    keeper::StoreHandle,
};
use crate::Handle;

/// Task of an outbox. Its fields are dropped in this order, however it ends: the store, then the way
/// in, and then `flush` and `close` return.
pub(super) struct Queue {
    handle: Handle,
    sending: JoinSet<(Entry, Outcome)>,
    /// Messages of each conversation that wait for the one on its way.
    waiting: BTreeMap<ConversationId, VecDeque<Entry>>,
    /// Ids of the messages that the store has.
    kept: BTreeSet<String>,
    keeper: StoreHandle,
    incoming: mpsc::UnboundedReceiver<Entry>,
    open: Open,
    stop: watch::Receiver<bool>,
    _end: watch::Sender<()>,
}

/// Number of messages that are neither sent nor given up; 0 after the end of the queue.
struct Open(Arc<watch::Sender<usize>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_replace(0);
    }
}

impl Queue {
    pub(super) fn new(
        handle: Handle,
        keeper: StoreHandle,
        incoming: mpsc::UnboundedReceiver<Entry>,
        open: Arc<watch::Sender<usize>>,
        stop: watch::Receiver<bool>,
        end: watch::Sender<()>,
    ) -> Self {
        Self {
            handle,
            sending: JoinSet::new(),
            waiting: BTreeMap::new(),
            kept: BTreeSet::new(),
            keeper,
            incoming,
            open: Open(open),
            stop,
            _end: end,
        }
    }

    /// Takes messages until the last outbox is dropped and all are sent, or until the outbox is closed
    /// and all are saved.
    pub(super) async fn run(mut self) {
        let (mut is_open, mut is_stopping) = (true, false);
        while is_open || !self.sending.is_empty() {
            tokio::select! {
                entry = self.incoming.recv(), if is_open => match entry {
                    Some(entry) => self.take(entry, is_stopping).await,
                    None => is_open = false,
                },
                Some(sent) = self.sending.join_next(), if !self.sending.is_empty() => {
                    // A panic in a request ends the outbox, and all waiting futures return an error.
                    let Ok((entry, outcome)) = sent else { return };
                    self.handle_outcome(entry, outcome, is_stopping).await;
                }
                () = stopped(&mut self.stop), if !is_stopping => {
                    is_stopping = true;
                    self.incoming.close();
                }
            }
        }
    }

    async fn take(&mut self, mut entry: Entry, is_stopping: bool) {
        let is_new = self.kept.insert(entry.message.guid.clone());
        // The answer to an event that came again after a restart is in the store already.
        if !entry.is_saved && is_new {
            if let Err(error) = self.keeper.add(&entry.message).await {
                self.kept.remove(&entry.message.guid);
                drop(entry.saved.take());
                self.finish(entry, Err(error.into()));
                return;
            }
            entry.is_saved = true;
        }
        if let Some(saved) = entry.saved.take() {
            // Nobody may wait.
            let _ = saved.send(());
        }
        if is_stopping {
            return;
        }
        // An entry of the map means that a message of the conversation is on its way.
        if let Some(queue) = self.waiting.get_mut(&entry.message.conversation) {
            queue.push_back(entry);
        } else {
            let conversation = entry.message.conversation.clone();
            self.waiting.insert(conversation, VecDeque::new());
            self.send(entry);
        }
    }

    async fn handle_outcome(&mut self, entry: Entry, outcome: Outcome, is_stopping: bool) {
        // A message that is not done stays in the store.
        let Outcome::Done(outcome) = outcome else {
            return;
        };
        if entry.is_saved {
            if let Err(error) = self.keeper.remove(&entry.message.guid).await {
                tracing::warn!(%error, "a message that was sent stays in the outbox's store");
            }
            self.kept.remove(&entry.message.guid);
        }
        let conversation = entry.message.conversation.clone();
        self.finish(entry, outcome);
        if is_stopping {
            return;
        }
        let queue = self.waiting.get_mut(&conversation);
        match queue.and_then(VecDeque::pop_front) {
            Some(next) => self.send(next),
            None => drop(self.waiting.remove(&conversation)),
        }
    }

    fn send(&mut self, entry: Entry) {
        let sending = attempts::send(self.handle.clone(), entry, self.stop.clone());
        self.sending.spawn(sending);
    }

    fn finish(&self, entry: Entry, outcome: Result<Sent, OutboxError>) {
        if let Err(error) = &outcome {
            let conversation = &entry.message.conversation;
            tracing::warn!(%conversation, %error, "a message of the outbox is given up");
        }
        if let Some(done) = entry.done {
            // Nobody may wait.
            let _ = done.send(outcome);
        }
        let open = &self.open.0;
        open.send_modify(|open| *open = open.saturating_sub(1));
    }
}
