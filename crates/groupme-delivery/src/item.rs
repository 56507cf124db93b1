//! Deliveries of a feed.

use core::fmt;

use groupme_model::{ConversationId, MessageId};

use crate::{Synthesized, store::Change};

/// Next delivery for the program, in order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivered<P> {
    /// Tag by which the delivery is acknowledged.
    pub tag: DeliveryTag,
    /// Content.
    pub item: Item<P>,
    /// Whether it is the echo of a message that the program sent; see
    /// [`Feed::expect`](crate::Feed::expect).
    pub is_own: bool,
    pub(crate) record: Record,
    /// Delivery whose acknowledgement acknowledges this one.
    pub(crate) after: Option<DeliveryTag>,
}

/// Tag of one delivery. Tags count up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryTag(pub(crate) u64);

/// Content of a delivery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Item<P> {
    /// A push.
    Push(P),
    /// An event made of a fetched message or a found change, in the form of a push.
    Synthesized(Synthesized),
    /// Missed messages of a conversation follow, up to [`Backfilled`](Self::Backfilled) or
    /// [`Lost`](Self::Lost).
    Gap(Gap),
    /// The missed messages of a conversation have been delivered.
    Backfilled {
        /// Conversation.
        conversation: ConversationId,
        /// Number of messages delivered since the gap was reported.
        messages: u64,
    },
    /// Messages or changes are missing and cannot be fetched.
    Lost(Lost),
    /// All conversations are synced: from here on everything is delivered as it is pushed.
    CaughtUp,
    /// Polling of REST began (`true`), because pushes cannot flow, or ended (`false`).
    Polling(bool),
    /// Nothing for the program; to be acknowledged at once.
    Checkpoint,
}

/// Source of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Pushed by the gateway.
    Push,
    /// Backfilled: a missed message that was fetched.
    Backfill,
    /// Reconciled: a change of a message, found by comparing REST's state with the delivered one.
    Reconciled,
}

/// Missed messages of a conversation that are about to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Conversation.
    pub conversation: ConversationId,
    /// Last message before the gap, if known.
    pub after: Option<MessageId>,
    /// Last message in the gap, if known.
    pub up_to: Option<MessageId>,
    /// Cause of the gap.
    pub cause: GapCause,
}

/// Cause of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapCause {
    /// The program was not running.
    Absence,
    /// Pushes could not flow.
    Connection,
    /// The program was too slow to take the pushes.
    Overflow,
    /// The user was not a member of the group.
    Membership,
    /// The saved position of the conversation is damaged: it lies in the future.
    Position,
}

/// Messages or changes that are missing and cannot be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// Conversation; `None` for all conversations that could not be listed.
    pub conversation: Option<ConversationId>,
    /// Kind of what is missing.
    pub kind: LossKind,
    /// Last message before the loss, if known.
    pub after: Option<MessageId>,
    /// Last message of the loss, if known. That message itself may have been delivered.
    pub up_to: Option<MessageId>,
    /// Reason.
    pub reason: LossReason,
}

/// Kind of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossKind {
    /// Messages.
    Messages,
    /// Edits, deletions and reactions.
    Changes,
}

/// Reason of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossReason {
    /// REST did not answer within [`Config::give_up_after`](crate::Config::give_up_after).
    Unavailable,
    /// GroupMe refused the request.
    Refused,
    /// The conversation, or the topics of the group, do not exist for this user any more.
    Left,
    /// The history has fewer messages than it should, or more than were requested; or a list of
    /// conversations continues after 20,000.
    Truncated,
    /// REST has the message and the client cannot read it: the message has no id, or is larger than
    /// an answer may be.
    Unreadable,
    /// A defect of this program: the task that sent the request panicked.
    Internal,
    /// The client ended before missed messages were fetched, and there is no store from which a
    /// later start could continue.
    Ended,
    /// The gateway pushed a message after more than a thousand newer ones of its conversation. Nothing
    /// tells whether the message, [`Lost::up_to`], was delivered before.
    Late,
}

