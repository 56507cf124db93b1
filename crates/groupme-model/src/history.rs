//! Window of a conversation's history.

use crate::id::MessageId;

/// Part of a conversation's history, as GroupMe's REST API returns it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "GroupMe has no other cursors, and a client of the API has to know each"
)]
pub enum HistoryWindow {
    /// Newest messages, newest first.
    #[default]
    Newest,
    /// Messages before another one, newest first (`before_id`).
    Before(MessageId),
    /// Messages right after another one, oldest first and without a gap (`after_id`): the window to
    /// catch up with.
    After(MessageId),
    /// Newest messages after another one, newest first (`since_id`). **If there are more than the
    /// limit, GroupMe omits the older ones without a sign**: do not catch up with this window.
    Since(MessageId),
}
