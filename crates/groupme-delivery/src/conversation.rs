//! State of one conversation in a feed.

mod beginning;
mod compare;
mod comparison;
mod deliver;
mod fetch;
mod gap_report;
mod held;
mod listed;
mod losses;
mod membership;
mod notices;
mod past;
mod progress;
mod push;

use groupme_model::{ConversationId, MessageId, MessageRow, Timestamp};

pub(crate) use self::{
    comparison::{Comparison, Touched},
    gap_report::GapReport,
    losses::why,
    notices::Notices,
    past::Past,
    progress::Progress,
};
use crate::{
    observation::{Change as PushedChange, NewMessage},
    seen::Seen,
    store::{Change, SavedConversation},
};

/// State of one conversation in a feed.
#[derive(Debug)]
pub(crate) struct Conversation<P> {
    pub(crate) id: ConversationId,
    /// Newest message of the part that was delivered without a gap.
    pub(crate) cursor: Option<MessageId>,
    pub(crate) seen: Seen,
    pub(crate) past: Past,
    /// Newest message delivered in this process.
    pub(crate) newest: Option<MessageId>,
    /// Group of which the conversation is a topic.
    pub(crate) parent: Option<ConversationId>,
    pub(crate) progress: Progress,
    /// Message up to which the conversation has to be fetched.
    pub(crate) target: Target,
    pub(crate) fetch: Fetch,
    pub(crate) gap: GapReport,
    pub(crate) buffered: Buffered<P>,
    /// Whether the program subscribes to the conversation's own channel, where changes are pushed.
    pub(crate) is_watched: bool,
    pub(crate) notices: Notices<P>,
    /// Whether the embedder knows that the user has the conversation.
    pub(crate) found: Found,
    /// Time at which the newest known message was sent.
    pub(crate) last_sent: Option<Timestamp>,
    /// Whether the conversation did not exist for this user when last requested.
    pub(crate) is_left: bool,
    /// Whether messages were reported as lost. Messages that a comparison then finds would be out
    /// of order.
    pub(crate) has_lost: bool,
    pub(crate) comparison: Comparison,
}

/// State of reporting a conversation by [`Feed::poll_found`](crate::Feed::poll_found).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    No,
    Yes,
    /// The gateway refused its channel in this epoch.
    RefusedIn(u64),
}

/// End of what has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// No fetch is needed, as far as the feed knows.
    None,
    /// Up to this message.
    At(MessageId),
    /// Up to the end of the history.
    End,
}

/// Progress of fetching a conversation.
#[derive(Debug)]
pub(crate) enum Fetch {
    /// No fetch in progress.
    Idle,
    /// From the cursor towards the target. `empty_pages` counts how often the history ended before
    /// it.
    Forward { empty_pages: u32 },
    /// From the newest message backward. All rows are delivered together at the end.
    Backward { until: Until, rows: Vec<MessageRow> },
}

/// End of fetching backward.
#[derive(Clone, Debug)]
pub(crate) enum Until {
    /// Stops at a delivered message.
    Message(MessageId),
    /// Stops at a delivered message, behind one that cannot be read. A target that is not reached
    /// is lost with it.
    Around(MessageId),
    /// Stops at messages sent before this time.
    Time(Timestamp),
    /// Stops after this many messages, but not before the baseline. Delivers the history that the
    /// program configured for the first start.
    Count(usize),
    /// Stops at messages sent before this time, to find the end of the past of a conversation that
    /// had messages at about the moment of the baseline.
    Baseline(Timestamp),
}

/// Pushes that wait for missed messages before them.
#[derive(Debug)]
pub(crate) struct Buffered<P> {
    pub(crate) messages: Vec<(NewMessage, P)>,
    pub(crate) changes: Vec<(PushedChange, P)>,
    /// First pushed message, whether the buffer had room for it or not.
    pub(crate) first: Option<MessageId>,
    /// Epoch in which the first push came.
    pub(crate) begun_in: u64,
    /// Newest message that was dropped for lack of room and has to be fetched.
    pub(crate) dropped: Option<MessageId>,
    /// Whether changes were dropped for lack of room.
    pub(crate) dropped_changes: bool,
}

