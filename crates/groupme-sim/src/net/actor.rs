//! What the friend of the story can be asked to do, for tests that need just anybody.

use super::Sim;
use crate::world::{Conversation, SimMessageId, WorldError};

/// All of this is done by Mara, in the group of the story. For anybody else, and anywhere else,
/// there is [`Sim::with_world`].
impl Sim {
    /// Has the friend say something in the group.
    ///
    /// # Errors
    ///
    /// If the world was changed so that they cannot.
    pub fn say(&self, text: &str) -> Result<SimMessageId, WorldError> {
        self.with_world(|world| world.say(self.cast.lake, self.cast.mara, text))
    }

    /// Has the friend write to the user.
    ///
    /// # Errors
    ///
    /// None that can happen: both are there.
    pub fn direct_message(&self, text: &str) -> Result<SimMessageId, WorldError> {
        self.with_world(|world| world.direct_message(self.cast.mara, self.cast.me, text))
    }

    /// Has the friend react to a message.
    ///
    /// # Errors
    ///
    /// If there is no such message, or the friend takes no part where it was said.
    pub fn react(&self, message: SimMessageId, code: &str) -> Result<(), WorldError> {
        self.with_world(|world| world.react(message, self.cast.mara, code))
    }

    /// Has whoever said it edit a message.
    ///
    /// # Errors
    ///
    /// If there is no such message, or it is too old.
    pub fn edit(&self, message: SimMessageId, text: &str) -> Result<(), WorldError> {
        self.with_world(|world| world.edit(message, text))
    }

    /// Has whoever said it delete a message.
    ///
    /// # Errors
    ///
    /// If there is no such message.
    pub fn delete(&self, message: SimMessageId) -> Result<(), WorldError> {
        self.with_world(|world| world.delete(message))
    }

    /// Has the friend type in the group.
    ///
    /// # Errors
    ///
    /// If the world was changed so that they cannot.
    pub fn start_typing(&self) -> Result<(), WorldError> {
        self.with_world(|world| {
            world.start_typing(Conversation::Group(self.cast.lake), self.cast.mara)
        })
    }
}
