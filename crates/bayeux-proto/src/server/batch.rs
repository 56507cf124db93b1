//! Batches: messages of one payload are answered together, once each has an answer.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use super::{lane::Lane, session::ClientId};

/// Identifier of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BatchId(u64);

/// Batches that still wait for an answer.
#[derive(Default)]
pub(super) struct Batches {
    next: u64,
    open: BTreeMap<BatchId, Batch>,
}

pub(super) struct Batch {
    pub(super) lane: Lane,
    missing: usize,
    /// In order of completion, not of request.
    pub(super) answers: Vec<Arc<str>>,
    /// Session whose waiting events may be added.
    pub(super) client: Option<ClientId>,
    /// Sessions whose connects in this batch are held.
    pub(super) holding: Vec<ClientId>,
}

impl Batches {
    pub(super) fn open(&mut self, lane: Lane, messages: usize) -> BatchId {
        let id = BatchId(self.next);
        self.next += 1;
        let batch = Batch {
            lane,
            missing: messages,
            answers: Vec::new(),
            client: None,
            holding: Vec::new(),
        };
        self.open.insert(id, batch);
        id
    }

    /// Adds the answer to one message. Returns the batch if that was the last one missing.
    pub(super) fn answer(
        &mut self,
        id: BatchId,
        answer: impl IntoIterator<Item = Arc<str>>,
    ) -> Option<Batch> {
        let batch = self.open.get_mut(&id)?;
        batch.answers.extend(answer);
        batch.missing = batch.missing.saturating_sub(1);
        if batch.missing > 0 {
            return None;
        }
        self.open.remove(&id)
    }

    pub(super) fn get_mut(&mut self, id: BatchId) -> Option<&mut Batch> {
        self.open.get_mut(&id)
    }

    /// Returns the lane of a batch.
    pub(super) fn lane(&self, id: BatchId) -> Option<Lane> {
        self.open.get(&id).map(|batch| batch.lane)
    }

    /// Drops a batch that will never be answered.
    pub(super) fn abandon(&mut self, id: BatchId) -> Option<Batch> {
        self.open.remove(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

/// Joins messages, which are JSON already, to a JSON array.
pub(super) fn array(messages: impl Iterator<Item: AsRef<str>> + Clone) -> String {
    let size: usize = messages
        .clone()
        .map(|message| message.as_ref().len() + 1)
        .sum();
    let mut text = String::with_capacity(size + 2);
    text.push('[');
    for (index, message) in messages.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(message.as_ref());
    }
    text.push(']');
    text
}
