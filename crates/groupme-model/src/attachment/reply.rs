//! Message that a reply refers to.

use crate::id::{MessageId, MessageIdRef};

use super::{Reply, ReplyRef};

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
