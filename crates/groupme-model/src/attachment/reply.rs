//! What a reply answers.

use crate::id::{MessageId, MessageIdRef};

use super::{Reply, ReplyRef};

impl Reply {
    /// The message that is answered. Some senders tell only the start of the chain.
    pub fn answered(&self) -> Option<&MessageId> {
        self.reply_id.as_ref().or(self.base_reply_id.as_ref())
    }

    /// The message that started the chain. Some senders tell only the one that is answered.
    pub fn root(&self) -> Option<&MessageId> {
        self.base_reply_id.as_ref().or(self.reply_id.as_ref())
    }
}

impl<'f> ReplyRef<'f> {
    /// The message that is answered. Some senders tell only the start of the chain.
    pub fn answered(&self) -> Option<MessageIdRef<'f>> {
        self.reply_id().or(self.base_reply_id())
    }

    /// The message that started the chain. Some senders tell only the one that is answered.
    pub fn root(&self) -> Option<MessageIdRef<'f>> {
        self.base_reply_id().or(self.reply_id())
    }
}
