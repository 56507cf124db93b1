//! Interface of an outbox to what keeps its messages.

use groupme_delivery::StoreError;
use groupme_model::{ConversationId, Draft, Timestamp};
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
    /// Time at which it was put in; unknown for messages that an earlier version has kept.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "queued_at")]
    pub queued_at: Option<Timestamp>,
}

/// Time in milliseconds.
mod queued_at {
    use groupme_model::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.map_or(0, Timestamp::as_millis))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        i64::deserialize(deserializer).map(|millis| Some(Timestamp::from_millis(millis)))
    }
}

/// Store of an outbox. Its methods are called on threads for blocking calls, one at a time.
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
