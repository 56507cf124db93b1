//! Read access to messages.

use core::fmt;

use super::{
    Conversation, SimMessageId, SimUserId, World,
    message::{Icon, Message},
};

/// Message of a user in its current state.
#[derive(Clone, Copy)]
pub struct MessageView<'w>(&'w Message);

impl World {
    /// Returns a message of a user; `None` if it does not exist or is a notice.
    pub fn message(&self, id: SimMessageId) -> Option<MessageView<'_>> {
        self.history.message(id).ok().map(MessageView)
    }

    /// Returns the messages of users in a conversation, newest first, including tombstones of
    /// deleted ones.
    pub fn messages(&self, conversation: Conversation) -> impl Iterator<Item = MessageView<'_>> {
        self.history.messages(conversation).map(MessageView)
    }

    /// Returns the messages of users after an id in all conversations, newest first.
    pub fn messages_after(&self, id: SimMessageId) -> impl Iterator<Item = MessageView<'_>> {
        self.history.messages_after(id).map(MessageView)
    }

    /// Returns the id of the latest message or notice in all conversations; 0 if there is none.
    pub fn latest_message(&self) -> SimMessageId {
        self.latest
    }
}

impl<'w> MessageView<'w> {
    /// Returns the id.
    pub fn id(self) -> SimMessageId {
        self.0.id
    }

    /// Returns the conversation.
    pub fn conversation(self) -> Conversation {
        self.0.conversation
    }

    /// Returns the author.
    pub fn author(self) -> SimUserId {
        self.0.author
    }

    /// Returns the current text; `None` for a message of attachments only.
    pub fn text(self) -> Option<&'w str> {
        self.0.text.as_deref()
    }

    /// Returns the attachments: the JSON text of an array.
    pub fn attachments(self) -> String {
        serde_json::Value::from(self.0.attachments.clone()).to_string()
    }

    /// Returns the `source_guid` given by the author's client.
    pub fn source_guid(self) -> &'w str {
        &self.0.source_guid
    }

    /// Returns the time of the last edit, in seconds since 1970; `None` without one.
    pub fn edited_at(self) -> Option<u64> {
        self.0.updated_at
    }

    /// Returns whether the message was edited.
    pub fn is_edited(self) -> bool {
        self.0.updated_at.is_some()
    }

    /// Returns whether the message was deleted.
    pub fn is_deleted(self) -> bool {
        self.0.deleted.is_some()
    }

    /// Returns the number of reactions.
    pub fn reactions(self) -> usize {
        let reactions = self.0.reactions.iter();
        reactions.map(|reaction| reaction.likes.len()).sum()
    }

    /// Returns whether the message is pinned.
    pub fn is_pinned(self) -> bool {
        self.0.pinned.is_some()
    }

    /// Returns whether a user has reacted.
    #[cfg(feature = "net")]
    pub(crate) fn has_reaction_of(self, user: SimUserId) -> bool {
        self.0.reactions.iter().any(|reaction| reaction.is_of(user))
    }

    /// Returns whether anybody has reacted with this emoji.
    #[cfg(feature = "net")]
    pub(crate) fn has_reaction(self, code: &str) -> bool {
        let mut reactions = self.0.reactions.iter();
        reactions.any(|reaction| matches!(&reaction.icon, Icon::Unicode(known) if known == code))
    }

    /// Returns the emoji of a user's reaction; `None` without a reaction, or for a picture of one
    /// of GroupMe's packs.
    pub fn reaction_of(self, user: SimUserId) -> Option<&'w str> {
        let mut reactions = self.0.reactions.iter();
        let reaction = reactions.find(|reaction| reaction.is_of(user))?;
        match &reaction.icon {
            Icon::Unicode(code) => Some(code),
            Icon::Pack { .. } => None,
        }
    }
}

impl fmt::Debug for MessageView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageView")
            .field("id", &self.id())
            .field("author", &self.author())
            .field("text", &self.text())
            .finish_non_exhaustive()
    }
}
