//! Answering a message: reply, react, edit, delete.

use groupme_model::{Draft, LikeIcon, Message, MessageId, MessageRef};
use groupme_rest::{Conversation, Sent};

use crate::{Handle, SendError};

/// Ways to answer a message, for views and owned messages. Part of the
/// [`prelude`](crate::prelude).
///
/// ```no_run
/// use groupme_client::prelude::*;
///
/// # async fn bot(mut client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let handle = client.handle();
/// while let Some(delivery) = client.next_event().await? {
///     let event = delivery.event();
///     if let Some(message) = event.new_message()
///         && message.text() == Some("!ping")
///     {
///         message.react(&handle, "\u{1f44d}").await?;
///         message.reply(&handle, "pong").await?;
///     }
/// }
/// # Ok(()) }
/// ```
pub trait MessageExt: target::Target {
    /// Sends a message to the conversation that quotes this one. [`Handle::send`] to the message's
    /// conversation sends without the quote.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::send`]; [`SendError::NoConversation`] if the message names none.
    fn reply(
        &self,
        handle: &Handle,
        draft: impl Into<Draft>,
    ) -> impl Future<Output = Result<Sent, SendError>> + Send {
        let draft = draft.into().reply_to(self.quote());
        let place = self.place(handle);
        let handle = handle.clone();
        async move { handle.send(place?, draft).await }
    }

    /// Reacts to the message with a character such as `"\u{2764}\u{fe0f}"` or another
    /// [`LikeIcon`], in place of an earlier reaction of the account.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::react`]; [`SendError::NoConversation`] if the message names none.
    fn react(
        &self,
        handle: &Handle,
        icon: impl Into<LikeIcon>,
    ) -> impl Future<Output = Result<(), SendError>> + Send {
        let (place, message, icon) = (self.place(handle), self.message_id(), icon.into());
        let handle = handle.clone();
        async move { handle.react(place?, message, icon).await }
    }

    /// Removes the account's reaction to the message.
    ///
    /// # Errors
    ///
    /// Same as [`react`](Self::react).
    fn unreact(&self, handle: &Handle) -> impl Future<Output = Result<(), SendError>> + Send {
        let (place, message) = (self.place(handle), self.message_id());
        let handle = handle.clone();
        async move { handle.unreact(place?, message).await }
    }

    /// Replaces the text and attachments of the message, which has to be the account's own.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::edit`]; [`SendError::NoConversation`] if the message names none.
    fn edit(
        &self,
        handle: &Handle,
        draft: impl Into<Draft>,
    ) -> impl Future<Output = Result<Message, SendError>> + Send {
        let (place, message, draft) = (self.place(handle), self.message_id(), draft.into());
        let handle = handle.clone();
        async move { handle.edit(place?, message, draft).await }
    }

    /// Deletes the message: one of the account's own, or of a group that the account administers.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::delete`]; [`SendError::NoConversation`] if the message names none.
    fn delete(&self, handle: &Handle) -> impl Future<Output = Result<(), SendError>> + Send {
        let (place, message) = (self.place(handle), self.message_id());
        let handle = handle.clone();
        async move { handle.delete(place?, message).await }
    }
}

impl MessageExt for MessageRef<'_> {}
impl MessageExt for Message {}

pub(crate) mod target {
    use groupme_model::{Message, MessageId, MessageRef, attachment::Reply};
    use groupme_rest::Conversation;

    use crate::{Handle, SendError};

    /// Message that can be answered. Sealed.
    pub trait Target {
        fn message_id(&self) -> MessageId;
        fn quote(&self) -> Reply;
        fn place(&self, handle: &Handle) -> Result<Conversation, SendError>;
    }

    impl Target for MessageRef<'_> {
        fn message_id(&self) -> MessageId {
            self.id().into_owned()
        }

        fn quote(&self) -> Reply {
            self.into()
        }

        fn place(&self, handle: &Handle) -> Result<Conversation, SendError> {
            if let Some(conversation) = self.conversation() {
                return Ok(conversation.into());
            }
            // Direct messages of old rows name their two users only.
            let sender = self.sender().filter(|sender| *sender != *handle.user());
            let other = sender.or_else(|| self.recipient_id());
            other.map(Into::into).ok_or(SendError::NoConversation)
        }
    }

    impl Target for Message {
        fn message_id(&self) -> MessageId {
            self.id.clone()
        }

        fn quote(&self) -> Reply {
            self.into()
        }

        fn place(&self, handle: &Handle) -> Result<Conversation, SendError> {
            if let Some(conversation) = self.conversation() {
                return Ok(conversation.into());
            }
            let sender = self.sender().filter(|sender| *sender != handle.user());
            let other = sender.or(self.recipient_id.as_ref());
            other.map(Into::into).ok_or(SendError::NoConversation)
        }
    }
}

impl Handle {
    /// Reacts to a message, in place of an earlier reaction of the account.
    ///
    /// # Errors
    ///
    /// [`SendError::NoRest`] without a REST API; [`SendError::Rest`] if GroupMe does not accept the
    /// request. The other methods about messages have the same errors.
    pub async fn react(
        &self,
        conversation: impl Into<Conversation>,
        message: impl Into<MessageId>,
        icon: impl Into<LikeIcon>,
    ) -> Result<(), SendError> {
        let (conversation, message) = (conversation.into(), message.into());
        let rest = self.require_rest()?;
        rest.react(conversation, message, Some(icon.into())).await?;
        Ok(())
    }

    /// Removes the account's reaction to a message.
    ///
    /// # Errors
    ///
    /// Same as [`react`](Self::react).
    pub async fn unreact(
        &self,
        conversation: impl Into<Conversation>,
        message: impl Into<MessageId>,
    ) -> Result<(), SendError> {
        let call = groupme_rest::endpoint::reactions::unlike(conversation, message);
        self.require_rest()?.call(&call).await?;
        Ok(())
    }

    /// Replaces the text and attachments of a message of the account, while GroupMe allows it.
    /// Returns the message after the edit.
    ///
    /// # Errors
    ///
    /// Same as [`react`](Self::react), and [`groupme_rest::Error::Draft`] if GroupMe would refuse
    /// the text.
    pub async fn edit(
        &self,
        conversation: impl Into<Conversation>,
        message: impl Into<MessageId>,
        draft: impl Into<Draft>,
    ) -> Result<Message, SendError> {
        let call = groupme_rest::endpoint::messages::edit(conversation, message, draft);
        let call = call.map_err(groupme_rest::Error::from)?;
        Ok(self.require_rest()?.call(&call).await?)
    }

    /// Deletes a message: one of the account's own, or of a group that the account administers.
    ///
    /// # Errors
    ///
    /// Same as [`react`](Self::react).
    pub async fn delete(
        &self,
        conversation: impl Into<Conversation>,
        message: impl Into<MessageId>,
    ) -> Result<(), SendError> {
        let call = groupme_rest::endpoint::messages::delete(conversation, message);
        Ok(self.require_rest()?.call(&call).await?)
    }

    fn require_rest(&self) -> Result<groupme_rest::Client, SendError> {
        self.rest().ok_or(SendError::NoRest)
    }
}
