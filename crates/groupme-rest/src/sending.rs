//! Sending a message once, and no more than once.

use groupme_model::{LikeIcon, Message, MessageId, Reaction, SourceGuid, outgoing::Draft};

use crate::{
    Client, Conversation, Error,
    endpoint::{
        messages::{self, Window},
        reactions,
    },
};

/// A message that GroupMe has.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Sent {
    /// GroupMe answered with it.
    Created(Box<Message>),
    /// GroupMe had it already: an earlier attempt was heard, although its answer was lost. The
    /// message was found in the history.
    Duplicate(Box<Message>),
    /// GroupMe had it already, but it could not be found in the history: it may have been deleted,
    /// or the history could not be read.
    DuplicateNotFound,
}

impl Sent {
    /// The message, unless it could not be found.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Created(message) | Self::Duplicate(message) => Some(message),
            Self::DuplicateNotFound => None,
        }
    }
}

impl Client {
    /// Sends a message under a new id.
    ///
    /// # Errors
    ///
    /// As [`send_as`](Self::send_as). After an error that is [transient](Error::is_transient) it is
    /// not known whether the message arrived; to try again later without doubling it, choose the id
    /// with [`source_guid`](Self::source_guid) and use `send_as`.
    pub async fn send(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
    ) -> Result<Sent, Error> {
        self.send_as(conversation, draft, self.source_guid()).await
    }

    /// Sends a message under an id of its own. However often that is tried, here or by calling it
    /// again within a minute, the message is there once: GroupMe refuses a second one with the same
    /// id, and that counts as success.
    ///
    /// # Errors
    ///
    /// [`Error::Draft`], if GroupMe would not take it; the last failure, if it was not sent, or not
    /// for all that is known.
    pub async fn send_as(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
        guid: SourceGuid,
    ) -> Result<Sent, Error> {
        let conversation = conversation.into();
        let call = messages::send(&conversation, draft, guid.clone())?;
        match self.call(&call).await {
            Ok(message) => Ok(Sent::Created(Box::new(message))),
            Err(Error::Conflict(_)) => Ok(self.find(&conversation, &guid).await),
            Err(error) => Err(error),
        }
    }

    /// Finds a message by the id that it was sent with, among the newest.
    async fn find(&self, conversation: &Conversation, guid: &SourceGuid) -> Sent {
        let newest = messages::list(conversation, &Window::Newest, LOOK_BACK);
        match self.call(&newest).await {
            Ok(page) => page
                .messages
                .into_iter()
                .find(|message| message.source_guid.as_deref() == Some(guid.as_str()))
                .map_or(Sent::DuplicateNotFound, |message| {
                    Sent::Duplicate(Box::new(message))
                }),
            Err(error) => {
                tracing::debug!(%error, "a message that was sent cannot be looked up");
                Sent::DuplicateNotFound
            }
        }
    }

    /// Reacts to a message, in place of the reaction that you gave it before, if any: GroupMe
    /// ignores a second one, so the first is taken back. The answer is all the reactions that it
    /// has then, as far as GroupMe tells.
    ///
    /// # Errors
    ///
    /// The failure of either step. After one of the second, you have no reaction.
    pub async fn react(
        &self,
        conversation: impl Into<Conversation>,
        message: impl Into<MessageId>,
        icon: Option<LikeIcon>,
    ) -> Result<Vec<Reaction>, Error> {
        let (conversation, message) = (conversation.into(), message.into());
        let unlike = reactions::unlike(&conversation, &message);
        self.call(&unlike).await?;
        let like = reactions::like(conversation, message, icon);
        self.call(&like).await
    }
}

/// A message is refused as a double for about a minute, in which few conversations have more.
const LOOK_BACK: u32 = 100;
