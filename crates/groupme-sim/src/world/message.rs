//! People, groups and messages, as the world keeps them.

use core::time::Duration;

use serde_json::Value;

use super::{MessageId, Place, UserId};

/// A user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) avatar_url: String,
    /// Secret: what this user's client has to show.
    pub(super) token: String,
}

/// A group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) creator: UserId,
    pub(super) members: Vec<UserId>,
    /// Seconds since 1970.
    pub(super) created_at: u64,
    pub(super) updated_at: u64,
}

/// A message of a user. Notices of the system are only pushed.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: MessageId,
    pub(super) place: Place,
    pub(super) author: UserId,
    pub(super) source_guid: String,
    pub(super) text: Option<String>,
    pub(super) attachments: Vec<Value>,
    /// Seconds since 1970.
    pub(super) created_at: u64,
    pub(super) updated_at: Option<u64>,
    pub(super) deleted: Option<Deletion>,
    /// When, in seconds since 1970, and by whom.
    pub(super) pinned: Option<(u64, UserId)>,
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

/// One kind of reaction, and who reacted so.
#[derive(Debug)]
pub(super) struct Reaction {
    /// A Unicode emoji.
    pub(super) code: String,
    pub(super) users: Vec<UserId>,
}
