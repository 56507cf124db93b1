//! Users who are typing, by conversation.

use std::collections::BTreeSet;

use groupme_client::{ConversationId, Timestamp, UserId};

use super::State;

/// Ends of typing notices, earliest first: each room has its own users, and this set says which notice
/// ends next without a look at all rooms.
pub(super) type TypingEnds = BTreeSet<(Timestamp, ConversationId, UserId)>;

/// Maximum number of users who are shown as typing in a conversation: anyone may claim to be many.
pub(super) const MAX_TYPING: usize = 100;

impl State {
    /// Shows a user as typing until a time. Users beyond [`MAX_TYPING`] are left out.
    pub(super) fn start_typing(&mut self, id: ConversationId, user: UserId, until: Timestamp) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if room.typing.len() >= MAX_TYPING && !room.typing.contains_key(&user) {
            return;
        }
        if let Some(earlier) = room.typing.insert(user.clone(), until) {
            let end = (earlier, id.clone(), user.clone());
            self.typing_ends.remove(&end);
        }
        self.typing_ends.insert((until, id, user));
    }

    /// Shows a user as typing no longer.
    pub(super) fn stop_typing(&mut self, id: &ConversationId, user: &UserId) {
        let room = self.rooms.get_mut(id);
        if let Some(until) = room.and_then(|room| room.typing.remove(user)) {
            self.typing_ends.remove(&(until, id.clone(), user.clone()));
        }
    }

    /// Ends the notices whose time is over.
    pub(super) fn expire_typing(&mut self) {
        while let Some((until, ..)) = self.typing_ends.first()
            && *until <= self.now
        {
            // A conversation that was left has no notices.
            if let Some((until, id, user)) = self.typing_ends.pop_first()
                && let Some(room) = self.rooms.get_mut(&id)
                && room.typing.get(&user) == Some(&until)
            {
                room.typing.remove(&user);
            }
        }
    }
}
