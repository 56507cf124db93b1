//! What survives the program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use groupme_model::{ConversationId, MessageId, Timestamp};

use crate::Version;

/// Keeps what was acknowledged.
///
/// It is called from whatever thread acknowledges, and blocks it: a call should take no longer than
/// a write to the page cache. [`MemoryStore`] is one that forgets with the process.
pub trait Store: Send + 'static {
    /// Reads everything.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn load(&mut self) -> Result<Saved, StoreError>;

    /// Applies the changes in their order, all or none. When it returns, they survive the end of
    /// the process, however it ends.
    ///
    /// # Errors
    ///
    /// If they could not be written.
    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError>;
}

/// A store failed. The fault is the machine's: a full disk, a file without permission.
#[derive(Debug, thiserror::Error)]
#[error("what was delivered could not be {doing}")]
pub struct StoreError {
    doing: &'static str,
    #[source]
    source: Box<dyn core::error::Error + Send + Sync>,
}

impl StoreError {
    /// A failure to read.
    pub fn reading(source: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self {
            doing: "read from the state file",
            source: source.into(),
        }
    }

    /// A failure to write.
    pub fn writing(source: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self {
            doing: "written to the state file",
            source: source.into(),
        }
    }
}

/// What was acknowledged, in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Everything before this was delivered; `None` if the account has not been met.
    pub whole_until: Option<Timestamp>,
    /// Moment at which the account's own channel was live for the first time; `None` before that.
    /// What was sent before it is the account's past.
    pub baseline: Option<Timestamp>,
    /// Whether it is known which groups the user had left before the account was met.
    pub knows_former: bool,
    /// What was delivered of each conversation.
    pub conversations: BTreeMap<ConversationId, SavedConversation>,
}

/// What was delivered of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedConversation {
    /// Everything up to this message.
    pub cursor: Option<MessageId>,
    /// These messages, in these states.
    pub seen: BTreeMap<MessageId, Version>,
    /// It was not there any more when it was last asked for.
    pub is_left: bool,
}

/// A change of what was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The account was delivered up to a time.
    Whole(Timestamp),
    /// The account's own channel was live for the first time at this moment.
    Baseline(Timestamp),
    /// A conversation was delivered up to a message.
    Cursor {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
    },
    /// A message was delivered in a state, or in another one than before.
    Seen {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
        /// The state.
        version: Version,
    },
    /// A message need not be remembered any more.
    Forgotten {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
    },
    /// A conversation is not there any more. What was delivered of it is remembered nevertheless: it
    /// may be joined again.
    Left {
        /// The conversation.
        conversation: ConversationId,
    },
    /// All groups that the user had left before the account was met are saved as left.
    FormerKnown,
    /// A conversation is there again.
    Returned {
        /// The conversation.
        conversation: ConversationId,
    },
}

impl Saved {
    /// Applies a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Whole(until) => self.whole_until = Some(*until),
            Change::Baseline(moment) => self.baseline = Some(*moment),
            Change::Cursor {
                conversation,
                message,
            } => self.of(conversation).cursor = Some(message.clone()),
            Change::Seen {
                conversation,
                message,
                version,
            } => {
                self.of(conversation).seen.insert(message.clone(), *version);
            }
            Change::Forgotten {
                conversation,
                message,
            } => {
                self.of(conversation).seen.remove(message);
            }
            Change::FormerKnown => self.knows_former = true,
            Change::Left { conversation } => self.of(conversation).is_left = true,
            Change::Returned { conversation } => {
                self.of(conversation).is_left = false;
                self.conversations
                    .retain(|_, saved| *saved != SavedConversation::default());
            }
        }
    }

    fn of(&mut self, conversation: &ConversationId) -> &mut SavedConversation {
        self.conversations.entry(conversation.clone()).or_default()
    }
}

/// A store that forgets with the process. Clones are the same store, so that a test can start
/// anew with what another start left behind.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    saved: Arc<Mutex<Saved>>,
}

impl Store for MemoryStore {
    fn load(&mut self) -> Result<Saved, StoreError> {
        Ok(self.lock().clone())
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut saved = self.lock();
        for change in changes {
            saved.apply(change);
        }
        Ok(())
    }
}

impl MemoryStore {
    /// A change is applied whole, so a panic elsewhere spoils nothing.
    fn lock(&self) -> std::sync::MutexGuard<'_, Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn load(&mut self) -> Result<Saved, StoreError> {
        (**self).load()
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        (**self).save(changes)
    }
}
