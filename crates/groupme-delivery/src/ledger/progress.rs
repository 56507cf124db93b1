//! How far a conversation is done with.

use std::collections::BTreeSet;

use groupme_model::MessageId;

use crate::item::Mark;

/// What of a conversation is open, and how far it is done with.
#[derive(Debug, Default)]
pub(super) struct Progress {
    open: BTreeSet<MessageId>,
    /// What is acknowledged and lies behind something that is not.
    done: BTreeSet<MessageId>,
    /// How far it will be done with once nothing is open.
    high: Option<MessageId>,
    /// What need not be remembered any more, once nothing before it is open: after a crash all of
    /// that is fetched again.
    forgettable: BTreeSet<MessageId>,
}

impl Progress {
    /// Something is handed out. The answer is where to step back to, if it lies before what counts
    /// as done with.
    pub(super) fn enter(&mut self, mark: &Mark) -> Option<MessageId> {
        self.high = self.high.take().max(Some(mark.cursor.clone()));
        let message = mark.message.as_ref()?;
        let is_first = self.open.first().is_none_or(|first| message < first);
        self.open.insert(message.clone());
        (is_first && mark.steps_back).then(|| before(message))?
    }

    /// Something is done with. The answer is how far everything is, if that has moved.
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

    /// Whether a message has to be remembered for now, that need not be remembered for itself.
    pub(super) fn keep(&mut self, message: &MessageId) -> bool {
        let is_needed = self.open.first().is_some_and(|first| first <= message);
        if is_needed {
            self.forgettable.insert(message.clone());
        }
        is_needed
    }

    /// What need not be remembered any more.
    pub(super) fn forget(&mut self) -> BTreeSet<MessageId> {
        let needed = match self.open.first() {
            Some(first) => self.forgettable.split_off(first),
            None => BTreeSet::new(),
        };
        core::mem::replace(&mut self.forgettable, needed)
    }

    /// Whether nothing is open.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_empty()
    }
}

/// The id right before another; `None` if that is not a number.
fn before(message: &MessageId) -> Option<MessageId> {
    let number: u64 = message.as_str().parse().ok()?;
    Some(MessageId::from(number.checked_sub(1)?))
}
