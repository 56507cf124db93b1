//! What a feed hands out.

use groupme_model::{ConversationId, Event, MessageId};

use crate::store::Change;

/// The next thing for the program, in order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivered<P> {
    /// By which it is acknowledged.
    pub receipt: DeliveryTag,
    /// The thing.
    pub item: Item<P>,
    /// Whether it is the echo of a message that the program sent; see
    /// [`Feed::expect`](crate::Feed::expect).
    pub is_own: bool,
    pub(crate) record: Record,
}

/// Names one delivery; they count up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryTag(pub(crate) u64);

/// What is handed out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Item<P> {
    /// What was pushed.
    Push(P),
    /// What was missed and is made up for, as if it had been pushed.
    Synthesized(Synthesized),
    /// Messages of a conversation were missed; they follow, up to [`Backfilled`](Self::Backfilled)
    /// or [`Lost`](Self::Lost).
    Gap(Gap),
    /// A gap is closed.
    Backfilled {
        /// The conversation.
        conversation: ConversationId,
        /// How many messages it had.
        messages: u64,
    },
    /// Something was missed for good, or at least nobody can tell.
    Lost(Lost),
    /// All conversations are whole: from here on everything is delivered as it is pushed.
    CaughtUp,
    /// REST is polled from here on, since nothing is pushed; or no longer.
    Polling(bool),
    /// Nothing for the program: acknowledge it at once.
    Checkpoint,
}

/// An event made of what REST told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Synthesized {
    /// The event, as it would have been pushed.
    pub event: Event,
    /// The conversation that it is about.
    pub conversation: ConversationId,
    /// How it came to be known.
    pub origin: Origin,
}

/// How an event came to be known, if it was not pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It is a message that was fetched.
    Backfill,
    /// It is a change of a message, seen by comparing what is there with what was delivered.
    Reconciled,
}

/// Messages of a conversation that were missed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last message before the gap, if there is one.
    pub after: Option<MessageId>,
    /// The last message in it, if that is known.
    pub upto: Option<MessageId>,
    /// Why there is one.
    pub cause: GapCause,
}

/// Why messages were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapCause {
    /// The program did not run.
    Absence,
    /// Nothing could be pushed.
    Connection,
    /// The program was too slow to take what was pushed.
    Overflow,
    /// The user was no member of the group.
    Membership,
}

/// What was missed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// The conversation; `None` for all that could not be listed.
    pub conversation: Option<ConversationId>,
    /// What it is.
    pub what: LossKind,
    /// The last message before it, if there is one.
    pub after: Option<MessageId>,
    /// The message up to which something is missing, if that is known. It may be there itself.
    pub upto: Option<MessageId>,
    /// Why it cannot be had.
    pub why: LossReason,
}

/// What sort of thing was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossKind {
    /// Messages.
    Messages,
    /// Edits, deletions and reactions of messages.
    Changes,
}

/// Why something that was missed cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossReason {
    /// REST did not answer for longer than [`Config::patience`](crate::Config::patience).
    Unavailable,
    /// GroupMe refused to tell.
    Refused,
    /// The conversation is not there any more, or not for this user; nor, if it is a group, are its
    /// topics.
    Left,
    /// The history has less than there should be, or more than was asked for.
    Truncated,
    /// It is there, and larger or nested deeper than can be read.
    Unreadable,
}

/// What a delivery means for the store, once it is acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// To be saved at once.
    pub(crate) changes: Vec<Change>,
    /// How far a conversation is delivered, once all before is acknowledged, too.
    pub(crate) mark: Option<Mark>,
    /// The account is whole up to here, once all before is acknowledged, too.
    pub(crate) whole: Option<groupme_model::Timestamp>,
}

/// How far a conversation is delivered with a delivery.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) conversation: ConversationId,
    /// The message that is delivered, if it is one.
    pub(crate) message: Option<MessageId>,
    /// Whether the message lies before what counted as delivered already, or is the first of its
    /// conversation.
    pub(crate) steps_back: bool,
    /// Everything up to here has been delivered then.
    pub(crate) cursor: MessageId,
}

impl Record {
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.mark.is_none() && self.whole.is_none()
    }
}

impl DeliveryTag {
    /// The number behind the name.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl Synthesized {
    /// What to tell where the event cannot be handed on.
    pub fn lost(&self) -> Lost {
        let is_new = matches!(
            self.event,
            Event::LineCreate(_) | Event::DirectMessageCreate(_)
        );
        Lost {
            conversation: Some(self.conversation.clone()),
            what: if is_new {
                LossKind::Messages
            } else {
                LossKind::Changes
            },
            after: None,
            upto: self.event.message().map(|message| message.id.clone()),
            why: LossReason::Unreadable,
        }
    }
}

impl Origin {
    /// One word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backfill => "backfill",
            Self::Reconciled => "reconciled",
        }
    }
}
