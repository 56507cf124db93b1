//! Interface of an outbox to what keeps its messages.

use groupme_delivery::StoreError;
use groupme_model::{ConversationId, Draft};
use serde::{Deserialize, Serialize};

/// Message of an outbox, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutboxMessage {
    /// Id, the same for all attempts.
    pub guid: String,
    /// Conversation.
    pub conversation: ConversationId,
    /// Text and attachments.
    pub draft: Draft,
}

/// Store of an outbox. [`load`](Self::load) is called by [`Outbox::open`](super::Outbox::open), on the
/// same thread; the other methods are called on a thread for blocking calls.
pub trait OutboxStore: Send + 'static {
    /// Reads the messages that were not sent, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// Returns an error if they cannot be read.
    fn load(&mut self) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Adds a message. On return, it survives the end of the process, however it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if the message could not be written; it is then not sent.
    fn add(&mut self, message: &OutboxMessage) -> Result<(), StoreError>;

    /// Removes a message that was sent or given up.
    ///
    /// # Errors
    ///
    /// Returns an error if the removal could not be written. The message may be sent again after the
    /// next start, later than the conversation's history shows it.
    fn remove(&mut self, guid: &str) -> Result<(), StoreError>;
}
