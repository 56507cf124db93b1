//! Bodies of requests, and events to publish.
//!
//! A [`Draft`] is checked when a body is built from it. The bodies are models like any other and
//! can be read as well as written.
//!
//! ```
//! use groupme_model::attachment::{Image, Mentions};
//! use groupme_model::outgoing::{Draft, DraftError, SourceGuid};
//!
//! // Sixteen bytes from the program's source of randomness.
//! let guid = SourceGuid::from_random([7; 16]);
//! let mut mentions = Mentions::default();
//! mentions.add("185".into(), "hey @Rowan", 4..10)?;
//! let body = Draft::new("hey @Rowan")
//!     .attach(mentions)
//!     .attach(Image::new("https://i.groupme.com/123456789"))
//!     .for_group(guid)?;
//! assert_eq!(body.message.text.as_deref(), Some("hey @Rowan"));
//!
//! assert_eq!(Draft::new("").for_edit(), Err(DraftError::Empty));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::fmt;

use crate::attachment::{Attachment, Reply};
use crate::event::{Event, Ping, Typing};
use crate::id::{BotId, UserId};
use crate::like_icon::LikeIcon;
use crate::system_event::EditedMessage;
use crate::timestamp::Timestamp;

mod body;
mod guid;
mod split;

pub use body::*;
pub use guid::SourceGuid;

/// Message to send.
///
/// With serde, a draft can be kept: `{"text": …, "attachments": […]}`.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Draft {
    text: String,
    attachments: Vec<Attachment>,
}

/// Error for a draft that GroupMe would refuse.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The draft has neither a text nor an attachment.
    #[error("the message is empty: give it a text or an attachment")]
    Empty,
    /// The text is longer than [`Draft::TEXT_LIMIT`].
    #[error("the text has {len} characters and GroupMe takes {limit}: shorten or split it")]
    TextTooLong {
        /// Length of the text, in characters.
        len: usize,
        /// Maximum length of a text, in characters.
        limit: usize,
    },
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Creates a draft with a text.
impl From<&str> for Draft {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Creates a draft with a text.
impl From<&String> for Draft {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

/// Creates a draft with a text.
impl From<String> for Draft {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Draft {
    /// Maximum length of a text, in characters, counted as Unicode scalar values.
    ///
    /// GroupMe documents the number but not the unit, so a text close to the limit may still be
    /// refused.
    pub const TEXT_LIMIT: usize = 1000;

    /// Creates a draft with a text, which may be empty if an attachment is added.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            attachments: Vec::new(),
        }
    }

    /// Adds an attachment.
    #[must_use]
    pub fn attach(mut self, attachment: impl Into<Attachment>) -> Self {
        self.attachments.push(attachment.into());
        self
    }

    /// Marks the draft as a reply to a message: one of an event, one read over REST, or a
    /// [`Reply`].
    ///
    /// ```
    /// use groupme_model::{Draft, Message};
    ///
    /// let question = Message::new("175141257527047935".into());
    /// let answer = Draft::new("42").reply_to(&question);
    /// # let _ = answer;
    /// ```
    #[must_use]
    pub fn reply_to(self, message: impl Into<Reply>) -> Self {
        self.attach(message.into())
    }

    /// Builds the body that posts the message to a group or a topic.
    ///
    /// # Errors
    ///
    /// [`DraftError`] if the draft is empty or its text is too long; so do the other `for_`
    /// methods.
    pub fn for_group(self, guid: SourceGuid) -> Result<MessageBody, DraftError> {
        Ok(MessageBody {
            message: Box::new(self.into_message(guid)?),
            ..MessageBody::default()
        })
    }

    /// Builds the body that sends the message to a user.
    ///
    /// # Errors
    ///
    /// [`DraftError`] if the draft is empty or its text is too long.
    pub fn for_user(
        self,
        guid: SourceGuid,
        recipient: UserId,
    ) -> Result<DirectMessageBody, DraftError> {
        let mut message = self.into_message(guid)?;
        message.recipient_id = Some(recipient);
        Ok(DirectMessageBody {
            direct_message: Box::new(message),
            ..DirectMessageBody::default()
        })
    }

    /// Builds the body that edits a sent message. The attachments replace those of the message.
    ///
    /// # Errors
    ///
    /// [`DraftError`] if the draft is empty or its text is too long.
    pub fn for_edit(self) -> Result<EditedMessage, DraftError> {
        self.check()?;
        Ok(EditedMessage {
            text: non_empty(self.text),
            attachments: self.attachments,
            ..EditedMessage::default()
        })
    }

    /// Builds the body that posts the message as a bot.
    ///
    /// # Errors
    ///
    /// [`DraftError`] if the draft is empty or its text is too long.
    pub fn for_bot(self, bot: BotId) -> Result<BotMessageBody, DraftError> {
        self.check()?;
        Ok(BotMessageBody {
            bot_id: bot,
            text: non_empty(self.text),
            attachments: self.attachments,
            ..BotMessageBody::default()
        })
    }

    fn into_message(self, guid: SourceGuid) -> Result<NewMessage, DraftError> {
        self.check()?;
        Ok(NewMessage {
            source_guid: Some(guid.into()),
            text: non_empty(self.text),
            attachments: self.attachments,
            ..NewMessage::default()
        })
    }

    fn check(&self) -> Result<(), DraftError> {
        let limit = Self::TEXT_LIMIT;
        let len = self.text.chars().count();
        if len > limit {
            return Err(DraftError::TextTooLong { len, limit });
        }
        if len == 0 && self.attachments.is_empty() {
            return Err(DraftError::Empty);
        }
        Ok(())
    }
}

impl ReactionBody {
    /// Creates the body that reacts to a message. GroupMe ignores a second reaction of the same
    /// user: remove the first one before.
    pub fn new(icon: LikeIcon) -> Self {
        Self {
            like_icon: Some(icon),
            ..Self::default()
        }
    }
}

/// Events that a client may publish; GroupMe accepts no others.
impl Event {
    /// Creates a typing event to publish on the conversation's channel, at most once a second.
    pub fn typing(you: UserId, started: Timestamp) -> Self {
        Self::Typing(Typing {
            user_id: Some(you),
            started: Some(started),
            ..Typing::default()
        })
    }

    /// Creates a ping to publish, at most once every 30 seconds.
    pub fn ping() -> Self {
        Self::Ping(Ping::default())
    }
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
