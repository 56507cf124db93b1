//! Chats: direct messages of two users.

use serde_json::{Value, json};

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

    /// Accepts the first message of a stranger. Chats need no approval here, so nothing changes.
    pub(super) fn approve_chat(&self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        self.peer(conversation)
            .ok_or_else(RestResponse::no_conversation)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    /// Clears a chat for the caller only.
    pub(super) fn clear_history(&mut self) -> Outcome {
        let conversation = self.requested_direct_conversation()?;
        self.world.clear_chat(conversation, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    /// Sends a typing notice. The body's form is a guess: no request was recorded.
    pub(super) fn start_typing(&mut self) -> Outcome {
        let body = self.json()?;
        let id = ["conversation_id", "group_id", "chat_id"]
            .iter()
            .find_map(|name| body[*name].as_str());
        let id = id.ok_or_else(|| RestResponse::bad("conversation_id is missing"))?;
        let conversation = self.conversation(id)?;
        self.world.start_typing(conversation, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    pub(super) fn pinned_conversations(&self) -> RestResponse {
        let ids = self.world.pinned_conversations(self.user);
        RestResponse::enveloped(200, &json!({ "pinned_conversation_ids": ids }))
    }

    pub(super) fn pin_conversations(&mut self) -> Outcome {
        let body = self.json()?;
        let ids = body["pinned_conversation_ids"].as_array();
        let ids = ids.ok_or_else(|| RestResponse::bad("pinned_conversation_ids are missing"))?;
        let mut pinned = Vec::with_capacity(ids.len());
        for id in ids {
            pinned.push(self.conversation(id.as_str().unwrap_or_default())?.id());
        }
        self.world.pin_conversations(self.user, pinned);
        Ok(self.pinned_conversations())
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
