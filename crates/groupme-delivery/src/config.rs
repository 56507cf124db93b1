//! Settings of a feed.

use core::time::Duration;

/// Settings of a [`Feed`](crate::Feed). The defaults fit a person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Maximum messages of each conversation's past to deliver at the first start. Default: 0, so
    /// that delivery starts with the first message after the start.
    pub history: u32,
    /// Number of newest messages of a conversation to read again after a gap. Edits, deletions and
    /// reactions are found by comparing them, since REST cannot list changes. 0 turns comparing
    /// off. Default: 50.
    pub compare_window: u32,
    /// Age of a conversation's newest message up to which its changes are looked for after a gap,
    /// even if no message was missed: someone may have reacted. Only where the conversation's own
    /// channel is subscribed. Costs a request for each such conversation. Default: seven days.
    pub changes_within: Duration,
    /// Leaves out the notice of an edit or a deletion in a group if the event of the change itself
    /// is pushed, too, on the group's own channel. The notice is held back for two seconds at most
    /// until then. Default: yes, so that each change is one event.
    pub merge_notices: bool,
    /// Also reads the pinned messages again after a gap, which costs another request for each
    /// conversation. Default: no.
    pub pinned: bool,
    /// Number of newest messages of a conversation whose states are remembered, to recognize
    /// duplicates and changes. At least [`compare_window`](Self::compare_window). Default: 100.
    pub dedup_window: usize,
    /// Maximum pushes to buffer, in all conversations together, while missed messages before them
    /// are fetched. Messages beyond that are dropped and fetched later. Default: 2,000.
    pub push_buffer: usize,
    /// Number of deliveries waiting for the program at which no further pages are requested.
    /// Default: 1,000.
    pub max_ready: usize,
    /// Maximum requests in flight. Default: 4.
    pub max_requests: usize,
    /// Number of messages, groups or chats requested at once. Default: 100, the most that GroupMe
    /// documents.
    pub page: u32,
    /// Maximum messages to backfill for a new or rejoined conversation. Default: 2,000.
    pub max_backfill: usize,
    /// Duration for which an unanswered request is repeated before what it would have found is
    /// reported as [`Item::Lost`](crate::Item::Lost). Pushes stay buffered meanwhile. Default: one
    /// minute.
    pub give_up_after: Duration,
    /// Polling of REST while pushes cannot flow. Default: none.
    pub polling: Option<Polling>,
}

/// Timing of polling REST while pushes cannot flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polling {
    /// Time without pushes after which polling begins.
    pub after: Duration,
    /// Pause after each poll. A poll requests the list of groups, the list of chats, and new
    /// messages.
    pub every: Duration,
}

impl Polling {
    /// Returns polling that begins `after` a time without pushes and pauses for `every` between
    /// polls.
    pub const fn new(after: Duration, every: Duration) -> Self {
        Self { after, every }
    }
}

/// Begins after two minutes, with pauses of 30 s.
impl Default for Polling {
    fn default() -> Self {
        Self::new(Duration::from_mins(2), Duration::from_secs(30))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            history: 0,
            compare_window: 50,
            changes_within: Duration::from_hours(7 * 24),
            merge_notices: true,
            pinned: false,
            dedup_window: 100,
            push_buffer: 2_000,
            max_ready: 1_000,
            max_requests: 4,
            page: 100,
            max_backfill: 2_000,
            give_up_after: Duration::from_mins(1),
            polling: None,
        }
    }
}

impl Config {
    /// Returns the number of messages to remember for each conversation.
    pub(crate) fn memory(&self) -> usize {
        let window = usize::try_from(self.compare_window).unwrap_or(usize::MAX);
        self.dedup_window.max(window).max(1)
    }
}
