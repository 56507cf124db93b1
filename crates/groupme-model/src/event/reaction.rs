//! The subject of pushes about reactions.

use crate::macros::model;
use crate::message::{Message, MessageRef};
use crate::reaction::{Reaction, ReactionRef};

model! {
    /// The reactions to a message, after one was added or taken back.
    pub struct ReactionChange as ReactionChangeRef {
        /// The message, if it is a group's.
        line: object(Message, MessageRef),
        /// The message, if it is a direct one.
        direct_message: object(Message, MessageRef),
        /// All reactions to the message, now: they replace what was known. Absent is not the same
        /// as none.
        reactions: maybe_list(Reaction),
        /// Who added or took back one.
        user_id: id(User),
        /// The one that was added; only in `like.create`.
        user_reaction: object(Reaction, ReactionRef),
    }
}

impl ReactionChange {
    /// The message, of a group or direct.
    pub fn message(&self) -> Option<&Message> {
        self.line.as_ref().or(self.direct_message.as_ref())
    }
}

impl<'f> ReactionChangeRef<'f> {
    /// The message, of a group or direct.
    pub fn message(&self) -> Option<MessageRef<'f>> {
        self.line().or_else(|| self.direct_message())
    }
}
