//! Report of a gap in a conversation.

use crate::GapCause;

/// Gap that the program was told of, or the cause of the next one.
#[derive(Debug, Default)]
pub(crate) struct GapReport {
    /// Number of messages backfilled since the report; `None` outside a gap.
    messages: Option<u64>,
    /// Cause of the next gap, instead of the feed's.
    cause: Option<GapCause>,
}

impl GapReport {
    pub(crate) fn is_open(&self) -> bool {
        self.messages.is_some()
    }

    /// Opens the gap, and returns its cause. `None` if it is open already.
    pub(crate) fn open(&mut self, usual: GapCause) -> Option<GapCause> {
        if self.is_open() {
            return None;
        }
        self.messages = Some(0);
        Some(self.cause.take().unwrap_or(usual))
    }

    /// Counts a backfilled message.
    pub(crate) fn count(&mut self) {
        if let Some(messages) = &mut self.messages {
            *messages += 1;
        }
    }

    /// Closes the gap, and returns the number of messages backfilled. `None` if none is open.
    pub(crate) fn close(&mut self) -> Option<u64> {
        self.messages.take()
    }

    pub(crate) fn set_cause(&mut self, cause: GapCause) {
        self.cause = Some(cause);
    }

    /// Forgets the cause of a gap that turned out to be none.
    pub(crate) fn forget_cause(&mut self) {
        self.cause = None;
    }
}
