//! Pushes made rather than received: of what REST told, for instance.
//!
//! Written by serde, an [`Event`](crate::Event) is what the gateway would have pushed, and reading
//! that gives the same event.

use crate::event::{
    JoinedGroup, MembershipPush, MessagePush, ReactionChange, ReactionPush, ReceiptPush, Typing,
};
use crate::id::UserId;
use crate::message::Message;
use crate::reaction::{EmojiReaction, Reaction, UnicodeReaction};
use crate::receipt::ReadReceipt;
use crate::timestamp::Timestamp;

impl MessagePush {
    /// A push about a message, with nothing to show and no time: for `line.create`,
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
    /// A push about reactions, with nothing to show and no time: for `favorite`, `like.create` and
    /// `like.delete`.
    pub fn new(change: impl Into<Box<ReactionChange>>) -> Self {
        Self {
            change: change.into(),
            ..Self::default()
        }
    }
}

impl ReactionChange {
    /// A change to the reactions of a message, after which it has these. Who changed them is not
    /// said; see `user_id`.
    ///
    /// The message is the `direct_message` if [`Message::is_direct`], else the `line`.
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
    /// A push about a new group, with nothing to show and no time.
    pub fn new(group: impl Into<Box<JoinedGroup>>) -> Self {
        Self {
            group: group.into(),
            ..Self::default()
        }
    }
}

impl ReceiptPush {
    /// A push about a message having been read, with nothing to show and no time.
    pub fn new(receipt: impl Into<Box<ReadReceipt>>) -> Self {
        Self {
            receipt: receipt.into(),
            ..Self::default()
        }
    }
}

impl Typing {
    /// Somebody typing since then.
    pub fn new(user_id: UserId, started: Timestamp) -> Self {
        Self {
            user_id: Some(user_id),
            started: Some(started),
            ..Self::default()
        }
    }
}

impl UnicodeReaction {
    /// A reaction with a character, such as `❤️` (with its variation selector, as GroupMe writes
    /// it), and those who gave it.
    pub fn new(code: impl Into<String>, user_ids: Vec<UserId>) -> Self {
        Self {
            code: Some(code.into()),
            user_ids: Some(user_ids),
            ..Self::default()
        }
    }
}

impl EmojiReaction {
    /// A reaction with a picture of a pack, and those who gave it.
    pub fn new(pack_id: i64, pack_index: i64, user_ids: Vec<UserId>) -> Self {
        Self {
            pack_id: Some(pack_id),
            pack_index: Some(pack_index),
            user_ids: Some(user_ids),
            ..Self::default()
        }
    }
}
