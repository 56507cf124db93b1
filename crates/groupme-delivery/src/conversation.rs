//! State of one conversation in a feed.

use std::collections::VecDeque;

use groupme_model::{ConversationId, MessageId, MessageRow, Timestamp};

use crate::{
    DeliveryTag, GapCause,
    message_state::Aspect,
    observation::{Change as PushedChange, NewMessage},
    position::{has_time, is_position},
    seen::Seen,
    store::{Change, SavedConversation},
};

/// State of one conversation in a feed.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is independent of the others"
)]
pub(crate) struct Conversation<P> {
    /// Newest message of the part that was delivered without a gap.
    pub(crate) cursor: Option<MessageId>,
    pub(crate) seen: Seen,
    /// Last message of the conversation's past, as far as this process knows; messages up to it are
    /// not delivered. Set when the conversation was first listed, or to the first message of the
    /// delivered history.
    pub(crate) baseline: Option<MessageId>,
    /// First message of which the first session had a push: all before it are past, except for those
    /// whose pushes are late.
    pub(crate) first_push: Option<MessageId>,
    /// Cursor of an earlier process. The past before it is known by time only.
    pub(crate) loaded: Option<MessageId>,
    /// Newest message sent at about the moment of the account's baseline. It counts as past only
    /// while the first session is unbroken: its push may have been lost.
    pub(crate) unconfirmed: Option<MessageId>,
    /// Whether the cursor is that of the snapshot before the first session.
    pub(crate) began_with_snapshot: bool,
    /// Whether the first buffered push came in the first session while that was unbroken. All
    /// messages before it are past then.
    pub(crate) begins_with_push: bool,
    /// Newest message delivered in this process.
    pub(crate) newest: Option<MessageId>,
    /// Group of which the conversation is a topic.
    pub(crate) parent: Option<ConversationId>,
    /// Epoch in which nothing is missing before the next push; 0 for none.
    pub(crate) synced_in: u64,
    /// Epoch in which a list last had the conversation; 0 for none.
    pub(crate) listed_in: u64,
    /// Message up to which the conversation has to be fetched.
    pub(crate) target: Target,
    pub(crate) fetch: Fetch,
    /// Number of messages backfilled since the gap was reported; `None` outside a gap.
    pub(crate) gap: Option<u64>,
    /// Overrides the feed's gap cause for this conversation.
    pub(crate) gap_cause: Option<GapCause>,
    pub(crate) buffered: Buffered<P>,
    /// Whether the program subscribes to the conversation's own channel, where changes are pushed.
    pub(crate) is_watched: bool,
    /// Notice of a change whose own event is about to be pushed, too. No later message is handed
    /// out before the notice.
    pub(crate) held: Option<(NewMessage, P)>,
    /// Changes handed out last, each with its delivery.
    pub(crate) told: VecDeque<(MessageId, Aspect, DeliveryTag)>,
    /// Whether the embedder knows that the user has the conversation.
    pub(crate) found: Found,
    /// Time at which the newest known message was sent.
    pub(crate) last_sent: Option<Timestamp>,
    /// Whether the conversation did not exist for this user when last requested.
    pub(crate) is_left: bool,
    /// Whether messages were reported as lost. Messages that a comparison then finds would be out
    /// of order.
    pub(crate) has_lost: bool,
    /// Whether messages, and so perhaps changes, were missed since the last comparison.
    pub(crate) is_stale: bool,
    /// Changes pushed since the running comparison was requested, which are newer than its
    /// response; `None` while none is running.
    pub(crate) touched: Option<Vec<(MessageId, Aspect)>>,
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
    /// Nothing to fetch, as far as is known.
    None,
    /// Up to this message.
    At(MessageId),
    /// Up to the end of the history.
    End,
}

/// Progress of fetching a conversation.
#[derive(Debug)]
pub(crate) enum Fetch {
    /// Nothing in progress.
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
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            cursor: None,
            baseline: None,
            first_push: None,
            loaded: None,
            unconfirmed: None,
            began_with_snapshot: false,
            begins_with_push: false,
            newest: None,
            parent: None,
            seen: Seen::new(limit),
            synced_in: 0,
            listed_in: 0,
            target: Target::None,
            fetch: Fetch::Idle,
            gap: None,
            gap_cause: None,
            buffered: Buffered::default(),
            is_watched: false,
            held: None,
            told: VecDeque::new(),
            found: Found::No,
            last_sent: None,
            is_left: false,
            has_lost: false,
            is_stale: false,
            touched: None,
        }
    }

    pub(crate) fn from_saved(saved: SavedConversation, limit: usize) -> Self {
        let mut conversation = Self::new(limit);
        // An earlier version saved ids that are no positions. Without a cursor, messages come twice
        // rather than never.
        let is_usable = |message: &MessageId| is_position(message.as_str(), None);
        conversation.cursor = saved.cursor.filter(is_usable);
        conversation.loaded.clone_from(&conversation.cursor);
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

    /// Returns whether a message belongs to the conversation's past.
    pub(crate) fn is_past(&self, message: &MessageId) -> bool {
        self.baseline
            .as_ref()
            .is_some_and(|baseline| message <= baseline)
    }

    /// Returns whether a message is before the first that the first session pushed.
    pub(crate) fn is_before_pushes(&self, message: &MessageId) -> bool {
        self.first_push
            .as_ref()
            .is_some_and(|first| message < first)
    }

    /// Returns whether an id cannot be compared with those of the conversation: it has no time, and
    /// they have.
    pub(crate) fn is_incomparable(&self, message: &MessageId) -> bool {
        let known = [&self.newest, &self.cursor, &self.baseline];
        !has_time(message.as_str()) && known.into_iter().flatten().any(|id| has_time(id.as_str()))
    }

    /// Returns whether a message belongs to the past and a newer one was delivered.
    pub(crate) fn is_behind(&self, message: &MessageId) -> bool {
        let newest = self.newest.as_ref();
        self.is_past(message) && newest.is_some_and(|newest| message < newest)
    }

    /// Begins the conversation after `message`, the last one of its past.
    pub(crate) fn begin_at(&mut self, id: &ConversationId, message: MessageId) -> Change {
        self.cursor = Some(message.clone());
        self.baseline = Some(message.clone());
        Change::Cursor {
            conversation: id.clone(),
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

    /// Notes that a push changed an aspect of a message, so that the response of a running
    /// comparison is older.
    pub(crate) fn mark_touched(&mut self, message: &MessageId, aspect: Aspect) {
        if let Some(touched) = &mut self.touched
            && !touched
                .iter()
                .any(|(other, of)| other == message && *of == aspect)
        {
            touched.push((message.clone(), aspect));
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
}
