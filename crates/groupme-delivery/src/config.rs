//! What can be set about a feed.

use core::time::Duration;

/// How a [`Feed`](crate::Feed) goes about it. Every field has a default that fits an account of a
/// person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How many messages of each conversation's past are delivered when the account is met for the
    /// first time. Default: 0, so it starts at now.
    pub history: u32,
    /// How many of the newest messages of a conversation are read again after a gap, for edits,
    /// deletions and reactions, which cannot be asked for by what came after. 0 for none. Default:
    /// 50.
    pub compare_window: u32,
    /// Whether the pinned messages are read again, too. It is another question for each
    /// conversation. Default: no.
    pub pinned: bool,
    /// How many of the newest messages of a conversation are remembered with their state, to tell
    /// what is new from what was delivered. Never fewer than are read again. Default: 100.
    pub dedup_window: usize,
    /// How many pushes are held, in all, while it is found out what was missed before them. Of
    /// what comes then, messages are fetched later. Default: 2,000.
    pub push_buffer: usize,
    /// How many deliveries may wait for the program before no more pages are asked for. Default:
    /// 1,000.
    pub max_ready: usize,
    /// How many questions may be on their way at once. Default: 4.
    pub max_requests: usize,
    /// How many messages, groups or chats are asked for at once. Default: 100, which GroupMe
    /// documents as the most.
    pub page: u32,
    /// How many messages are fetched of a conversation that turns up for the first time, back to
    /// when the account was last whole, or of one that was left and is joined again, back to what was
    /// delivered of it. Default: 2,000.
    pub max_backfill: usize,
    /// How long questions are repeated that GroupMe does not answer, before what was missed is given
    /// up for lost, and told so. Pushes wait meanwhile. Default: 60 s.
    pub give_up_after: Duration,
    /// Whether REST is polled while nothing can be pushed. Default: no.
    pub polling: Option<Polling>,
}

/// When and how often REST is polled while nothing can be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polling {
    /// After how long without pushes it begins.
    pub after: Duration,
    /// How long it rests after each time. One time asks for the list of groups, the list of chats,
    /// and what is new.
    pub every: Duration,
}

impl Polling {
    /// Polling that begins after so long and rests for so long.
    pub const fn new(after: Duration, every: Duration) -> Self {
        Self { after, every }
    }
}

/// After two minutes, every 30 s.
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
    /// How many messages are remembered for each conversation.
    pub(crate) fn memory(&self) -> usize {
        let reread = usize::try_from(self.compare_window).unwrap_or(usize::MAX);
        self.dedup_window.max(reread).max(1)
    }
}
