//! States of messages, to recognize duplicates and changes.

use core::fmt::{self, Write as _};

use bayeux_wire::{Kind, Value};
use groupme_model::{List, MessageRef, Reaction, ReactionRef, Timestamp};

/// State of a message as last delivered: enough to recognize a change, and a change that was
/// delivered before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageState {
    /// Time of the last edit, in seconds since 1970; 0 for none.
    pub(crate) edited: i64,
    /// Hash of the last edit's content; 0 if unknown.
    pub(crate) content: u64,
    /// Hash of all reactions, independent of their order; 0 for none.
    pub(crate) reactions: u64,
    pub(crate) deleted: bool,
    pub(crate) pinned: bool,
}

/// Change of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Edit at this time, in seconds since 1970, to content with this hash.
    Edited { at: i64, content: u64 },
    /// Deletion.
    Deleted,
    /// New set of reactions, by its hash; `None` if GroupMe does not send the set.
    Reactions(Option<u64>),
    /// Pinning (`true`) or unpinning (`false`).
    Pinned(bool),
}

/// Part of a message that can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    Content,
    Existence,
    Reactions,
    Pin,
}

impl MessageState {
    /// Length of [`to_bytes`](Self::to_bytes), in bytes.
    pub const SIZE: usize = 25;

    /// Encodes the state for a store.
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.edited.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.content.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.reactions.to_le_bytes());
        bytes[24] = u8::from(self.deleted) | u8::from(self.pinned) << 1;
        bytes
    }

    /// Decodes the result of [`to_bytes`](Self::to_bytes); `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::SIZE] = bytes.try_into().ok()?;
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            word
        };
        Some(Self {
            edited: i64::from_le_bytes(word(0)),
            content: u64::from_le_bytes(word(8)),
            reactions: u64::from_le_bytes(word(16)),
            deleted: bytes[24] & 1 != 0,
            pinned: bytes[24] & 2 != 0,
        })
    }

    /// Returns the state of a pushed message.
    pub(crate) fn of_push(message: &MessageRef<'_>) -> Self {
        let edited = message.updated_at().filter(|_| message.is_edited());
        Self {
            edited: edited.map_or(0, Timestamp::as_secs),
            content: 0,
            reactions: reactions_of_push(message).unwrap_or(0),
            deleted: message.is_deleted(),
            pinned: message.pinned_at().is_some(),
        }
    }

    /// Returns the state of a message of REST, which may list likes without reactions.
    pub(crate) fn of_row(message: &MessageRef<'_>) -> Self {
        let hearts = || {
            let users = message.favorited_by().into_iter().flatten();
            sum(users.map(|user| mark("unicode", HEART, 0, 0, user.as_str())))
        };
        Self {
            reactions: reactions_of_push(message).unwrap_or_else(hearts),
            ..Self::of_push(message)
        }
    }

    /// Returns whether the state certainly has an edit or a deletion.
    pub(crate) fn has(self, difference: Difference) -> bool {
        match difference {
            Difference::Edited { at, .. } => at != 0 && at <= self.edited,
            Difference::Deleted => self.deleted,
            Difference::Reactions(_) | Difference::Pinned(_) => false,
        }
    }

    /// Applies a change. Returns false if it was applied before, or is older than the state.
    pub(crate) fn learn(&mut self, difference: Difference) -> bool {
        match difference {
            Difference::Edited { at, .. } if at != 0 && at < self.edited => false,
            Difference::Edited { at, content } => {
                let known = at != 0 && at == self.edited;
                if known && (self.content == 0 || self.content == content) {
                    self.content = content;
                    return false;
                }
                (self.edited, self.content) = (at, content);
                true
            }
            Difference::Deleted => !core::mem::replace(&mut self.deleted, true),
            Difference::Pinned(now) => core::mem::replace(&mut self.pinned, now) != now,
            Difference::Reactions(None) => true,
            Difference::Reactions(Some(now)) => core::mem::replace(&mut self.reactions, now) != now,
        }
    }
}

impl Difference {
    pub(crate) fn aspect(self) -> Aspect {
        match self {
            Self::Edited { .. } => Aspect::Content,
            Self::Deleted => Aspect::Existence,
            Self::Reactions(_) => Aspect::Reactions,
            Self::Pinned(_) => Aspect::Pin,
        }
    }

    /// Returns the edit that a push announces.
    pub(crate) fn edit(message: &MessageRef<'_>) -> Self {
        let mut hash = Hash::new();
        // Writing to a hash does not fail.
        let _ = write!(hash, "{:?}", message.text());
        for attachment in message.attachments() {
            let _ = write!(hash, "{}", attachment.raw());
        }
        Self::Edited {
            at: message.updated_at().map_or(0, Timestamp::as_secs),
            content: hash.0.max(1),
        }
    }
}

/// Returns the hash of the reactions that a push lists; `None` if it lists none.
pub(crate) fn reactions_of_push(message: &MessageRef<'_>) -> Option<u64> {
    message.reactions().map(of_views)
}

/// Returns the hash of reactions in a frame.
pub(crate) fn of_views(reactions: List<'_, Reaction>) -> u64 {
    sum(reactions.map(|reaction| {
        let (kind, code, pack, index, users) = match &reaction {
            ReactionRef::Unicode(it) => ("unicode", it.code(), None, None, it.user_ids()),
            ReactionRef::Emoji(it) => ("emoji", None, it.pack_id(), it.pack_index(), it.user_ids()),
            ReactionRef::Unknown(it) => return of_unknown(it.raw()),
            other => return mark(other.kind(), "", 0, 0, ""),
        };
        let (code, pack, index) = (code.unwrap_or(""), pack.unwrap_or(0), index.unwrap_or(0));
        match users {
            None => mark(kind, code, pack, index, ""),
            Some(users) => sum(users.map(|user| mark(kind, code, pack, index, user.as_str()))),
        }
    }))
}

/// Returns the hash of a reaction of an unknown type. Neither the order of its members matters nor
/// that of a list of users.
fn of_unknown(reaction: Value<'_>) -> u64 {
    let Kind::Object(members) = reaction.kind() else {
        return of_text(format_args!("{reaction}"));
    };
    sum(members.map(|(name, value)| match value.kind() {
        Kind::Array(items) => sum(items.map(|item| of_text(format_args!("{name}|{item}")))),
        _ => of_text(format_args!("{name}|{value}")),
    }))
    .max(1)
}

fn of_text(text: fmt::Arguments<'_>) -> u64 {
    let mut hash = Hash::new();
    let _ = hash.write_fmt(text);
    hash.0
}

/// Returns the hash of one user's reaction. Hashes of sets are sums, so that order does not matter.
fn mark(kind: &str, code: &str, pack: i64, index: i64, user: &str) -> u64 {
    let mut hash = Hash::new();
    // GroupMe sends the variation selector inconsistently.
    for part in code.split('\u{FE0F}') {
        hash.take(part.as_bytes());
    }
    let _ = write!(hash, "|{kind}|{pack}|{index}|{user}");
    hash.0.max(1)
}

fn sum(marks: impl Iterator<Item = u64>) -> u64 {
    marks.fold(0, u64::wrapping_add)
}

/// FNV-1a. Stored, so it must be the same on every machine and in every version.
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.take(text.as_bytes());
        Ok(())
    }
}

/// Emoji of a like without a code.
const HEART: &str = "\u{2764}";
