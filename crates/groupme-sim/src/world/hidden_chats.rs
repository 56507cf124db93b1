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

    /// Clears a chat for one of its users: the messages so far are gone for that user, and stay for
    /// the other one. The chat is off the user's list until the next message.
    ///
    /// # Errors
    ///
    /// The errors of [`hide_chat`](Self::hide_chat).
    pub fn clear_chat(
        &mut self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.hide_chat(conversation, user)?;
        let newest = self.newest(conversation).unwrap_or(SimMessageId::new(0));
        self.cleared.insert((conversation, user), newest);
        Ok(())
    }

    /// Returns whether a user has not cleared the conversation since a message.
    pub(super) fn is_visible(
        &self,
        message: SimMessageId,
        conversation: Conversation,
        user: SimUserId,
    ) -> bool {
        let cleared = self.cleared.get(&(conversation, user));
        cleared.is_none_or(|newest| message > *newest)
    }

    /// Replaces the list of a user's pinned conversations, by their ids.
    pub(crate) fn pin_conversations(&mut self, user: SimUserId, conversations: Vec<String>) {
        self.pinned.insert(user, conversations);
    }

    pub(crate) fn pinned_conversations(&self, user: SimUserId) -> &[String] {
        self.pinned.get(&user).map_or(&[], Vec::as_slice)
    }

    /// Returns the newest message of a chat that is on the user's list.
    pub(super) fn newest_on_list(
        &self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Option<&Entry> {
        let newest = self.newest_listed(conversation)?;
        let last_seen = self.hidden_chats.get(&(conversation, user));
        last_seen
            .is_none_or(|last| newest.id() > *last)
            .then_some(newest)
    }
}
