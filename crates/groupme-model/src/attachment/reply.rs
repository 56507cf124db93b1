//! What a reply answers.

use crate::id::{MessageId, MessageIdRef};

use super::{Reply, ReplyRef};

impl Reply {
    /// The message that is answered. Some senders tell only the start of the chain.
    pub fn answered(&self) -> Option<&MessageId> {
        told(self.reply_id.as_ref()).or(told(self.base_reply_id.as_ref()))
    }

    /// The message that started the chain. Some senders tell only the one that is answered.
    pub fn root(&self) -> Option<&MessageId> {
        told(self.base_reply_id.as_ref()).or(told(self.reply_id.as_ref()))
    }
}

impl<'f> ReplyRef<'f> {
    /// The message that is answered. Some senders tell only the start of the chain.
    pub fn answered(&self) -> Option<MessageIdRef<'f>> {
        seen(self.reply_id()).or(seen(self.base_reply_id()))
    }

    /// The message that started the chain. Some senders tell only the one that is answered.
    pub fn root(&self) -> Option<MessageIdRef<'f>> {
        seen(self.base_reply_id()).or(seen(self.reply_id()))
    }
}

/// An id that says something: an empty one is no more than an absent one.
fn told(id: Option<&MessageId>) -> Option<&MessageId> {
    id.filter(|id| !id.is_empty())
}

/// As `told`, of a view.
fn seen(id: Option<MessageIdRef<'_>>) -> Option<MessageIdRef<'_>> {
    id.filter(|id| !id.is_empty())
}
