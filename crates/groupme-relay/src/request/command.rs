//! Commands: requests whose verb and body have been read.

use groupme_client::{
    Conversation, ConversationId, Draft, LikeIcon, MessageId, SourceGuid, UserId,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ErrorCode, Request, RequestError};

/// Command to an account.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// Send a message.
    Send {
        /// Conversation.
        conversation: Conversation,
        /// Message.
        draft: Draft,
        /// Id of the message, the same in each repetition.
        guid: SourceGuid,
    },
    /// Replace the text and attachments of a message.
    Edit {
        /// Conversation.
        conversation: Conversation,
        /// Message.
        message: MessageId,
        /// New text and attachments.
        draft: Draft,
    },
    /// Delete a message.
    Delete {
        /// Conversation.
        conversation: Conversation,
        /// Message.
        message: MessageId,
    },
    /// Set the account's reaction to a message.
    React {
        /// Conversation.
        conversation: Conversation,
        /// Message.
        message: MessageId,
        /// Icon; `None` for the default heart.
        icon: Option<LikeIcon>,
    },
    /// Remove the account's reaction to a message.
    Unreact {
        /// Conversation.
        conversation: Conversation,
        /// Message.
        message: MessageId,
    },
    /// Show the account as typing for five seconds.
    Typing {
        /// Conversation.
        conversation: Conversation,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    conversation: Option<String>,
    user: Option<String>,
    message: Option<String>,
    text: Option<String>,
    attachments: Option<Value>,
    icon: Option<Icon>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Icon {
    Character(String),
    Emoji { pack_id: i64, pack_index: i64 },
}

impl Command {
    /// Reads a request. Its body is a JSON object:
    ///
    /// | member | of | value |
    /// |---|---|---|
    /// | `conversation` or `user` | all | id of a group, topic or direct conversation (`185+230`); or id of the other user |
    /// | `text`, `attachments` | `send`, `edit` | text, and attachments as GroupMe has them; one of both is needed |
    /// | `message` | `edit`, `delete`, `react`, `unreact` | id of the message |
    /// | `icon` | `react` | a character, or `{"pack_id":1,"pack_index":2}`; without, the default heart |
    ///
    /// # Errors
    ///
    /// [`ErrorCode::UnknownVerb`] and [`ErrorCode::Malformed`].
    pub fn read(request: &Request) -> Result<Self, RequestError> {
        if !VERBS.contains(&&*request.verb) {
            let message = format!(
                "{:?} is no verb: use {}",
                shortened(&request.verb),
                VERBS.join(", ")
            );
            return Err(RequestError::new(ErrorCode::UnknownVerb, message));
        }
        let body: Body = serde_json::from_slice(&request.body)
            .map_err(|error| malformed(format!("the body cannot be read: {error}")))?;
        let conversation = body.conversation()?;
        Ok(match &*request.verb {
            "send" => Self::Send {
                draft: body.draft()?,
                guid: guid(request)?,
                conversation,
            },
            "edit" => Self::Edit {
                draft: body.draft()?,
                message: body.message()?,
                conversation,
            },
            "delete" => Self::Delete {
                message: body.message()?,
                conversation,
            },
            "react" => Self::React {
                message: body.message()?,
                icon: body.icon.map(LikeIcon::from),
                conversation,
            },
            "unreact" => Self::Unreact {
                message: body.message()?,
                conversation,
            },
            _ => Self::Typing { conversation },
        })
    }
}

impl Body {
    fn conversation(&self) -> Result<Conversation, RequestError> {
        match (&self.conversation, &self.user) {
            (Some(id), None) if is_id(id) => {
                Ok(Conversation::from(ConversationId::from(id.as_str())))
            }
            (None, Some(id)) if is_id(id) => Ok(Conversation::User(UserId::from(id.as_str()))),
            _ => Err(malformed(
                "the body needs the id of a `conversation`, or that of a `user`".to_owned(),
            )),
        }
    }

    fn message(&self) -> Result<MessageId, RequestError> {
        let id = self.message.as_deref().filter(|id| is_id(id));
        id.map(MessageId::from)
            .ok_or_else(|| malformed("the body needs the id of a `message`".to_owned()))
    }

    fn draft(&self) -> Result<Draft, RequestError> {
        let draft = json!({
            "text": self.text.as_deref().unwrap_or_default(),
            "attachments": self.attachments.clone().unwrap_or_else(|| json!([])),
        });
        serde_json::from_value(draft)
            .map_err(|error| malformed(format!("the attachments cannot be read: {error}")))
    }
}

impl From<Icon> for LikeIcon {
    fn from(icon: Icon) -> Self {
        match icon {
            Icon::Character(code) => Self::unicode(code),
            Icon::Emoji {
                pack_id,
                pack_index,
            } => Self::emoji(pack_id, pack_index),
        }
    }
}

fn guid(request: &Request) -> Result<SourceGuid, RequestError> {
    let guid = request.source_guid.as_deref().filter(|guid| is_id(guid));
    let guid = guid.ok_or_else(|| {
        malformed(
            "`send` needs the header Gm-Source-Guid: draw a new id for each message, and repeat the request with \
             the same one"
                .to_owned(),
        )
    })?;
    Ok(SourceGuid::from(guid))
}

/// Returns whether a text can be an id: it goes into paths and headers.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-_.:".contains(&byte);
    (1..=100).contains(&text.len()) && text.bytes().all(is_plain)
}

fn malformed(message: String) -> RequestError {
    RequestError::new(ErrorCode::Malformed, message)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

const VERBS: &[&str] = &["send", "edit", "delete", "react", "unreact", "typing"];
