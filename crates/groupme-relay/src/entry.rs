//! Entries of an account's log.

use core::{fmt, time::Duration};

use bytes::Bytes;

use crate::{AccountName, NodeId};

/// Claim: the period in which one node writes the log of an account. Its text is the node, a dash and
/// a number that the node uses once.
///
/// The sequence of the claim's entry would not do as a name: a broker that has lost its tail gives a
/// sequence away twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimId(Box<str>);

impl ClaimId {
    /// Returns the claim of a node with this number.
    pub fn new(node: &NodeId, number: u64) -> Self {
        Self(format!("{node}-{number}").into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a node made the claim.
    pub fn is_of(&self, node: &NodeId) -> bool {
        let node = self.0.strip_prefix(node.as_str());
        node.is_some_and(|rest| rest.starts_with('-'))
    }
}

impl From<&str> for ClaimId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Word of the relay itself in a log, beside GroupMe's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Word {
    /// A node writes the log from here on.
    Claim,
    /// Nothing but changes of the saved state.
    Mark,
    /// The whole saved state, its changes included.
    Snapshot,
    /// Missed messages of a conversation follow.
    Behind,
    /// The missed messages of a conversation have been appended.
    Backfilled,
    /// Events are lost, with bounds and reason.
    Lost,
    /// Everything that was missed is appended.
    CaughtUp,
    /// GroupMe refuses the account's token.
    Refused,
    /// The node has stopped to write the log.
    Released,
    /// Entries before the claim are missing from the stream: the next events may have been appended
    /// before.
    Hole,
    /// The account was taken back to an earlier saved state: later events may be appended again.
    Rewound,
}

impl Word {
    /// Returns the word as the last token of a subject.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Mark => "mark",
            Self::Snapshot => "snapshot",
            Self::Behind => "behind",
            Self::Backfilled => "backfilled",
            Self::Lost => "lost",
            Self::CaughtUp => "caught_up",
            Self::Refused => "refused",
            Self::Released => "released",
            Self::Hole => "hole",
            Self::Rewound => "rewound",
        }
    }
}

/// Content of an entry: all but its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// Conversation of the event; empty for none.
    pub conversation: Box<str>,
    /// Kind of the event, as [`EventRef::kind`](groupme_client::EventRef::kind), or a word's name.
    pub kind: Box<str>,
    /// Whether the entry is the relay's own.
    pub is_word: bool,
    /// Name of the event, the same however often and through whichever account it is seen.
    pub event: Option<Box<str>>,
    /// Origin of the event, as [`Origin::name`](groupme_client::Origin::name).
    pub origin: Option<&'static str>,
    /// Whether the event is the echo of a command to the relay.
    pub is_own: bool,
    /// Time since 1970 at which GroupMe created the message of the event; `None` for other entries.
    pub created_at: Option<Duration>,
    /// Slot of a snapshot, 0 or 1 in turn: a snapshot replaces the one in its slot, and the tail of the
    /// stream may be lost together with the newer one.
    pub slot: u8,
    /// Body: JSON; of a snapshot the written state.
    pub body: Bytes,
}

impl Content {
    /// Returns a snapshot of the saved state, as [`Saved::write`](groupme_client::Saved::write) writes it.
    pub fn snapshot(slot: u8, state: impl Into<Bytes>) -> Self {
        Self {
            slot: slot % 2,
            ..Self::word(Word::Snapshot, "", state)
        }
    }

    /// Returns the content of a word.
    pub fn word(word: Word, conversation: &str, body: impl Into<Bytes>) -> Self {
        Self {
            conversation: conversation.into(),
            kind: word.name().into(),
            is_word: true,
            event: None,
            origin: None,
            is_own: false,
            created_at: None,
            slot: 0,
            body: body.into(),
        }
    }

    /// Returns the content of an event: its kind, its conversation (empty for none), its name, origin
    /// and JSON.
    pub fn event(
        kind: &str,
        conversation: &str,
        name: impl Into<Box<str>>,
        origin: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            conversation: conversation.into(),
            kind: kind.into(),
            is_word: false,
            event: Some(name.into()),
            origin: Some(origin),
            is_own: false,
            created_at: None,
            slot: 0,
            body: body.into(),
        }
    }
}

/// Entry to append: content with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Account.
    pub account: AccountName,
    /// Claim under which the entry is appended.
    pub claim: ClaimId,
    /// Number in the account's log, without gaps, from 1. A snapshot has that of the entry before it, since
    /// it disappears when a later one replaces it.
    pub place: u64,
    /// Content.
    pub content: Content,
    /// Changes of the saved state that the entry makes, as
    /// [`Change::write_all`](groupme_client::Change::write_all) writes them, or for a snapshot the whole
    /// state in its body.
    pub changes: Option<Box<str>>,
}

impl Entry {
    /// Returns the subject.
    pub fn subject(&self) -> String {
        let content = &self.content;
        if !content.is_word {
            let kind = content.kind.replace('.', "_");
            return self.account.subject(&content.conversation, &kind);
        }
        if self.is(Word::Snapshot) {
            return format!(
                "{}.{}",
                self.account.subject("_", &content.kind),
                content.slot
            );
        }
        self.account.subject("_", &content.kind)
    }

    /// Returns the id of the attempt, which no other entry has: account, claim and place.
    pub fn id(&self) -> String {
        let mark = if self.is(Word::Snapshot) { "s" } else { "" };
        format!("{}/{}/{}{mark}", self.account, self.claim, self.place)
    }

    /// Returns whether the entry is this word of the relay.
    pub fn is(&self, word: Word) -> bool {
        self.content.is_word && *self.content.kind == *word.name()
    }
}

/// Entry as the broker has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// Sequence in the stream.
    pub sequence: u64,
    /// Id of the attempt that appended it.
    pub id: Box<str>,
    /// Claim.
    pub claim: ClaimId,
    /// Place in the account's log.
    pub place: u64,
    /// Slot of a snapshot.
    pub slot: u8,
    /// Name of the event; `None` for the relay's own words.
    pub event: Option<Box<str>>,
    /// Kind of the event, or the word's name.
    pub kind: Box<str>,
    /// Changes of the saved state.
    pub changes: Option<Box<str>>,
    /// Body; the written state in a snapshot.
    pub body: Bytes,
}

impl Stored {
    /// Returns whether the entry is this word of the relay.
    pub fn is(&self, word: Word) -> bool {
        self.event.is_none() && *self.kind == *word.name()
    }

    /// Returns an entry as stored at a sequence.
    pub fn new(sequence: u64, entry: &Entry) -> Self {
        Self {
            sequence,
            id: entry.id().into(),
            claim: entry.claim.clone(),
            place: entry.place,
            slot: entry.content.slot,
            event: entry.content.event.clone(),
            kind: entry.content.kind.clone(),
            changes: entry.changes.clone(),
            body: entry.content.body.clone(),
        }
    }
}