/// Effect of a delivery on the store once it is acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Whether nobody reads the record, so that nothing need be added.
    pub(crate) is_unwanted: bool,
    /// Whether the acknowledgement counts although there is nothing to save.
    pub(crate) is_tracked: bool,
    /// Changes to save at once.
    pub(crate) changes: Vec<Change>,
    /// Position of the conversation, once everything before it is acknowledged too.
    pub(crate) mark: Option<Mark>,
    /// Time up to which the account is synced, once everything before it is acknowledged too.
    pub(crate) synced_until: Option<groupme_model::Timestamp>,
}

/// Position of a conversation after a delivery.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) conversation: ConversationId,
    /// Delivered message, if the delivery is one.
    pub(crate) message: Option<MessageId>,
    /// Whether the message lies before the cursor, or is the first of its conversation.
    pub(crate) steps_back: bool,
    /// Cursor after the delivery.
    pub(crate) cursor: MessageId,
}

impl Record {
    /// Adds a change to save at once.
    pub(crate) fn add(&mut self, change: impl FnOnce() -> Change) {
        if !self.is_unwanted {
            self.changes.push(change());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.is_tracked
            && self.changes.is_empty()
            && self.mark.is_none()
            && self.synced_until.is_none()
    }
}

impl DeliveryTag {
    /// Returns the number of the tag.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl Origin {
    /// Returns the name in lower case, such as `backfill`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Backfill => "backfill",
            Self::Reconciled => "reconciled",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "messages of {} were missed", self.conversation)?;
        write_bounds(f, self.after.as_ref(), self.up_to.as_ref())?;
        write!(f, ": {}", self.cause)
    }
}

impl GapCause {
    /// Returns the cause as one word in lower case, for programs; `Display` is for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absence => "absence",
            Self::Connection => "connection",
            Self::Overflow => "overflow",
            Self::Membership => "membership",
            Self::Position => "position",
        }
    }
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absence => "the program was not running",
            Self::Connection => "the connection was lost",
            Self::Overflow => "the program was too slow",
            Self::Membership => "the user was not a member",
            Self::Position => "the saved position is damaged",
        })
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.conversation {
            Some(conversation) => write!(f, "{} of {conversation} are lost", self.kind)?,
            None => write!(f, "{} of some conversations are lost", self.kind)?,
        }
        write_bounds(f, self.after.as_ref(), self.up_to.as_ref())?;
        write!(f, ": {}", self.reason)
    }
}

impl LossKind {
    /// Returns `messages` or `changes`, for programs; `Display` is for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Changes => "changes",
        }
    }
}

impl fmt::Display for LossKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Messages => "messages",
            Self::Changes => "edits, deletions and reactions",
        })
    }
}

impl LossReason {
    /// Returns the reason as one word in lower case, for programs; `Display` is for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Left => "left",
            Self::Truncated => "truncated",
            Self::Unreadable => "unreadable",
            Self::Internal => "internal",
            Self::Ended => "ended",
            Self::Late => "late",
        }
    }
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the REST API does not answer",
            Self::Refused => "GroupMe refuses the request",
            Self::Left => "the conversation is gone, or was left",
            Self::Truncated => "the history is incomplete",
            Self::Unreadable => "the message cannot be read",
            Self::Internal => "a request panicked, which is a defect of this program",
            Self::Ended => "the client ended before they were fetched",
            Self::Late => "the gateway pushed the last one too late to tell whether it came before",
        })
    }
}

/// Writes the bounds of a gap or loss, as far as they are known.
fn write_bounds(
    f: &mut fmt::Formatter<'_>,
    after: Option<&MessageId>,
    up_to: Option<&MessageId>,
) -> fmt::Result {
    if let Some(after) = after {
        write!(f, ", after {after}")?;
    }
    if let Some(up_to) = up_to {
        write!(f, ", up to {up_to}")?;
    }
    Ok(())
}
