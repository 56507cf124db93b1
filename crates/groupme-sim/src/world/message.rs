//! Stored users, groups and messages.

use core::time::Duration;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Conversation, SimGroupId, SimMessageId, SimUserId, joining::JoinRequest,
    membership::Membership, notice::Notice, profiles::Profile, settings::GroupSettings,
};

/// User.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) avatar_url: Option<String>,
    /// Access token; secret.
    pub(super) token: String,
    pub(super) profile: Profile,
}

/// Group or topic.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) creator: SimUserId,
    /// Empty for a topic, whose members are those of its group.
    pub(super) members: Vec<SimUserId>,
    /// Users who have left or were removed and have not returned.
    pub(super) former: BTreeMap<SimUserId, Departure>,
    /// Details of a topic; `None` for a group.
    pub(super) topic: Option<Topic>,
    pub(super) settings: GroupSettings,
    pub(super) memberships: BTreeMap<SimUserId, Membership>,
    /// Requests to join that wait for an admin.
    pub(super) pending: Vec<JoinRequest>,
    /// Seconds since 1970.
    pub(super) created_at: u64,
    pub(super) updated_at: u64,
}

/// Ways to cease to be a member.
#[derive(Clone, Copy, Debug)]
pub(super) enum Departure {
    Exited,
    Removed,
    Banned,
}

impl Departure {
    /// Returns GroupMe's word for the state of the membership.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Exited => "exited",
            Self::Removed | Self::Banned => "removed",
        }
    }
}

/// Details of a topic.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) parent: SimGroupId,
    pub(super) description: String,
    pub(super) avatar_url: Option<String>,
    /// `private`, or `announcement` if only admins may write.
    pub(super) kind: String,
}

/// Row of a conversation.
#[derive(Debug)]
pub(super) enum Entry {
    /// Message of a user.
    Message(Message),
    /// Notice of the system.
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

    /// Returns the message of a user; `None` for a notice.
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

/// Notice of the system, as stored in a conversation.
#[derive(Debug)]
pub(super) struct SystemMessage {
    pub(super) id: SimMessageId,
    pub(super) conversation: Conversation,
    pub(super) source_guid: String,
    pub(super) notice: Notice,
    /// Seconds since 1970.
    pub(super) created_at: u64,
}

/// Message of a user.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: SimMessageId,
    pub(super) conversation: Conversation,
    pub(super) author: SimUserId,
    pub(super) sender: Sender,
    pub(super) source_guid: String,
    pub(super) text: Option<String>,
    pub(super) attachments: Vec<Value>,
    /// `{type, data}` of a message that announces something, such as a poll.
    pub(super) event: Option<Value>,
    /// Seconds since 1970.
    pub(super) created_at: u64,
    pub(super) updated_at: Option<u64>,
    pub(super) deleted: Option<Deletion>,
    /// Time in seconds since 1970, and the user who pinned it.
    pub(super) pinned: Option<(u64, SimUserId)>,
    pub(super) reactions: Vec<Reaction>,
}

/// Author as shown with a message: the name and picture at the time of sending.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) name: String,
    pub(super) avatar_url: Option<String>,
    /// `user` or `bot`.
    pub(super) kind: &'static str,
}

/// Deletion of a message.
#[derive(Debug)]
pub(super) struct Deletion {
    /// Time since 1970.
    pub(super) at: Duration,
    /// `sender` or `admin`.
    pub(super) actor: &'static str,
}

impl Message {
    /// Returns all reactions of all kinds.
    pub(super) fn likes(&self) -> impl Iterator<Item = Like> {
        let reactions = self.reactions.iter();
        reactions.flat_map(|reaction| reaction.likes.iter().copied())
    }
}

/// Kind of reaction with its users.
#[derive(Debug)]
pub(super) struct Reaction {
    pub(super) icon: Icon,
    pub(super) likes: Vec<Like>,
}

/// Reaction of one user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Like {
    pub(super) by: SimUserId,
    /// Time since 1970.
    pub(super) at: Duration,
}

impl Reaction {
    /// Returns whether the user reacted in this way.
    pub(super) fn is_of(&self, user: SimUserId) -> bool {
        self.likes.iter().any(|like| like.by == user)
    }
}

/// Icon of a reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Unicode emoji.
    Unicode(String),
    /// Picture of one of GroupMe's packs.
    Pack {
        /// Number of the pack.
        pack: u64,
        /// Number of the picture in the pack.
        index: u64,
    },
}
