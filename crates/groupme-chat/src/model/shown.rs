//! What the view has drawn, for scrolling by pages and for reading marks.

use groupme_client::MessageId;

/// Place in a conversation: a message, or one that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    Message(MessageId),
    /// Message that GroupMe does not have yet, by its number.
    Pending(u64),
}

/// Last row of a scrolled conversation: a message, and the number of its rows below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) spot: Spot,
    pub(crate) hidden: usize,
}

/// Position of a conversation on the screen: at its end, or scrolled.
pub(crate) type Position = Option<Anchor>;

/// Parts of a conversation that were drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Position that was drawn: scrolled so that the selected message is visible.
    pub(crate) position: Position,
    /// Position a page up; `None` at the beginning.
    pub(crate) page_up: Option<Anchor>,
    /// Position a page down.
    pub(crate) page_down: Position,
    /// Messages before which a hole was drawn; `None` for the newest messages.
    pub(crate) holes: Vec<Option<MessageId>>,
    /// Columns of the text that is written.
    pub(crate) compose_columns: usize,
}
