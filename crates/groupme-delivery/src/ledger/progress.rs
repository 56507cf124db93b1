//! Acknowledged position of one conversation.

use std::collections::BTreeSet;

use groupme_model::MessageId;

use crate::item::Mark;

/// Unacknowledged deliveries of one conversation, and the position that is acknowledged.
#[derive(Debug, Default)]
pub(super) struct Progress {
    open: BTreeSet<MessageId>,
    /// Messages that are acknowledged although an earlier one is not.
    done: BTreeSet<MessageId>,
    /// Cursor once nothing is unacknowledged.
    high: Option<MessageId>,
    /// Messages to forget once nothing before them is unacknowledged: after a crash they are
    /// fetched again.
    forgettable: BTreeSet<MessageId>,
}

impl Progress {
    /// Records a delivery. Returns the cursor to step back to, if the message lies before the
    /// acknowledged position.
    pub(super) fn record(&mut self, mark: &Mark) -> Option<MessageId> {
        self.high = self.high.take().max(Some(mark.cursor.clone()));
        let message = mark.message.as_ref()?;
        let is_first = self.open.first().is_none_or(|first| message < first);
        self.open.insert(message.clone());
        (is_first && mark.steps_back).then(|| before(message))?
    }

    /// Acknowledges a delivery. Returns the new cursor, if it moved.
    pub(super) fn acknowledge(&mut self, mark: &Mark) -> Option<MessageId> {
        if let Some(message) = &mark.message {
            self.open.remove(message);
            self.done.insert(message.clone());
        }
        let Some(first) = self.open.first() else {
            self.done.clear();
            return self.high.clone();
        };
        let waiting = self.done.split_off(first);
        let passed = core::mem::replace(&mut self.done, waiting);
        passed.last().cloned()
    }

    /// Returns whether a message to be forgotten has to be kept for now.
    pub(super) fn keep(&mut self, message: &MessageId) -> bool {
        let is_needed = self.open.first().is_some_and(|first| first <= message);
        if is_needed {
            self.forgettable.insert(message.clone());
        }
        is_needed
    }

    /// Returns the messages that need not be kept any longer.
    pub(super) fn forget(&mut self) -> BTreeSet<MessageId> {
        let needed = match self.open.first() {
            Some(first) => self.forgettable.split_off(first),
            None => BTreeSet::new(),
        };
        core::mem::replace(&mut self.forgettable, needed)
    }

    /// Returns whether nothing is unacknowledged.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_empty()
    }
}

/// Returns the id right before another; `None` if the id is not a number.
fn before(message: &MessageId) -> Option<MessageId> {
    let number: u64 = message.as_str().parse().ok()?;
    Some(MessageId::from(number.checked_sub(1)?))
}
