//! The state of a message: what of it a program has been told.

use core::fmt::{self, Write as _};

use groupme_model::{List, Message, MessageRef, Reaction, ReactionRef, Timestamp};

/// The state of a message as far as a program has been told: enough to see that something changed,
/// or that a change was told before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// When it was last edited, in seconds; 0 if never.
    pub(crate) edited: i64,
    /// A hash of what the last edit said; 0 if that is not known.
    pub(crate) content: u64,
    /// A hash of all reactions, whatever their order; 0 for none.
    pub(crate) reactions: u64,
    pub(crate) deleted: bool,
    pub(crate) pinned: bool,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// It was edited, so many seconds after the epoch, to something with this hash.
    Edited { at: i64, content: u64 },
    /// It was deleted.
    Deleted,
    /// Its reactions are other ones; `None` if GroupMe does not say which.
    Reactions(Option<u64>),
    /// It was pinned, or unpinned.
    Pinned(bool),
}

/// What of a message can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    Content,
    Existence,
    Reactions,
    Pin,
}

impl Version {
    /// How many bytes [`to_bytes`](Self::to_bytes) makes.
    pub const SIZE: usize = 25;

    /// The same in a fixed form, to be stored.
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.edited.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.content.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.reactions.to_le_bytes());
        bytes[24] = u8::from(self.deleted) | u8::from(self.pinned) << 1;
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) made; `None` for anything of another length.
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

    /// The state of a message as it was pushed.
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

    /// The state of a message as REST has it.
    pub(crate) fn of_row(message: &Message) -> Self {
        let edited = message.updated_at.filter(|_| message.is_edited());
        let hearts = || {
            let users = message.favorited_by.iter().flatten();
            sum(users.map(|user| mark("unicode", HEART, 0, 0, user.as_str())))
        };
        Self {
            edited: edited.map_or(0, Timestamp::as_secs),
            content: 0,
            reactions: message.reactions.as_deref().map_or_else(hearts, of_list),
            deleted: message.is_deleted(),
            pinned: message.pinned_at.is_some(),
        }
    }

    /// Takes note of a change. False if it was told before, or is older than what was told.
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

    /// The edit that a push tells of.
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

/// The reactions that a push lists; `None` if it has no list.
pub(crate) fn reactions_of_push(message: &MessageRef<'_>) -> Option<u64> {
    message.reactions().map(of_views)
}

/// A hash of the reactions in a frame.
pub(crate) fn of_views(reactions: List<'_, Reaction>) -> u64 {
    sum(reactions.map(|reaction| {
        let (kind, code, pack, index, users) = match &reaction {
            ReactionRef::Unicode(it) => ("unicode", it.code(), None, None, it.user_ids()),
            ReactionRef::Emoji(it) => ("emoji", None, it.pack_id(), it.pack_index(), it.user_ids()),
            other => return mark(other.kind(), "", 0, 0, ""),
        };
        let (code, pack, index) = (code.unwrap_or(""), pack.unwrap_or(0), index.unwrap_or(0));
        match users {
            None => mark(kind, code, pack, index, ""),
            Some(users) => sum(users.map(|user| mark(kind, code, pack, index, user.as_str()))),
        }
    }))
}

fn of_list(reactions: &[Reaction]) -> u64 {
    sum(reactions.iter().map(|reaction| {
        let (kind, code, pack, index, users) = match reaction {
            Reaction::Unicode(it) => ("unicode", it.code.as_deref(), None, None, &it.user_ids),
            Reaction::Emoji(it) => ("emoji", None, it.pack_id, it.pack_index, &it.user_ids),
            other => return mark(other.kind(), "", 0, 0, ""),
        };
        let (code, pack, index) = (code.unwrap_or(""), pack.unwrap_or(0), index.unwrap_or(0));
        match users {
            None => mark(kind, code, pack, index, ""),
            Some(users) => sum(users
                .iter()
                .map(|user| mark(kind, code, pack, index, user.as_str()))),
        }
    }))
}

/// One reaction of one user. Only where the sum of them differs does anything differ.
fn mark(kind: &str, code: &str, pack: i64, index: i64, user: &str) -> u64 {
    let mut hash = Hash::new();
    // The variation selector comes and goes.
    for part in code.split('\u{FE0F}') {
        hash.take(part.as_bytes());
    }
    let _ = write!(hash, "|{kind}|{pack}|{index}|{user}");
    hash.0.max(1)
}

fn sum(marks: impl Iterator<Item = u64>) -> u64 {
    marks.fold(0, u64::wrapping_add)
}

/// FNV-1a: the same on every machine and in every version, since it is stored.
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

/// The reaction of the time when there was only one.
const HEART: &str = "\u{2764}";
