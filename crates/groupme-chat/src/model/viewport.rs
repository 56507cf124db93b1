//! Viewport: the part of a conversation on the screen, which the view reports to the model for
//! scrolling, loading of history, and read receipts.

use groupme_client::MessageId;

/// Entry of a conversation: a message, or one that GroupMe does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryId {
    Message(MessageId),
    /// Pending message, by its local id.
    Pending(u64),
}

/// Last row on the screen of a scrolled conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) entry: EntryId,
    /// Rows of the entry below the screen.
    pub(crate) hidden: usize,
}

/// Scroll position of a conversation; `None` at its end.
pub(crate) type ScrollPosition = Option<Anchor>;

/// Part of a conversation that was drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Viewport {
    /// Position that was drawn, at which the selected message is visible.
    pub(crate) position: ScrollPosition,
    /// Position one page up; `None` at the beginning.
    pub(crate) page_up: Option<Anchor>,
    /// Position one page down.
    pub(crate) page_down: ScrollPosition,
    /// Holes on the screen, by the first message after each; `None` for the newest messages.
    pub(crate) holes: Vec<Option<MessageId>>,
    /// Columns of the composer.
    pub(crate) compose_columns: usize,
}
