//! Batches: what came in together is answered together, once all of it has an answer.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use super::{lane::Lane, session::ClientId};

/// Names a batch until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BatchId(u64);

/// The batches that still wait for an answer.
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
    /// The session whose events may ride along.
    pub(super) client: Option<ClientId>,
    /// The sessions whose connects in it are held.
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

    /// Adds the answer to one message; the whole batch when that was the last one missing.
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

    /// The lane that a batch came over.
    pub(super) fn lane(&self, id: BatchId) -> Option<Lane> {
        self.open.get(&id).map(|batch| batch.lane)
    }

    /// Forgets a batch that will never be answered.
    pub(super) fn abandon(&mut self, id: BatchId) -> Option<Batch> {
        self.open.remove(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

/// A JSON array of messages that are JSON already.
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
