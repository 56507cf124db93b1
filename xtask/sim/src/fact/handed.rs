//! What gap-free delivery hands out, as far as it is judged.

use groupme_delivery::{Delivered, Item, LossKind};
use groupme_model::{ConversationId, Event, Message, MessageId, Notice, Reaction, Timestamp};

/// What gap-free delivery hands out, as far as it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handed {
    /// A message.
    Message(NewMessage),
    /// A message is not what it was.
    Changed(u64, Change),
    /// Messages are missing.
    Lost(Loss),
    /// Changes of messages are missing.
    LostChanges(Loss),
    /// All is there.
    CaughtUp,
    /// REST is polled, since nothing is pushed; or no longer.
    Polling(bool),
    /// Something else.
    Other,
}

/// A message that is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewMessage {
    /// Its number.
    pub id: u64,
    /// Its conversation, if it was fetched.
    pub conversation: Option<String>,
    /// How it looks.
    pub look: Look,
    /// Whether it is said to be the program's own.
    pub is_own: bool,
    /// The change of another message that it tells of, if it is a notice.
    pub tells: Option<(u64, Change)>,
}

/// How a message looks to whoever was told everything about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Look {
    /// When it was last edited, in seconds; 0 if never.
    pub edited: i64,
    /// Whether it is deleted.
    pub deleted: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// How many reactions it has.
    pub reactions: usize,
}

/// What of a message is another way now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// It was edited then, in seconds.
    pub edited: Option<i64>,
    /// It was deleted.
    pub deleted: bool,
    /// It was pinned, or unpinned.
    pub pinned: Option<bool>,
    /// It has so many reactions.
    pub reactions: Option<usize>,
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// Of which conversation; of all where none is named.
    pub conversation: Option<String>,
    /// After this message.
    pub after: Option<u64>,
    /// Up to this one.
    pub upto: Option<u64>,
}

impl Look {
    /// Takes note of a change.
    pub fn learn(&mut self, change: Change) {
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

impl Handed {
    pub(crate) fn of(delivered: &Delivered<Event>) -> Self {
        match &delivered.item {
            Item::Push(event) => Self::event(event, None, delivered.is_own),
            Item::Synthesized(made) => {
                Self::event(&made.event, Some(&made.conversation), delivered.is_own)
            }
            Item::Lost(lost) => {
                let missing = Loss {
                    conversation: lost.conversation.as_ref().map(ConversationId::to_string),
                    after: lost.after.as_ref().and_then(number),
                    upto: lost.upto.as_ref().and_then(number),
                };
                match lost.what {
                    LossKind::Changes => Self::LostChanges(missing),
                    _ => Self::Lost(missing),
                }
            }
            Item::CaughtUp => Self::CaughtUp,
            Item::Polling(is_polling) => Self::Polling(*is_polling),
            _ => Self::Other,
        }
    }

    /// An event, which was fetched from a conversation or pushed.
    fn event(event: &Event, fetched: Option<&ConversationId>, is_own: bool) -> Self {
        let Some((message, id)) = event
            .message()
            .and_then(|message| Some((message, number(&message.id)?)))
        else {
            return Self::Other;
        };
        let look = Look::of(message);
        match event.kind() {
            "line.create" | "direct_message.create" => Self::Message(NewMessage {
                id,
                conversation: fetched.map(ConversationId::to_string),
                look,
                is_own,
                tells: told_by(message),
            }),
            "message.deleted" => {
                let change = Change {
                    deleted: true,
                    ..Change::default()
                };
                Self::Changed(id, change)
            }
            "message.update" => Self::Changed(
                id,
                Change {
                    edited: Some(look.edited).filter(|edited| *edited > 0),
                    deleted: false,
                    // A push of an edit does not say whether it is pinned.
                    pinned: fetched.map(|_| look.pinned),
                    reactions: None,
                },
            ),
            "favorite" | "like.create" | "like.delete" => {
                let listed = event.reaction_change();
                let listed = listed.and_then(|change| change.reactions.as_deref());
                let change = Change {
                    reactions: listed.map(count),
                    ..Change::default()
                };
                Self::Changed(id, change)
            }
            _ => Self::Other,
        }
    }
}

fn count(reactions: &[Reaction]) -> usize {
    let users = reactions.iter().map(|reaction| match reaction {
        Reaction::Unicode(reaction) => reaction.user_ids.iter().flatten().count(),
        _ => 0,
    });
    users.sum()
}

/// The change that a notice tells of.
fn told_by(notice: &Message) -> Option<(u64, Change)> {
    let affected = number(&notice.affects()?)?;
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
