//! What was said, to look at.

use core::fmt;

use super::{
    Conversation, SimMessageId, SimUserId, World,
    message::{Icon, Message},
};

/// A message of a user, as it stands now.
#[derive(Clone, Copy)]
pub struct MessageView<'w>(&'w Message);

impl World {
    /// A message of a user; `None` if there is none, or only a notice.
    pub fn message(&self, id: SimMessageId) -> Option<MessageView<'_>> {
        self.history.message(id).ok().map(MessageView)
    }

    /// What users have said in a place, the latest first. Deleted messages are among it, unless
    /// they were taken down.
    pub fn messages(&self, conversation: Conversation) -> impl Iterator<Item = MessageView<'_>> {
        self.history.messages(conversation).map(MessageView)
    }

    /// What users have said anywhere after this message, the latest first.
    pub fn messages_after(&self, id: SimMessageId) -> impl Iterator<Item = MessageView<'_>> {
        self.history.messages_after(id).map(MessageView)
    }

    /// The latest message or notice anywhere; 0 if there is none.
    pub fn latest_message(&self) -> SimMessageId {
        self.latest
    }
}

impl<'w> MessageView<'w> {
    /// Its id.
    pub fn id(self) -> SimMessageId {
        self.0.id
    }

    /// Where it was said.
    pub fn conversation(self) -> Conversation {
        self.0.conversation
    }

    /// Who said it.
    pub fn author(self) -> SimUserId {
        self.0.author
    }

    /// What it says now; `None` if it has attachments only.
    pub fn text(self) -> Option<&'w str> {
        self.0.text.as_deref()
    }

    /// Its attachments: the JSON text of an array.
    pub fn attachments(self) -> String {
        serde_json::Value::from(self.0.attachments.clone()).to_string()
    }

    /// What its author's client called it.
    pub fn source_guid(self) -> &'w str {
        &self.0.source_guid
    }

    /// When it was last edited, in seconds since 1970; `None` if never.
    pub fn edited_at(self) -> Option<u64> {
        self.0.updated_at
    }

    /// Whether it was edited.
    pub fn is_edited(self) -> bool {
        self.0.updated_at.is_some()
    }

    /// Whether its author deleted it.
    pub fn is_deleted(self) -> bool {
        self.0.deleted.is_some()
    }

    /// How many users have reacted to it.
    pub fn reactions(self) -> usize {
        let reactions = self.0.reactions.iter();
        reactions.map(|reaction| reaction.likes.len()).sum()
    }

    /// Whether it is pinned.
    pub fn is_pinned(self) -> bool {
        self.0.pinned.is_some()
    }

    /// The emoji with which somebody reacted to it; `None` if they did not, or with a picture out
    /// of one of GroupMe's packs.
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
