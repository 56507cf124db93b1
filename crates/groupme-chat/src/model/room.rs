//! A conversation as its reader sees it.

use std::{collections::BTreeMap, sync::Arc};

use groupme_client::{
    ConversationId, GroupId, MessageId, SourceGuid, Timestamp, UserId, model::Message,
};

use super::{composition::Composition, holes::Holes, shown::Position, shown::Spot};

/// Conversation: a group, a topic, or direct messages.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) id: ConversationId,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// Newest message that is known, with its time.
    pub(crate) newest: Option<(MessageId, Timestamp)>,
    pub(crate) unread: Unread,
    /// Last message that the user has read; `None` if GroupMe does not say.
    pub(crate) read: Option<MessageId>,
    /// Last message that was unread when the conversation was opened: the line "new" is after it.
    pub(crate) read_before: Option<MessageId>,
    pub(crate) is_muted: bool,
    /// Last message that the other user of a direct conversation has read.
    pub(crate) read_by_other: Option<MessageId>,
    /// Users who type, with the time until which that is shown.
    pub(crate) typing: BTreeMap<UserId, Timestamp>,
    pub(crate) holes: Holes,
    /// Messages that are loaded, oldest first, once the conversation was opened.
    pub(crate) messages: Vec<Arc<Message>>,
    /// Messages on their way, in their order.
    pub(crate) pending: Vec<Pending>,
    pub(crate) composition: Composition,
    pub(crate) position: Position,
    pub(crate) selected: Option<Spot>,
    /// Time of the last typing notice of the user.
    pub(crate) typed_at: Option<Timestamp>,
    /// Time of the last reading mark.
    pub(crate) marked_at: Option<Timestamp>,
    /// Whether GroupMe has yet to be told what was read.
    pub(crate) is_mark_due: bool,
    pub(crate) has_members: bool,
}

/// Kind of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Group(GroupId),
    Topic { id: GroupId, group: GroupId },
    Direct(UserId),
}

impl Kind {
    /// Returns the group whose members take part.
    pub(crate) fn group(&self) -> Option<&GroupId> {
        match self {
            Self::Group(group) | Self::Topic { group, .. } => Some(group),
            Self::Direct(_) => None,
        }
    }

    /// Returns the sign in front of the name.
    pub(crate) fn sign(&self) -> &'static str {
        match self {
            Self::Group(_) => "#",
            Self::Topic { .. } => "└",
            Self::Direct(_) => "@",
        }
    }
}

/// Number of unread messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) count: u32,
    /// Whether there are more than those counted.
    pub(crate) is_more: bool,
    /// Whether one of them is for the user: direct, a mention or a reply.
    pub(crate) is_personal: bool,
}

/// Message that GroupMe does not have yet.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) number: u64,
    pub(crate) guid: Option<SourceGuid>,
    pub(crate) draft: groupme_client::Draft,
    pub(crate) text: String,
    /// What was written, to be changed if the message is given up.
    pub(crate) written: Box<Composition>,
    /// Names of what is attached.
    pub(crate) attached: Vec<String>,
    pub(crate) since: Timestamp,
    /// Reason why the message was given up.
    pub(crate) failure: Option<String>,
}

impl Room {
    pub(crate) fn new(id: ConversationId, kind: Kind, name: String) -> Self {
        Self {
            id,
            kind,
            name,
            newest: None,
            unread: Unread::default(),
            read: None,
            read_before: None,
            is_muted: false,
            read_by_other: None,
            typing: BTreeMap::new(),
            holes: Holes::default(),
            messages: Vec::new(),
            pending: Vec::new(),
            composition: Composition::default(),
            position: None,
            selected: None,
            typed_at: None,
            marked_at: None,
            is_mark_due: false,
            has_members: false,
        }
    }

    /// Notes a message as the newest, if it is.
    pub(crate) fn note(&mut self, message: &MessageId, time: Option<Timestamp>) {
        let time = time.unwrap_or_default();
        if self
            .newest
            .as_ref()
            .is_none_or(|(newest, _)| newest < message)
        {
            self.newest = Some((message.clone(), time));
        }
    }

    /// Returns the time of the newest message, by which conversations are ordered.
    pub(crate) fn time(&self) -> Timestamp {
        self.newest
            .as_ref()
            .map_or(Timestamp::EPOCH, |(_, time)| *time)
    }

    /// Returns a message that is loaded.
    pub(crate) fn message(&self, id: &MessageId) -> Option<&Arc<Message>> {
        let at = self.index(id).ok()?;
        self.messages.get(at)
    }

    /// Returns the place of a message, or where it would be.
    pub(crate) fn index(&self, id: &MessageId) -> Result<usize, usize> {
        self.messages.binary_search_by(|message| message.id.cmp(id))
    }

    /// Returns the message that is selected, if it is one that GroupMe has.
    pub(crate) fn selected_message(&self) -> Option<&Arc<Message>> {
        match self.selected.as_ref()? {
            Spot::Message(id) => self.message(id),
            Spot::Pending(_) => None,
        }
    }

    /// Returns the number of spots: messages, and those on their way after them.
    pub(crate) fn spots(&self) -> usize {
        self.messages.len() + self.pending.len()
    }

    /// Returns the place of a spot; that of the next message, if it is gone.
    pub(crate) fn spot_index(&self, spot: &Spot) -> usize {
        match spot {
            Spot::Message(id) => self.index(id).unwrap_or_else(|at| at),
            Spot::Pending(number) => {
                let at = self.pending.iter().position(|it| it.number == *number);
                self.messages.len() + at.unwrap_or(0)
            }
        }
    }

    /// Returns the spot at a place.
    pub(crate) fn spot(&self, index: usize) -> Option<Spot> {
        if let Some(message) = self.messages.get(index) {
            return Some(Spot::Message(message.id.clone()));
        }
        let pending = self.pending.get(index.checked_sub(self.messages.len())?)?;
        Some(Spot::Pending(pending.number))
    }
}

/// Returns an id before those of all messages.
pub(crate) fn before_all() -> MessageId {
    MessageId::new("0")
}

/// Returns whether a message is one that the conversation shows: notices of edits and deletions are
/// not, as the messages themselves change.
pub(crate) fn is_shown(message: &Message) -> bool {
    let kind = message
        .event
        .as_ref()
        .and_then(|event| event.kind.as_deref());
    !matches!(kind, Some("message.update" | "message.deleted"))
}
