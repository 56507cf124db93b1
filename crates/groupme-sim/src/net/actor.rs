//! Shortcuts for actions of the story's Mara.

use super::Sim;
use crate::world::{Conversation, SimMessageId, SimUserId, WorldError};

/// Actions of Mara in the group of the story, for tests that need somebody. For other users and
/// conversations there is [`Sim::with_world`].
impl Sim {
    /// Posts a message of Mara in the group.
    ///
    /// # Errors
    ///
    /// If a test has removed Mara from the group.
    pub fn say(&self, text: &str) -> Result<SimMessageId, WorldError> {
        self.with_world(|world| world.say(self.cast.lake, self.cast.mara, text))
    }

    /// Posts a message of another member in the group.
    ///
    /// # Errors
    ///
    /// If the user is no member of the group.
    pub fn say_as(&self, author: SimUserId, text: &str) -> Result<SimMessageId, WorldError> {
        self.with_world(|world| world.say(self.cast.lake, author, text))
    }

    /// Returns the texts that the user has posted after a message, in any conversation, oldest
    /// first. A test that expects no reply waits for a later event before it calls this.
    pub fn replies(&self, message: SimMessageId) -> Vec<String> {
        let mut texts: Vec<_> = self.shared.read(|simulation| {
            let later = simulation.world().messages_after(message);
            let own = later.filter(|message| message.author() == self.cast.me);
            own.filter_map(|message| message.text().map(str::to_owned))
                .collect()
        });
        texts.reverse();
        texts
    }

    /// Sends a direct message from Mara to the user.
    ///
    /// # Errors
    ///
    /// None: both users exist.
    pub fn direct_message(&self, text: &str) -> Result<SimMessageId, WorldError> {
        self.with_world(|world| world.direct_message(self.cast.mara, self.cast.me, text))
    }

    /// Adds Mara's reaction to a message.
    ///
    /// # Errors
    ///
    /// If there is no such message, or Mara is not in its conversation.
    pub fn react(&self, message: SimMessageId, code: &str) -> Result<(), WorldError> {
        self.with_world(|world| world.react(message, self.cast.mara, code))
    }

    /// Edits a message, as its author.
    ///
    /// # Errors
    ///
    /// If there is no such message, or the time for edits is over.
    pub fn edit(&self, message: SimMessageId, text: &str) -> Result<(), WorldError> {
        self.with_world(|world| world.edit(message, text))
    }

    /// Deletes a message, as its author.
    ///
    /// # Errors
    ///
    /// If there is no such message.
    pub fn delete(&self, message: SimMessageId) -> Result<(), WorldError> {
        self.with_world(|world| world.delete(message))
    }

    /// Sends Mara's typing notice to the group.
    ///
    /// # Errors
    ///
    /// If a test has removed Mara from the group.
    pub fn start_typing(&self) -> Result<(), WorldError> {
        self.with_world(|world| {
            world.start_typing(Conversation::Group(self.cast.lake), self.cast.mara)
        })
    }
}
