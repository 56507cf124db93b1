//! Constructors for pushes, for example of messages read over REST.
//!
//! Serialized, an [`Event`](crate::Event) is what the gateway would have pushed, and reading that
//! gives an equal event.

use crate::event::{
    JoinedGroup, MembershipPush, MessagePush, ReactionChange, ReactionPush, ReceiptPush, Typing,
};
use crate::id::UserId;
use crate::message::Message;
use crate::reaction::{EmojiReaction, Reaction, UnicodeReaction};
use crate::receipt::ReadReceipt;
use crate::timestamp::Timestamp;

impl MessagePush {
    /// Creates the push of a message without alert and time, for `line.create`,
    /// `direct_message.create`, `message.update` and `message.deleted`.
    ///
    /// ```
    /// use groupme_model::{Event, Message, MessagePush};
    ///
    /// let message = Message::new("175141257527047935".into());
    /// let event = Event::LineCreate(MessagePush::new(message));
    /// let written = serde_json::to_string(&event)?;
    /// assert_eq!(
    ///     written,
    ///     r#"{"type":"line.create","subject":{"id":"175141257527047935","attachments":[]}}"#
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(message: impl Into<Box<Message>>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }
}

impl ReactionPush {
    /// Creates the push of a change of reactions without alert and time, for `favorite`,
    /// `like.create` and `like.delete`.
    pub fn new(change: impl Into<Box<ReactionChange>>) -> Self {
        Self {
            change: change.into(),
            ..Self::default()
        }
    }
}

impl ReactionChange {
    /// Creates a change after which the message has these reactions. The user who made the change,
    /// `user_id`, is left unset.
    ///
    /// The message becomes the `direct_message` if [`Message::is_direct`], else the `line`.
    pub fn new(message: Message, reactions: Vec<Reaction>) -> Self {
        let (line, direct_message) = if message.is_direct() {
            (None, Some(message))
        } else {
            (Some(message), None)
        };
        Self {
            line,
            direct_message,
            reactions: Some(reactions),
            ..Self::default()
        }
    }
}

impl MembershipPush {
    /// Creates the push of a new membership without alert and time.
    pub fn new(group: impl Into<Box<JoinedGroup>>) -> Self {
        Self {
            group: group.into(),
            ..Self::default()
        }
    }
}

impl ReceiptPush {
    /// Creates the push of a read receipt without alert and time.
    pub fn new(receipt: impl Into<Box<ReadReceipt>>) -> Self {
        Self {
            receipt: receipt.into(),
            ..Self::default()
        }
    }
}

impl Typing {
    /// Creates the event of a user who started typing.
    pub fn new(user_id: UserId, started: Timestamp) -> Self {
        Self {
            user_id: Some(user_id),
            started: Some(started),
            ..Self::default()
        }
    }
}

impl UnicodeReaction {
    /// Creates a reaction with a character, such as `❤️` (with its variation selector, as GroupMe
    /// sends it), and the users who gave it.
    pub fn new(code: impl Into<String>, user_ids: Vec<UserId>) -> Self {
        Self {
            code: Some(code.into()),
            user_ids: Some(user_ids),
            ..Self::default()
        }
    }
}

impl EmojiReaction {
    /// Creates a reaction with an emoji of a pack, and the users who gave it.
    pub fn new(pack_id: i64, pack_index: i64, user_ids: Vec<UserId>) -> Self {
        Self {
            pack_id: Some(pack_id),
            pack_index: Some(pack_index),
            user_ids: Some(user_ids),
            ..Self::default()
        }
    }
}
