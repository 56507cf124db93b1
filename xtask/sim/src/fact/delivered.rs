//! Items of gap-free delivery, reduced to the parts that invariants check.

use groupme_account::{Incoming, Status};
use groupme_delivery::{LossKind, LossReason, Origin};
use groupme_model::{
    ConversationId, Event, Message, MessageId, Notice, Reaction, Timestamp, UserPair,
};

/// An item that gap-free delivery handed to the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    Message(NewMessage),
    /// A message changed.
    Changed(u64, Change),
    /// Messages are missing.
    Lost(Loss),
    /// Changes of messages are missing.
    LostChanges(Loss),
    CaughtUp,
    /// REST is polled because nothing is pushed; or no longer.
    Polling(bool),
    Other,
}

/// A new message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewMessage {
    pub(crate) id: u64,
    /// The conversation, if the message was fetched from REST.
    pub(crate) conversation: Option<String>,
    pub(crate) state: MessageState,
    /// Whether it is marked as sent by this program.
    pub(crate) is_own: bool,
    /// The change of another message, if this is a notice of one.
    pub(crate) announces: Option<(u64, Change)>,
}

/// The state of a message, as known to a program that received every change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MessageState {
    /// Time of the last edit, in seconds since 1970; 0 if there was none.
    pub(crate) edited: i64,
    pub(crate) deleted: bool,
    pub(crate) pinned: bool,
    /// Number of reactions.
    pub(crate) reactions: usize,
}

/// A change of a message. `None` leaves an aspect unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) edited: Option<i64>,
    pub(crate) deleted: bool,
    pub(crate) pinned: Option<bool>,
    pub(crate) reactions: Option<usize>,
}

/// The bounds of a reported loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    /// The conversation; `None` for all.
    pub(crate) conversation: Option<String>,
    /// The last message before the loss.
    pub(crate) after: Option<u64>,
    /// The last message of the loss.
    pub(crate) up_to: Option<u64>,
    pub(crate) reason: LossReason,
}

impl MessageState {
    pub(crate) fn apply(&mut self, change: Change) {
        self.edited = self.edited.max(change.edited.unwrap_or(0));
        self.deleted |= change.deleted;
        self.pinned = change.pinned.unwrap_or(self.pinned);
        self.reactions = change.reactions.unwrap_or(self.reactions);
    }

    fn of(message: &Message) -> Self {
        let edited = message.updated_at.filter(|_| message.is_edited());
        Self {
            edited: edited.map_or(0, Timestamp::as_secs),
            deleted: message.is_deleted(),
            pinned: message.pinned_at.is_some(),
            reactions: message.reactions.as_deref().map_or(0, count),
        }
    }
}

impl Delivered {
    pub(crate) fn of(incoming: &Incoming) -> Self {
        match incoming {
            Incoming::Event(delivery) => {
                let is_fetched = delivery.origin() != Origin::Push;
                Self::event(
                    &delivery.clone().into_owned(),
                    is_fetched,
                    delivery.is_own(),
                )
            }
            Incoming::Status(Status::Unrecoverable(lost)) => {
                let bounds = Loss {
                    conversation: lost.conversation.as_ref().map(ConversationId::to_string),
                    after: lost.after.as_ref().and_then(number),
                    up_to: lost.up_to.as_ref().and_then(number),
                    reason: lost.reason,
                };
                match lost.kind {
                    LossKind::Changes => Self::LostChanges(bounds),
                    _ => Self::Lost(bounds),
                }
            }
            Incoming::Status(Status::CaughtUp) => Self::CaughtUp,
            Incoming::Status(Status::Polling(is_polling)) => Self::Polling(*is_polling),
            _ => Self::Other,
        }
    }

    /// Reads an event, which was pushed or fetched.
    fn event(event: &Event, is_fetched: bool, is_own: bool) -> Self {
        let Some((message, id)) = event
            .message()
            .and_then(|message| Some((message, number(&message.id)?)))
        else {
            return Self::Other;
        };
        let state = MessageState::of(message);
        let mut change = Change::default();
        match event.kind() {
            "line.create" | "direct_message.create" => {
                return Self::Message(NewMessage {
                    id,
                    conversation: is_fetched.then(|| conversation_of(message)).flatten(),
                    state,
                    is_own,
                    announces: announced_by(message),
                });
            }
            "message.deleted" => change.deleted = true,
            "message.update" => {
                change.edited = Some(state.edited).filter(|edited| *edited > 0);
                // The push of an edit does not say whether the message is pinned.
                change.pinned = is_fetched.then_some(state.pinned);
            }
            "favorite" | "like.create" | "like.delete" => {
                let listed = event.reaction_change();
                let listed = listed.and_then(|change| change.reactions.as_deref());
                change.reactions = listed.map(count);
            }
            _ => return Self::Other,
        }
        Self::Changed(id, change)
    }
}

fn conversation_of(message: &Message) -> Option<String> {
    let direct = message
        .direct_conversation()
        .filter(|_| message.is_direct());
    let Some(direct) = direct else {
        return Some(message.group_id.as_ref()?.to_string());
    };
    let pair = direct.as_str().parse::<UserPair>();
    Some(pair.map_or_else(
        |_| direct.to_string(),
        |pair| pair.conversation_id().to_string(),
    ))
}

fn count(reactions: &[Reaction]) -> usize {
    let users = reactions.iter().map(|reaction| match reaction {
        Reaction::Unicode(reaction) => reaction.user_ids.iter().flatten().count(),
        _ => 0,
    });
    users.sum()
}

/// Returns the change that a notice announces, and the message that changed.
fn announced_by(notice: &Message) -> Option<(u64, Change)> {
    let affected = number(&notice.affected_message_id()?)?;
    let mut change = Change::default();
    match notice.event.as_ref()?.notice()? {
        Notice::MessageUpdate(edit) => change.edited = edit.updated_at.map(Timestamp::as_secs),
        Notice::MessageDeleted(_) => change.deleted = true,
        Notice::MessagePinned(_) => change.pinned = Some(true),
        Notice::MessageUnpinned(_) => change.pinned = Some(false),
        _ => return None,
    }
    Some((affected, change))
}

fn number(id: &MessageId) -> Option<u64> {
    id.as_str().parse().ok()
}
