//! Storage of acknowledged deliveries.

mod written;

use core::fmt;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use groupme_model::{ConversationId, MessageId, Timestamp, UserId};

pub use self::written::WrittenError;
use crate::MessageState;

/// Storage of acknowledged deliveries.
///
/// `groupme-client` saves on a thread for blocking calls, several acknowledgements at once where
/// they come faster than they are saved. [`MemoryStore`] keeps everything in memory.
pub trait Store: Send + 'static {
    /// Names the user of the account, before [`load`](Self::load). A store that outlives the program
    /// notes the user, and refuses another one's: positions of one account say nothing of another.
    /// Default: any user is accepted.
    ///
    /// # Errors
    ///
    /// Returns an error if the state belongs to another user, or the note could not be written.
    fn set_user(&mut self, user: &UserId) -> Result<(), StoreError> {
        let _ = user;
        Ok(())
    }

    /// Reads everything.
    ///
    /// # Errors
    ///
    /// Returns an error if the state cannot be read.
    fn load(&mut self) -> Result<Saved, StoreError>;

    /// Applies the changes in their order, all or none. On return, they survive the end of the
    /// process, however it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if the changes could not be written.
    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError>;

    /// Returns whether saving only touches memory, so that it needs no thread of its own. Default:
    /// no.
    fn is_instant(&self) -> bool {
        false
    }
}

/// Failure of a store, such as a full disk or a file without permission.
#[derive(thiserror::Error)]
#[error("the {what} could not be {doing}")]
pub struct StoreError {
    what: &'static str,
    doing: &'static str,
    #[source]
    source: Box<dyn core::error::Error + Send + Sync>,
}

/// Shows the text with those of the sources.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

impl StoreError {
    /// Returns a failure to open.
    pub fn opening(source: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self {
            what: "state file",
            doing: "opened",
            source: source.into(),
        }
    }

    /// Returns a failure to read.
    pub fn reading(source: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self {
            what: "delivery state",
            doing: "read from the state file",
            source: source.into(),
        }
    }

    /// Returns a failure to write.
    pub fn writing(source: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self {
            what: "delivery state",
            doing: "written to the state file",
            source: source.into(),
        }
    }
}

/// Saved state of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Time up to which everything was delivered; `None` until the first sync.
    pub synced_until: Option<Timestamp>,
    /// First moment at which the account's own channel was live; `None` before. Earlier messages
    /// are the account's past and are not delivered.
    pub baseline: Option<Timestamp>,
    /// Whether the groups left before the first start are known.
    pub knows_left_groups: bool,
    /// Saved state of each conversation.
    pub conversations: BTreeMap<ConversationId, SavedConversation>,
}

/// Saved state of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedConversation {
    /// Message up to which everything was delivered.
    pub cursor: Option<MessageId>,
    /// States of delivered messages.
    pub seen: BTreeMap<MessageId, MessageState>,
    /// Whether the conversation did not exist for the user when last requested.
    pub is_left: bool,
}

/// Change of the saved state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Everything up to this time was delivered.
    SyncedUntil(Timestamp),
    /// The account's own channel was live for the first time at this moment.
    Baseline(Timestamp),
    /// Everything up to a message of a conversation was delivered.
    Cursor {
        /// Conversation.
        conversation: ConversationId,
        /// Message.
        message: MessageId,
    },
    /// A message was delivered, or its state changed.
    Seen {
        /// Conversation.
        conversation: ConversationId,
        /// Message.
        message: MessageId,
        /// State.
        state: MessageState,
    },
    /// A message need not be remembered any more.
    Forgotten {
        /// Conversation.
        conversation: ConversationId,
        /// Message.
        message: MessageId,
    },
    /// A conversation does not exist for the user any more. Its delivered messages stay remembered:
    /// the user may rejoin.
    Left {
        /// Conversation.
        conversation: ConversationId,
    },
    /// All groups left before the first start are saved as left.
    LeftGroupsKnown,
    /// A conversation exists again.
    Returned {
        /// Conversation.
        conversation: ConversationId,
    },
}

impl Saved {
    /// Applies a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::SyncedUntil(until) => self.synced_until = Some(*until),
            Change::Baseline(moment) => self.baseline = Some(*moment),
            Change::Cursor {
                conversation,
                message,
            } => self.of(conversation).cursor = Some(message.clone()),
            Change::Seen {
                conversation,
                message,
                state,
            } => {
                self.of(conversation).seen.insert(message.clone(), *state);
            }
            Change::Forgotten {
                conversation,
                message,
            } => {
                self.of(conversation).seen.remove(message);
            }
            Change::LeftGroupsKnown => self.knows_left_groups = true,
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

/// Store in memory. Clones share their state, so that a test can start again from what an earlier
/// start left behind.
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

    fn is_instant(&self) -> bool {
        true
    }
}

impl MemoryStore {
    /// A poisoned lock stays usable: each change is applied whole.
    fn lock(&self) -> std::sync::MutexGuard<'_, Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn set_user(&mut self, user: &UserId) -> Result<(), StoreError> {
        (**self).set_user(user)
    }

    fn load(&mut self) -> Result<Saved, StoreError> {
        (**self).load()
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        (**self).save(changes)
    }

    fn is_instant(&self) -> bool {
        (**self).is_instant()
    }
}

/// Writes the text of an error and those of its sources: what `fn main() -> Result<…>` prints has to
/// read well, without names of types.
fn write_chain(
    error: &(dyn core::error::Error + 'static),
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(error) = source {
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}
