//! Batches: messages of one payload are answered together, once each has an answer.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use super::id::{BatchId, ClientId};
use crate::LaneId;

/// Batches that still wait for an answer.
#[derive(Default)]
pub(super) struct Batches {
    next: u64,
    open: BTreeMap<BatchId, Batch>,
}

pub(super) struct Batch {
    pub(super) lane: LaneId,
    missing: usize,
    /// Answers in order of completion, not of request.
    pub(super) answers: Vec<Arc<str>>,
    /// Session whose waiting events may be added.
    pub(super) client: Option<ClientId>,
    /// Sessions whose connects in this batch are held.
    pub(super) holding: Vec<ClientId>,
}

impl Batches {
    pub(super) fn open(&mut self, lane: LaneId, messages: usize) -> BatchId {
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
    pub(super) fn lane(&self, id: BatchId) -> Option<LaneId> {
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

/// Appends messages, which are JSON already, to `out` as a JSON array.
pub(super) fn write_array(out: &mut Vec<u8>, messages: impl Iterator<Item: AsRef<str>>) {
    out.push(b'[');
    for (index, message) in messages.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(message.as_ref().as_bytes());
    }
    out.push(b']');
}
