//! Room: a conversation with everything that the screen shows of it.

use std::{collections::BTreeMap, sync::Arc};

use groupme_client::{
    ConversationId, GroupId, MessageId, SourceGuid, Timestamp, UserId, model::Message,
};

use super::{
    composition::Composition,
    holes::Holes,
    viewport::{EntryId, ScrollPosition},
};

/// Conversation: a group, a topic, or direct messages.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) id: ConversationId,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// Newest known message, with its time.
    pub(crate) newest: Option<(MessageId, Timestamp)>,
    pub(crate) unread: Unread,
    /// Last message that the user has read; `None` if GroupMe does not say.
    pub(crate) last_read: Option<MessageId>,
    /// Message below which the line "new" is drawn: the last one read when the conversation was
    /// opened.
    pub(crate) unread_marker: Option<MessageId>,
    pub(crate) is_muted: bool,
    /// Last message that the other user of a direct conversation has read.
    pub(crate) read_by_other: Option<MessageId>,
    /// Users who are typing, with the time at which the notice expires.
    pub(crate) typing: BTreeMap<UserId, Timestamp>,
    pub(crate) holes: Holes,
    /// Loaded messages of the open conversation, oldest first; empty for others. Those of events since
    /// the last frame or key are not among them.
    pub(crate) messages: Vec<Arc<Message>>,
    /// Messages that GroupMe does not have yet, in the order of sending.
    pub(crate) pending: Vec<Pending>,
    pub(crate) composition: Composition,
    pub(crate) position: ScrollPosition,
    pub(crate) selected: Option<EntryId>,
    /// Time of the last typing notice that the user has sent.
    pub(crate) typing_sent_at: Option<Timestamp>,
    /// Time of the last read receipt that the user has sent.
    pub(crate) receipt_sent_at: Option<Timestamp>,
    pub(crate) has_requested_members: bool,
}

/// Kind of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Group(GroupId),
    Topic { id: GroupId, group: GroupId },
    Direct(UserId),
}

impl Kind {
    /// Returns the group whose members can read the conversation.
    pub(crate) fn group(&self) -> Option<&GroupId> {
        match self {
            Self::Group(group) | Self::Topic { group, .. } => Some(group),
            Self::Direct(_) => None,
        }
    }

    /// Returns the symbol before the name in the list.
    pub(crate) fn symbol(&self) -> &'static str {
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
    /// Whether `count` is a lower bound.
    pub(crate) is_lower_bound: bool,
    /// Whether one of them is a direct message, a mention of the user, or a reply to the user.
    pub(crate) is_personal: bool,
}

/// Message that GroupMe does not have yet.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) local_id: u64,
    pub(crate) guid: Option<SourceGuid>,
    pub(crate) draft: groupme_client::Draft,
    pub(crate) text: String,
    /// Composition to restore if the message is given up and edited.
    pub(crate) composition: Box<Composition>,
    /// Names of the attached files.
    pub(crate) attached: Vec<String>,
    /// Time at which the user sent the message.
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
            last_read: None,
            unread_marker: None,
            is_muted: false,
            read_by_other: None,
            typing: BTreeMap::new(),
            holes: Holes::default(),
            messages: Vec::new(),
            pending: Vec::new(),
            composition: Composition::default(),
            position: None,
            selected: None,
            typing_sent_at: None,
            receipt_sent_at: None,
            has_requested_members: false,
        }
    }

    /// Records a message as the newest, unless a newer one is known.
    pub(crate) fn note_newest(&mut self, message: &MessageId, time: Option<Timestamp>) {
        let time = time.unwrap_or_default();
        if self
            .newest
            .as_ref()
            .is_none_or(|(newest, _)| newest < message)
        {
            self.newest = Some((message.clone(), time));
        }
    }

    /// Returns the time of the newest message, which orders the list.
    pub(crate) fn time(&self) -> Timestamp {
        self.newest
            .as_ref()
            .map_or(Timestamp::EPOCH, |(_, time)| *time)
    }

    /// Returns a loaded message by its id.
    pub(crate) fn message(&self, id: &MessageId) -> Option<&Arc<Message>> {
        let at = self.index(id).ok()?;
        self.messages.get(at)
    }

    /// Returns the index of a loaded message, or as an error the index at which it would be.
    pub(crate) fn index(&self, id: &MessageId) -> Result<usize, usize> {
        self.messages.binary_search_by(|message| message.id.cmp(id))
    }

    /// Returns the selected message; `None` for a pending one.
    pub(crate) fn selected_message(&self) -> Option<&Arc<Message>> {
        match self.selected.as_ref()? {
            EntryId::Message(id) => self.message(id),
            EntryId::Pending(_) => None,
        }
    }

    /// Returns the number of entries: loaded messages, followed by pending ones.
    pub(crate) fn entry_count(&self) -> usize {
        self.messages.len() + self.pending.len()
    }

    /// Returns the index of an entry; if it is gone, that of the next message.
    pub(crate) fn entry_index(&self, entry: &EntryId) -> usize {
        match entry {
            EntryId::Message(id) => self.index(id).unwrap_or_else(|at| at),
            EntryId::Pending(local_id) => {
                let at = self.pending.iter().position(|it| it.local_id == *local_id);
                self.messages.len() + at.unwrap_or(0)
            }
        }
    }

    /// Returns the entry at an index.
    pub(crate) fn entry_at(&self, index: usize) -> Option<EntryId> {
        if let Some(message) = self.messages.get(index) {
            return Some(EntryId::Message(message.id.clone()));
        }
        let pending = self.pending.get(index.checked_sub(self.messages.len())?)?;
        Some(EntryId::Pending(pending.local_id))
    }
}

/// Returns an id lower than that of any message.
pub(crate) fn lowest_message_id() -> MessageId {
    MessageId::new("0")
}

/// Returns whether the conversation shows a message. GroupMe's notices of edits and deletions are
/// left out, as the messages themselves change.
pub(crate) fn is_shown(message: &Message) -> bool {
    let kind = message
        .event
        .as_ref()
        .and_then(|event| event.kind.as_deref());
    !matches!(kind, Some("message.update" | "message.deleted"))
}
