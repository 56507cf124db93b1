//! Conversations that the user turns out to have, for an embedder that subscribes to all of them.

use groupme_model::ConversationId;

use super::Feed;
use crate::conversation::Found;

impl<P> Feed<P> {
    /// Returns the next conversation that the user turned out to have (`true`), by a list or by a
    /// push, or to have left. Each is returned once.
    pub fn poll_found(&mut self) -> Option<(ConversationId, bool)> {
        self.found.pop_front()
    }

    /// Notes that the gateway refuses a conversation's channel, so that
    /// [`poll_found`](Self::poll_found) returns the conversation again if it is listed after the
    /// next gap.
    pub fn refuse_found(&mut self, conversation: &ConversationId) {
        let epoch = self.epoch;
        if let Some(found) = self.conversations.get_mut(conversation) {
            found.found = Found::RefusedIn(epoch);
        }
    }

    pub(super) fn note_found(&mut self, id: &ConversationId) {
        let epoch = self.epoch;
        let conversation = self.conversation(id);
        if conversation.found == Found::Yes || conversation.found == Found::RefusedIn(epoch) {
            return;
        }
        conversation.found = Found::Yes;
        self.found.push_back((id.clone(), true));
    }

    /// Notes that the user has just joined a conversation, so that an earlier refusal is outdated.
    pub(super) fn note_joined(&mut self, id: &ConversationId) {
        let found = &mut self.conversation(id).found;
        if *found != Found::Yes {
            *found = Found::No;
            self.note_found(id);
        }
    }

    pub(super) fn note_gone(&mut self, id: &ConversationId) {
        if core::mem::replace(&mut self.conversation(id).found, Found::No) == Found::Yes {
            self.found.push_back((id.clone(), false));
        }
    }
}
