//! People, groups and messages, as the world keeps them.

use core::time::Duration;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Conversation, SimGroupId, SimMessageId, SimUserId, notice::Notice};

/// A user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) avatar_url: String,
    /// Secret: what this user's client has to show.
    pub(super) token: String,
}

/// A group, or a topic of one.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) creator: SimUserId,
    /// Those of a topic are those of its group.
    pub(super) members: Vec<SimUserId>,
    /// Who has left or was taken out, and has not come back; and which of the two.
    pub(super) former: BTreeMap<SimUserId, Departure>,
    /// What makes it a topic.
    pub(super) topic: Option<Topic>,
    /// Seconds since 1970.
    pub(super) created_at: u64,
    pub(super) updated_at: u64,
}

/// How somebody ceased to be a member.
#[derive(Clone, Copy, Debug)]
pub(super) enum Departure {
    Exited,
    Removed,
}

impl Departure {
    /// As GroupMe words the state of the membership.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Exited => "exited",
            Self::Removed => "removed",
        }
    }
}

/// What a topic has, and a group has not.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) parent: SimGroupId,
    pub(super) description: String,
    pub(super) avatar_url: Option<String>,
    /// `private`, or `announcement` where only admins write.
    pub(super) kind: String,
}

/// One row of a conversation.
#[derive(Debug)]
pub(super) enum Entry {
    /// What somebody said.
    Message(Message),
    /// What the system has to tell.
    System(SystemMessage),
}

impl Entry {
    pub(super) fn id(&self) -> SimMessageId {
        match self {
            Self::Message(message) => message.id,
            Self::System(system) => system.id,
        }
    }

    pub(super) fn conversation(&self) -> Conversation {
        match self {
            Self::Message(message) => message.conversation,
            Self::System(system) => system.conversation,
        }
    }

    /// The message, if it is one of a user.
    pub(super) fn as_message(&self) -> Option<&Message> {
        match self {
            Self::Message(message) => Some(message),
            Self::System(_) => None,
        }
    }

    /// Seconds since 1970.
    pub(super) fn created_at(&self) -> u64 {
        match self {
            Self::Message(message) => message.created_at,
            Self::System(system) => system.created_at,
        }
    }
}

/// A notice of the system, as it stays in a conversation.
#[derive(Debug)]
pub(super) struct SystemMessage {
    pub(super) id: SimMessageId,
    pub(super) conversation: Conversation,
    pub(super) source_guid: String,
    pub(super) notice: Notice,
    /// Seconds since 1970.
    pub(super) created_at: u64,
}

/// A message of a user.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: SimMessageId,
    pub(super) conversation: Conversation,
    pub(super) author: SimUserId,
    pub(super) source_guid: String,
    pub(super) text: Option<String>,
    pub(super) attachments: Vec<Value>,
    /// `{type, data}`, where it announces something.
    pub(super) event: Option<Value>,
    /// Seconds since 1970.
    pub(super) created_at: u64,
    pub(super) updated_at: Option<u64>,
    pub(super) deleted: Option<Deletion>,
    /// When, in seconds since 1970, and by whom.
    pub(super) pinned: Option<(u64, SimUserId)>,
    pub(super) reactions: Vec<Reaction>,
}

/// How a message went.
#[derive(Debug)]
pub(super) struct Deletion {
    /// Since 1970.
    pub(super) at: Duration,
    /// `sender` or `admin`.
    pub(super) actor: &'static str,
}

impl Message {
    /// All reactions, of whichever kind.
    pub(super) fn likes(&self) -> impl Iterator<Item = Like> {
        let reactions = self.reactions.iter();
        reactions.flat_map(|reaction| reaction.likes.iter().copied())
    }
}

/// One kind of reaction, and who reacted so.
#[derive(Debug)]
pub(super) struct Reaction {
    pub(super) icon: Icon,
    pub(super) likes: Vec<Like>,
}

/// One reaction of one user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Like {
    pub(super) by: SimUserId,
    /// Since 1970.
    pub(super) at: Duration,
}

impl Reaction {
    /// Whether the user reacted so.
    pub(super) fn is_of(&self, user: SimUserId) -> bool {
        self.likes.iter().any(|like| like.by == user)
    }
}

/// What people react with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A Unicode emoji.
    Unicode(String),
    /// A picture out of one of GroupMe's packs.
    Pack {
        /// The pack's number.
        pack: u64,
        /// Which of its pictures.
        index: u64,
    },
}
