//! What the friend of the story can be asked to do, for tests that need just anybody.

use super::Sim;
use crate::world::{Conversation, MessageId, WorldError};

/// All of this is done by Mara, in the group of the story. For anybody else, and anywhere else,
/// there is [`Sim::with`].
impl Sim {
    /// Has the friend say something in the group.
    ///
    /// # Errors
    ///
    /// If the world was changed so that they cannot.
    pub fn say(&self, text: &str) -> Result<MessageId, WorldError> {
        self.with(|world| world.say(self.cast.lake, self.cast.mara, text))
    }

    /// Has the friend write to the user.
    ///
    /// # Errors
    ///
    /// None that can happen: both are there.
    pub fn say_directly(&self, text: &str) -> Result<MessageId, WorldError> {
        self.with(|world| world.direct_message(self.cast.mara, self.cast.me, text))
    }

    /// Has the friend react to a message.
    ///
    /// # Errors
    ///
    /// If there is no such message, or the friend takes no part where it was said.
    pub fn react(&self, message: MessageId, code: &str) -> Result<(), WorldError> {
        self.with(|world| world.react(message, self.cast.mara, code))
    }

    /// Has whoever said it edit a message.
    ///
    /// # Errors
    ///
    /// If there is no such message, or it is too old.
    pub fn edit(&self, message: MessageId, text: &str) -> Result<(), WorldError> {
        self.with(|world| world.edit(message, text))
    }

    /// Has whoever said it delete a message.
    ///
    /// # Errors
    ///
    /// If there is no such message.
    pub fn delete(&self, message: MessageId) -> Result<(), WorldError> {
        self.with(|world| world.delete(message))
    }

    /// Has the friend type in the group.
    ///
    /// # Errors
    ///
    /// If the world was changed so that they cannot.
    pub fn start_typing(&self) -> Result<(), WorldError> {
        self.with(|world| world.type_in(Conversation::Group(self.cast.lake), self.cast.mara))
    }
}