impl<P> Conversation<P> {
    pub(crate) fn new(id: ConversationId, limit: usize) -> Self {
        Self {
            id,
            cursor: None,
            past: Past::default(),
            newest: None,
            parent: None,
            seen: Seen::new(limit),
            progress: Progress::default(),
            target: Target::None,
            fetch: Fetch::Idle,
            gap: GapReport::default(),
            buffered: Buffered::default(),
            is_watched: false,
            notices: Notices::default(),
            found: Found::No,
            last_sent: None,
            is_left: false,
            has_lost: false,
            comparison: Comparison::default(),
        }
    }

    pub(crate) fn from_saved(id: ConversationId, saved: SavedConversation, limit: usize) -> Self {
        let mut conversation = Self::new(id, limit);
        // An earlier version saved ids that are no positions. Without a cursor, messages come twice
        // rather than never.
        let is_usable = |message: &MessageId| message.is_position(None);
        conversation.cursor = saved.cursor.filter(is_usable);
        conversation.past = Past::loaded(conversation.cursor.clone());
        conversation.is_left = saved.is_left;
        let seen = saved.seen.into_iter();
        conversation.seen = Seen::new(limit);
        conversation
            .seen
            .restore(seen.filter(|(message, _)| is_usable(message)));
        conversation
    }

    /// Returns whether a message is beyond the cursor.
    pub(crate) fn is_ahead(&self, message: &MessageId) -> bool {
        self.cursor.as_ref().is_none_or(|cursor| message > cursor)
    }

    /// Returns whether a message was sent since `oldest`, as far as is known.
    pub(crate) fn is_active_since(&self, oldest: Timestamp) -> bool {
        self.last_sent.is_none_or(|sent| sent >= oldest)
    }

    /// Notes the time at which a message was sent.
    pub(crate) fn note_sent(&mut self, sent: Option<Timestamp>) {
        self.last_sent = self.last_sent.max(sent);
    }

    /// Returns whether an id cannot be compared with those of the conversation: it has no time, and
    /// they have.
    pub(crate) fn is_incomparable(&self, message: &MessageId) -> bool {
        let known = [self.newest.as_ref(), self.cursor.as_ref(), self.past.end()];
        !message.has_time() && known.into_iter().flatten().any(MessageId::has_time)
    }

    /// Returns whether a message belongs to the past and a newer one was delivered.
    pub(crate) fn is_behind(&self, message: &MessageId) -> bool {
        let newest = self.newest.as_ref();
        self.past.has(message) && newest.is_some_and(|newest| message < newest)
    }

    /// Begins the conversation after `message`, the last one of its past.
    pub(crate) fn begin_after(&mut self, message: MessageId) -> Change {
        self.cursor = Some(message.clone());
        self.past.end_at(message.clone());
        Change::Cursor {
            conversation: self.id.clone(),
            message,
        }
    }

    /// Moves the target further, never back.
    pub(crate) fn extend_target(&mut self, at: &MessageId) {
        match &self.target {
            Target::End => {}
            Target::At(before) if before >= at => {}
            _ => self.target = Target::At(at.clone()),
        }
    }

    /// Returns whether everything up to the target was delivered.
    pub(crate) fn has_reached_target(&self) -> bool {
        match &self.target {
            Target::None => true,
            Target::At(message) => !self.is_ahead(message),
            Target::End => false,
        }
    }
}

impl<P> Default for Buffered<P> {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            changes: Vec::new(),
            first: None,
            begun_in: 0,
            dropped: None,
            dropped_changes: false,
        }
    }
}

impl<P> Buffered<P> {
    /// Returns whether nothing was pushed, neither kept nor dropped.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0 && self.first.is_none() && !self.dropped_changes
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len() + self.changes.len()
    }

    /// Returns whether a message waits.
    pub(crate) fn has(&self, message: &MessageId) -> bool {
        self.messages.iter().any(|(other, _)| other.id == *message)
    }
}
