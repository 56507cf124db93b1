//! Answers that are given once, however often a program is killed and started again.

use groupme_account::Delivery;
use groupme_model::{Draft, MessageId, SourceGuid};
use groupme_rest::{Conversation, Sent};

use crate::{Handle, SendError, message_ext::target::Target as _};

/// Answer to a message, with an id made of the message's: a second one is recognized by it.
pub(crate) struct Answer {
    pub(crate) conversation: Conversation,
    pub(crate) guid: SourceGuid,
    pub(crate) draft: Draft,
    /// Whether an earlier run of the program may have given the answer.
    pub(crate) may_be_given: bool,
    question: MessageId,
}

impl Answer {
    /// Returns an answer that quotes the message of an event.
    pub(crate) fn reply(
        delivery: &Delivery,
        handle: &Handle,
        draft: Draft,
    ) -> Result<Self, SendError> {
        let event = delivery.event();
        let message = event.message().ok_or(SendError::NoMessage)?;
        Self::new(delivery, handle, "", draft.reply_to(message.quote()))
    }

    /// Returns the answer that a key distinguishes from others to the message of an event.
    pub(crate) fn new(
        delivery: &Delivery,
        handle: &Handle,
        key: &str,
        draft: Draft,
    ) -> Result<Self, SendError> {
        let event = delivery.event();
        let message = event.message().ok_or(SendError::NoMessage)?;
        let question = message.id().into_owned();
        Ok(Self {
            conversation: message.place(handle)?,
            guid: SourceGuid::from(format!("{PREFIX}{question}{SEPARATOR}{key}")),
            draft,
            // What is pushed as it happens came to no earlier run.
            may_be_given: !delivery.is_live(),
            question,
        })
    }

    pub(crate) async fn send(self, handle: &Handle) -> Result<Sent, SendError> {
        if self.may_be_given {
            let rest = handle.rest().ok_or(SendError::NoRest)?;
            let given = rest.find_sent_after(&self.conversation, &self.guid, self.question);
            if let Some(given) = given.await? {
                return Ok(Sent::Duplicate(Box::new(given)));
            }
        }
        handle
            .send_as(self.conversation, self.draft, self.guid)
            .await
    }
}

/// Returns the message that is answered, if the id is that of an [`Answer`].
pub(crate) fn question(guid: &SourceGuid) -> Option<MessageId> {
    let (question, _) = guid.as_str().strip_prefix(PREFIX)?.split_once(SEPARATOR)?;
    Some(question.into())
}

const PREFIX: &str = "answer-to-";
const SEPARATOR: char = '/';
