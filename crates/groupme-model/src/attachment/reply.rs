//! Message that a reply refers to.

use crate::id::{MessageId, MessageIdRef};
use crate::message::{Message, MessageRef};

use super::{Attachment, AttachmentRef, Reply, ReplyRef};

/// Creates a reply to a message, in the chain of replies that the message belongs to.
impl From<MessageRef<'_>> for Reply {
    fn from(message: MessageRef<'_>) -> Self {
        let root = message
            .attachments()
            .into_iter()
            .find_map(|part| match part {
                AttachmentRef::Reply(reply) => reply.root().map(MessageIdRef::into_owned),
                _ => None,
            });
        let author = message.sender().map(Into::into).unwrap_or_default();
        Self::new(message.id().into_owned(), root, author)
    }
}

/// Creates a reply to a message, in the chain of replies that the message belongs to.
impl From<&MessageRef<'_>> for Reply {
    fn from(message: &MessageRef<'_>) -> Self {
        (*message).into()
    }
}

/// Creates a reply to a message, in the chain of replies that the message belongs to.
impl From<&Message> for Reply {
    fn from(message: &Message) -> Self {
        let root = message.attachments.iter().find_map(|part| match part {
            Attachment::Reply(reply) => reply.root().cloned(),
            _ => None,
        });
        let author = message.sender().cloned().unwrap_or_default();
        Self::new(message.id.clone(), root, author)
    }
}

impl Reply {
    /// Returns the message that is replied to. Some senders set only the first message of the
    /// chain.
    pub fn replied_to(&self) -> Option<&MessageId> {
        non_empty(self.reply_id.as_ref()).or(non_empty(self.base_reply_id.as_ref()))
    }

    /// Returns the first message of the chain of replies. Some senders set only the message that is
    /// replied to.
    pub fn root(&self) -> Option<&MessageId> {
        non_empty(self.base_reply_id.as_ref()).or(non_empty(self.reply_id.as_ref()))
    }
}

impl<'f> ReplyRef<'f> {
    /// Returns the message that is replied to. Some senders set only the first message of the
    /// chain.
    pub fn replied_to(&self) -> Option<MessageIdRef<'f>> {
        non_empty_view(self.reply_id()).or(non_empty_view(self.base_reply_id()))
    }

    /// Returns the first message of the chain of replies. Some senders set only the message that is
    /// replied to.
    pub fn root(&self) -> Option<MessageIdRef<'f>> {
        non_empty_view(self.base_reply_id()).or(non_empty_view(self.reply_id()))
    }
}

/// Filters out an empty id, which some senders use for an absent one.
fn non_empty(id: Option<&MessageId>) -> Option<&MessageId> {
    id.filter(|id| !id.is_empty())
}

/// Filters out an empty id of a view.
fn non_empty_view(id: Option<MessageIdRef<'_>>) -> Option<MessageIdRef<'_>> {
    id.filter(|id| !id.is_empty())
}
