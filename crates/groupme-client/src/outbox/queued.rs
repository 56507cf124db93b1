//! Fate of a message in an outbox.

use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use groupme_delivery::StoreError;
use groupme_model::SourceGuid;
use groupme_rest::Sent;
use tokio::sync::oneshot;

use crate::SendError;

/// Future of a message in an [`Outbox`](super::Outbox): the message as GroupMe has it, or why it was
/// given up.
///
/// May be dropped: the message is still sent.
#[derive(Debug)]
pub struct Queued {
    pub(super) guid: SourceGuid,
    pub(super) saved: oneshot::Receiver<()>,
    pub(super) fate: oneshot::Receiver<Result<Sent, OutboxError>>,
}

impl Queued {
    /// Returns the id by which the echo can be recognized.
    pub fn guid(&self) -> &SourceGuid {
        &self.guid
    }

    /// Waits until the store has the message, which then survives a crash. Returns at once for an
    /// outbox in memory.
    ///
    /// # Errors
    ///
    /// [`OutboxError::NotSaved`] if the store could not keep the message, [`OutboxError::Stopped`]
    /// if the outbox has ended before.
    pub async fn saved(mut self) -> Result<Self, OutboxError> {
        match (&mut self.saved).await {
            Ok(()) => Ok(self),
            Err(_) => Err(self.await.err().unwrap_or(OutboxError::Stopped)),
        }
    }
}

impl Future for Queued {
    type Output = Result<Sent, OutboxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let fate = Pin::new(&mut self.fate).poll(context);
        fate.map(|fate| fate.unwrap_or(Err(OutboxError::Stopped)))
    }
}

/// Error of a message that an [`Outbox`](super::Outbox) has given up.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// GroupMe refuses the message, or has failed on it 20 times in a row, for half an hour.
    #[error("the message is given up")]
    Send(#[from] SendError),
    /// The store could not keep the message, which was therefore not sent.
    #[error("the message could not be kept, and is not sent")]
    NotSaved(#[from] StoreError),
    /// The message is older than [`OutboxBuilder::max_age`](super::OutboxBuilder::max_age). An attempt
    /// whose answer was lost may have sent it.
    #[error("the message is too old to be sent")]
    TooOld,
    /// The outbox was closed, or ended with the runtime. A message that the store has is sent after
    /// the next start.
    #[error("the outbox ended before the message was sent")]
    Stopped,
}

/// Shows the text with those of the sources.
impl fmt::Debug for OutboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::write_chain(self, f)
    }
}
