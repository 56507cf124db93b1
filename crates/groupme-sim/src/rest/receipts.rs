//! Read receipts in GroupMe's three forms.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Conversation, Receipt};

impl Call<'_> {
    /// Marks messages up to one as read. A message before the current receipt only renews its time.
    pub(super) fn mark_read_v2(&mut self) -> Outcome {
        let body = self.json()?;
        let asked = &body["read_receipt"];
        let conversation = self.conversation(asked["chat_id"].as_str().unwrap_or_default())?;
        let message = self.message_in(
            conversation,
            asked["message_id"].as_str().unwrap_or_default(),
        )?;
        let receipt = self.world.mark_read(self.user, conversation, message);
        self.world.push_receipt(self.user, conversation, receipt);
        let receipt = json!({
            "id": receipt.message.to_string(),
            "chat_id": conversation.id(),
            "message_id": receipt.message.to_string(),
            "user_id": self.user.to_string(),
            "read_at": receipt.at,
        });
        Ok(RestResponse::enveloped(
            200,
            &json!({ "read_receipt": receipt }),
        ))
    }

    /// Marks all messages as read.
    pub(super) fn mark_read_v3(&mut self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let newest = self.world.newest(conversation);
        let newest = newest.ok_or_else(RestResponse::not_found)?;
        let receipt = self.world.mark_read(self.user, conversation, newest);
        self.world.push_receipt(self.user, conversation, receipt);
        let receipt = json!({
            "conversation_id": conversation.id(),
            "message_id": receipt.message.to_string(),
            "user_id": self.user.to_string(),
            "read_at": receipt.at,
        });
        Ok(RestResponse::enveloped(
            200,
            &json!({ "read_receipt": receipt }),
        ))
    }

    /// Marks messages up to one as read, without a push.
    pub(super) fn mark_read_v4(&mut self, conversation: &str) -> Outcome {
        let body = self.json()?;
        let (conversation, receipt) = self.mark_row(conversation, &body)?;
        let mut row = receipt_row(conversation, receipt);
        row["status"] = "accepted".into();
        Ok(RestResponse::enveloped(202, &row))
    }

    /// Marks messages of several conversations as read, in all of them or in none.
    pub(super) fn mark_read_v4_batch(&mut self) -> Outcome {
        let body = self.json()?;
        let rows = body["receipts"].as_array();
        let rows = rows.ok_or_else(|| RestResponse::bad("receipts are missing"))?;
        let mut marks = Vec::with_capacity(rows.len());
        for row in rows {
            let conversation =
                self.conversation(row["conversation_id"].as_str().unwrap_or_default())?;
            marks.push((conversation, self.message_in(conversation, last_read(row))?));
        }
        let mut receipts = Vec::with_capacity(marks.len());
        for (conversation, message) in marks {
            let receipt = self.world.mark_read(self.user, conversation, message);
            receipts.push(receipt_row(conversation, receipt));
        }
        Ok(RestResponse::enveloped(
            202,
            &json!({ "receipts": receipts }),
        ))
    }

    pub(super) fn mark_all_read(&mut self) -> RestResponse {
        let groups = self
            .world
            .groups_of(self.user)
            .flat_map(|group| core::iter::once(group).chain(self.world.topics_of(group)))
            .map(Conversation::Group);
        let chats = self.world.peers_of(self.user);
        let chats = chats.map(|peer| Conversation::direct(self.user, peer));
        for conversation in groups.chain(chats).collect::<Vec<_>>() {
            if let Some(newest) = self.world.newest(conversation) {
                self.world.mark_read(self.user, conversation, newest);
            }
        }
        RestResponse::empty(202)
    }

    pub(super) fn receipts(&self) -> RestResponse {
        let receipts = self.world.receipts_of(self.user);
        let rows: Vec<Value> = receipts
            .map(|(conversation, receipt)| receipt_row(conversation, receipt))
            .collect();
        RestResponse::enveloped(200, &json!({ "receipts": rows }))
    }

    fn mark_row(
        &mut self,
        conversation: &str,
        row: &Value,
    ) -> Result<(Conversation, Receipt), RestResponse> {
        let conversation = self.conversation(conversation)?;
        let message = self.message_in(conversation, last_read(row))?;
        Ok((
            conversation,
            self.world.mark_read(self.user, conversation, message),
        ))
    }
}

fn last_read(row: &Value) -> &str {
    row["last_read_message_id"].as_str().unwrap_or_default()
}

fn receipt_row(conversation: Conversation, receipt: Receipt) -> Value {
    json!({
        "conversation_id": conversation.id(),
        "last_read_message_id": receipt.message.to_string(),
    })
}
