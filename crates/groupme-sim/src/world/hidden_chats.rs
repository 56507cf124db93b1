//! Chats hidden from a user's list.

use super::{Conversation, SimMessageId, SimUserId, World, WorldError, message::Entry};

impl World {
    /// Removes a chat from the user's list until the next message. Its messages stay, and the other
    /// user is not notified.
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
        self.hidden_chats.insert((conversation, user), newest);
        Ok(())
    }

    /// Returns the newest message of a chat that is on the user's list.
    pub(super) fn newest_on_list(
        &self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Option<&Entry> {
        let newest = self.history.newest_first(conversation).next()?;
        let last_seen = self.hidden_chats.get(&(conversation, user));
        last_seen
            .is_none_or(|last| newest.id() > *last)
            .then_some(newest)
    }
}
