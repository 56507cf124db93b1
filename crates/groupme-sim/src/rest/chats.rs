//! Chats: direct messages of two users.

use serde_json::Value;

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Conversation, Receipt, SimUserId};

impl Call<'_> {
    pub(super) fn chats(&self) -> Outcome {
        let (page, per_page) = self.page(CHATS_PER_PAGE)?;
        let chats: Vec<Value> = self
            .world
            .peers_by_activity(self.user)
            .into_iter()
            .skip((page - 1).saturating_mul(per_page))
            .take(per_page)
            .filter_map(|peer| self.world.chat_row(self.user, peer, false))
            .collect();
        Ok(RestResponse::enveloped(200, &chats.into()))
    }

    pub(super) fn chat(&self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let peer = self.peer(conversation);
        let chat = peer.and_then(|peer| self.world.chat_row(self.user, peer, true));
        let chat = chat.ok_or_else(RestResponse::no_conversation)?;
        Ok(RestResponse::enveloped(200, &chat))
    }

    /// Removes a chat from the caller's list only.
    pub(super) fn delete_chat(&mut self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let peer = self.peer(conversation);
        let chat = peer.and_then(|peer| self.world.chat_row(self.user, peer, false));
        chat.ok_or_else(RestResponse::no_conversation)?;
        self.world.hide_chat(conversation, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    /// Returns the other user of a chat with their receipt.
    pub(super) fn peer_receipt(&self, conversation: Conversation) -> Option<(SimUserId, Receipt)> {
        let peer = self.peer(conversation)?;
        Some((peer, self.world.receipt(peer, conversation)?))
    }

    /// Returns the other user of a chat.
    fn peer(&self, conversation: Conversation) -> Option<SimUserId> {
        match conversation {
            Conversation::Group(_) => None,
            Conversation::Direct(low, high) => Some(if low == self.user { high } else { low }),
        }
    }
}

const CHATS_PER_PAGE: usize = 20;
