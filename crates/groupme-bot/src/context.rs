//! A message and the ways to answer it.

use core::fmt;
use std::sync::Arc;

use groupme_client::{
    ConversationId, Delivery, Draft, Error, Handle, LikeIcon, MessageRef, SendError, Sent, Typing,
    UserId,
};

use crate::wait::{Wait, Waiters, wait_for};

/// Message that a handler answers, with the ways to answer. Clones are cheap.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    delivery: Delivery,
    handle: Handle,
    waiters: Arc<Waiters>,
    conversation: ConversationId,
    sender: UserId,
    turn: Turn,
}

/// Turn of a handler among those of its conversation.
#[derive(Clone)]
pub(crate) struct Turn {
    pub(crate) job: u64,
    pub(crate) released: tokio::sync::mpsc::UnboundedSender<u64>,
}

impl Context {
    /// Returns the context of a delivered message; `None` for another event, or a message that
    /// names no conversation or no author.
    pub(crate) fn new(
        delivery: Delivery,
        handle: Handle,
        waiters: Arc<Waiters>,
        turn: Turn,
    ) -> Option<Self> {
        let message = delivery.event().message()?;
        let conversation = message.conversation()?.into_owned();
        let sender = message.sender()?.into_owned();
        Some(Self(Arc::new(Inner {
            delivery,
            handle,
            waiters,
            conversation,
            sender,
            turn,
        })))
    }

    /// Returns the context of the same message for the handler that waits for it.
    pub(crate) fn with_turn(&self, turn: Turn) -> Self {
        Self(Arc::new(Inner {
            turn,
            ..Inner::clone(&self.0)
        }))
    }

    /// Returns the message.
    ///
    /// # Panics
    ///
    /// Never: a context is made only of a delivery with a message.
    pub fn message(&self) -> MessageRef<'_> {
        let message = self.0.delivery.event().message();
        message.expect("checked when the context was made")
    }

    /// Returns the text of the message; empty if it has none.
    pub fn text(&self) -> &str {
        self.message().text().unwrap_or_default()
    }

    /// Returns the event that brought the message.
    pub fn delivery(&self) -> &Delivery {
        &self.0.delivery
    }

    /// Returns the conversation of the message.
    pub fn conversation(&self) -> &ConversationId {
        &self.0.conversation
    }

    /// Returns the author of the message.
    pub fn sender(&self) -> &UserId {
        &self.0.sender
    }

    /// Returns the handle of the client, for everything else: REST, subscriptions, other
    /// conversations.
    pub fn handle(&self) -> &Handle {
        &self.0.handle
    }

    /// Sends a message to the conversation.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::send`].
    pub async fn send(&self, draft: impl Into<Draft>) -> Result<Sent, SendError> {
        self.0.handle.send(&self.0.conversation, draft).await
    }

    /// Sends a message to the conversation that quotes this one.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::send`].
    pub async fn reply(&self, draft: impl Into<Draft>) -> Result<Sent, SendError> {
        self.send(draft.into().reply_to(self.message())).await
    }

    /// Reacts to the message with a character such as `"\u{2764}\u{fe0f}"`, or another
    /// [`LikeIcon`].
    ///
    /// # Errors
    ///
    /// [`SendError::NoRest`] without a REST API; [`SendError::Rest`] if GroupMe does not accept the
    /// reaction.
    pub async fn react(&self, icon: impl Into<LikeIcon>) -> Result<(), SendError> {
        let (handle, conversation) = (&self.0.handle, &self.0.conversation);
        handle.react(conversation, self.message().id(), icon).await
    }

    /// Shows the bot as typing in the conversation until the returned value is dropped.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::typing`].
    pub fn typing(&self) -> Result<Typing, Error> {
        self.0.handle.typing(&self.0.conversation)
    }

    /// Shows the bot as typing in the conversation, for five seconds.
    ///
    /// # Errors
    ///
    /// Same as [`Handle::send_typing`].
    pub fn send_typing(&self) -> Result<(), Error> {
        self.0.handle.send_typing(&self.0.conversation)
    }

    /// Waits for the next message of the same user in the same conversation; see
    /// [`wait_for`](Self::wait_for).
    pub fn next_message(&self) -> Wait {
        let (conversation, sender) = (self.0.conversation.clone(), self.0.sender.clone());
        self.wait_for(move |message| {
            *message.conversation() == conversation && *message.sender() == sender
        })
    }

    /// Waits for the next message that the filter accepts, from any conversation. That message goes
    /// to this handler alone, and not to a command.
    ///
    /// Messages are noted from this call on, before the returned value is awaited: call it before
    /// sending the question, and no answer is too fast. While a handler waits, the next message of
    /// its conversation is handled. A filter that panics ends the waiting.
    pub fn wait_for(&self, filter: impl FnMut(&Self) -> bool + Send + 'static) -> Wait {
        wait_for(&self.0.waiters, filter, self.0.turn.clone())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("conversation", &self.0.conversation)
            .field("sender", &self.0.sender)
            .finish_non_exhaustive()
    }
}
