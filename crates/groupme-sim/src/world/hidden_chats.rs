//! Conversations of two that one of them has taken off their list.

use super::{Conversation, SimMessageId, SimUserId, World, WorldError, message::Entry};

impl World {
    /// Has a user take a conversation off their list of chats. It is back with the next message;
    /// what was said stays where it is, and the other one notices nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::NotAParticipant`].
    pub fn hide_chat(
        &mut self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_participant(conversation, user)?;
        let newest = self.newest(conversation).unwrap_or(SimMessageId::new(0));
        self.hide_chat.insert((conversation, user), newest);
        Ok(())
    }

    /// The newest message of a conversation that is on the user's list of chats.
    pub(super) fn newest_on_list(
        &self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Option<&Entry> {
        let newest = self.history.newest_first(conversation).next()?;
        let last_seen = self.hide_chat.get(&(conversation, user));
        last_seen
            .is_none_or(|last| newest.id() > *last)
            .then_some(newest)
    }
}
