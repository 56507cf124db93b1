//! Batches: what came in together is answered together, once all of it has an answer.

use std::{collections::BTreeMap, sync::Arc};

use super::lane::Lane;

/// Names a batch until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BatchId(u64);

/// The batches that still wait for an answer.
#[derive(Debug, Default)]
pub(super) struct Batches {
    next: u64,
    open: BTreeMap<BatchId, Batch>,
}

#[derive(Debug)]
struct Batch {
    lane: Lane,
    missing: usize,
    /// In order of completion, not of request.
    answers: Vec<Arc<str>>,
}

impl Batches {
    pub(super) fn open(&mut self, lane: Lane, messages: usize) -> BatchId {
        let id = BatchId(self.next);
        self.next += 1;
        self.open.insert(
            id,
            Batch {
                lane,
                missing: messages,
                answers: Vec::new(),
            },
        );
        id
    }

    /// Adds the answer to one message; the whole array when that was the last one missing.
    pub(super) fn answer(
        &mut self,
        id: BatchId,
        answer: impl IntoIterator<Item = Arc<str>>,
    ) -> Option<(Lane, String)> {
        let batch = self.open.get_mut(&id)?;
        batch.answers.extend(answer);
        batch.missing = batch.missing.saturating_sub(1);
        if batch.missing > 0 {
            return None;
        }
        let batch = self.open.remove(&id)?;
        Some((batch.lane, array(&batch.answers)))
    }

    /// The lane that a batch came over.
    pub(super) fn lane(&self, id: BatchId) -> Option<Lane> {
        self.open.get(&id).map(|batch| batch.lane)
    }

    /// Forgets a batch that will never be answered.
    pub(super) fn abandon(&mut self, id: BatchId) {
        self.open.remove(&id);
    }

    /// Forgets what came over a lane that is gone.
    pub(super) fn abandon_lane(&mut self, lane: Lane) {
        self.open.retain(|_, batch| batch.lane != lane);
    }
}

/// A JSON array of messages that are JSON already.
fn array(messages: &[Arc<str>]) -> String {
    let mut text = String::with_capacity(
        messages
            .iter()
            .map(|message| message.len() + 1)
            .sum::<usize>()
            + 1,
    );
    text.push('[');
    for (index, message) in messages.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(message);
    }
    text.push(']');
    text
}
