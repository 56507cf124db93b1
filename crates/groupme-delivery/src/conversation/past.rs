//! Past of a conversation: the messages that are not delivered.

use groupme_model::MessageId;

/// Knowledge of where the past of a conversation ends.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Last message of the past, as far as this process knows. Set when the conversation was first
    /// listed, or to the first message of the delivered history.
    end: Option<MessageId>,
    /// First message of which the first session had a push: all before it are past, except for those
    /// whose pushes are late.
    first_push: Option<MessageId>,
    /// Whether messages after the end were left out: those from before the user joined again.
    has_absence: bool,
    /// Cursor of an earlier process. The past before it is known by time only.
    loaded: Option<MessageId>,
    /// Newest message sent at about the moment of the account's baseline. It counts as past only
    /// while the first session is unbroken: its push may have been lost.
    unconfirmed: Option<MessageId>,
    /// Whether the cursor is that of the snapshot before the first session.
    began_with_snapshot: bool,
    /// Whether the first buffered push came in the first session while that was unbroken. All
    /// messages before it are past then.
    begins_with_push: bool,
}

impl Past {
    /// Returns the past of a conversation with the cursor of an earlier process.
    pub(crate) fn loaded(cursor: Option<MessageId>) -> Self {
        Self {
            loaded: cursor,
            ..Self::default()
        }
    }

    /// Returns the last message of the past.
    pub(crate) fn end(&self) -> Option<&MessageId> {
        self.end.as_ref()
    }

    /// Returns whether a message belongs to the past.
    pub(crate) fn has(&self, message: &MessageId) -> bool {
        self.end.as_ref().is_some_and(|end| message <= end)
    }

    /// Returns whether the past is known to end before a message: no message after it was left out.
    pub(crate) fn is_known_to_end_before(&self, message: &MessageId) -> bool {
        let end = self.end.as_ref().max(self.loaded.as_ref());
        let end = end.max(self.unconfirmed.as_ref());
        let is_known = self.end.is_some() || self.loaded.is_some();
        is_known && !self.has_absence && end.is_some_and(|end| end < message)
    }

    /// Returns whether a message is before the first that the first session pushed.
    pub(crate) fn is_before_pushes(&self, message: &MessageId) -> bool {
        let first = self.first_push.as_ref();
        first.is_some_and(|first| message < first)
    }

    /// Returns whether a message is not beyond the cursor of an earlier process.
    pub(crate) fn is_of_earlier_process(&self, message: &MessageId) -> bool {
        let loaded = self.loaded.as_ref();
        loaded.is_some_and(|loaded| message <= loaded)
    }

    /// Notes that the user joined the conversation, perhaps again: what was said meanwhile is left out.
    pub(crate) fn note_absence(&mut self) {
        self.has_absence = true;
    }

    /// Forgets the cursor of an earlier process.
    pub(crate) fn forget_loaded(&mut self) {
        self.loaded = None;
    }

    /// Ends the past with `message`.
    pub(crate) fn end_at(&mut self, message: MessageId) {
        self.end = Some(message);
    }

    pub(crate) fn begin_with_snapshot(&mut self) {
        self.began_with_snapshot = true;
    }

    pub(crate) fn began_with_snapshot(&self) -> bool {
        self.began_with_snapshot
    }

    /// Returns whether all messages before the first buffered push are past.
    pub(crate) fn begins_with_push(&self) -> bool {
        self.begins_with_push
    }

    /// Notes that the conversation begins with this push of the first session.
    pub(crate) fn begin_with_push(&mut self, message: MessageId) {
        self.first_push = Some(message);
    }

    /// Notes the first push of the first session, unless one is known.
    pub(crate) fn note_first_push(&mut self, message: Option<&MessageId>) {
        if self.first_push.is_none() {
            self.first_push = message.cloned();
        }
    }

    /// Counts a message as past while the first session is unbroken.
    pub(crate) fn set_unconfirmed(&mut self, message: Option<MessageId>) {
        self.unconfirmed = message;
    }

    pub(crate) fn has_unconfirmed(&self) -> bool {
        self.unconfirmed.is_some()
    }

    /// Counts the unconfirmed message as past for good, and returns the message.
    pub(crate) fn confirm(&mut self) -> Option<MessageId> {
        self.confirm_if(|_| true)
    }

    /// Counts the unconfirmed message as past for good if it precedes a pushed one, and returns the
    /// message.
    pub(crate) fn confirm_before(&mut self, pushed: &MessageId) -> Option<MessageId> {
        self.confirm_if(|message| message < pushed)
    }

    fn confirm_if(&mut self, is_past: impl FnOnce(&MessageId) -> bool) -> Option<MessageId> {
        let message = self.unconfirmed.take_if(|message| is_past(message))?;
        self.end = self.end.take().max(Some(message.clone()));
        Some(message)
    }

    /// Ends the first session. `has_push` says whether a push is buffered: until here, pushes came in
    /// order and without a gap.
    pub(crate) fn end_first_session(&mut self, has_push: bool) {
        self.unconfirmed = None;
        self.begins_with_push = has_push;
    }
}
