//! Conversations that the user turns out to have, for an embedder that subscribes to all of them.

use groupme_model::ConversationId;

use super::Feed;
use crate::conversation::Found;

impl<P> Feed<P> {
    /// Returns the next conversation that the user turned out to have (`true`), by a list or by a
    /// push, or to have left. Each is returned once.
    pub fn poll_found(&mut self) -> Option<(ConversationId, bool)> {
        self.cx.found.pop_front()
    }

    /// Notes that the gateway refuses a conversation's channel, so that
    /// [`poll_found`](Self::poll_found) returns the conversation again if it is listed after the
    /// next gap.
    pub fn refuse_found(&mut self, conversation: &ConversationId) {
        let epoch = self.cx.epoch;
        if let Some(found) = self.conversations.get_mut(conversation) {
            found.found = Found::RefusedIn(epoch);
        }
    }
}
