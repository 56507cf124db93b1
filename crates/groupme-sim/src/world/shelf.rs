//! Conversations of two that one of them has taken off their list.

use super::{Conversation, MessageId, UserId, World, WorldError, message::Entry};

impl World {
    /// Has a user take a conversation off their list of chats. It is back with the next message;
    /// what was said stays where it is, and the other one notices nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::Outsider`].
    pub fn hide_chat(&mut self, place: Conversation, user: UserId) -> Result<(), WorldError> {
        self.check_place(place, user)?;
        let newest = self.newest(place).unwrap_or(MessageId::new(0));
        self.hide_chat.insert((place, user), newest);
        Ok(())
    }

    /// The newest message of a conversation that is on the user's list of chats.
    pub(super) fn newest_on_list(&self, place: Conversation, user: UserId) -> Option<&Entry> {
        let newest = self.history.backwards(place).next()?;
        let last_seen = self.hide_chat.get(&(place, user));
        last_seen
            .is_none_or(|last| newest.id() > *last)
            .then_some(newest)
    }
}
