//! Subject of pushes about reactions.

use crate::macros::model;
use crate::message::{Message, MessageRef};
use crate::reaction::{Reaction, ReactionRef};

model! {
    /// Reactions of a message after one was added or removed.
    pub struct ReactionChange as ReactionChangeRef {
        /// Message, if it belongs to a group.
        line: object(Message, MessageRef),
        /// Message, if it is a direct message.
        direct_message: object(Message, MessageRef),
        /// All reactions of the message after the change; they replace the earlier ones. Absent is
        /// not the same as empty.
        reactions: optional_list(Reaction),
        /// User who added or removed a reaction.
        user_id: id(User),
        /// Reaction that was added; only in `like.create`.
        user_reaction: object(Reaction, ReactionRef),
    }
}

impl ReactionChange {
    /// Returns the message, from a group or a direct conversation.
    pub fn message(&self) -> Option<&Message> {
        self.line.as_ref().or(self.direct_message.as_ref())
    }
}

impl<'f> ReactionChangeRef<'f> {
    /// Returns the message, from a group or a direct conversation.
    pub fn message(&self) -> Option<MessageRef<'f>> {
        self.line().or_else(|| self.direct_message())
    }
}
