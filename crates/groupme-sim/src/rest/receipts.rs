//! Read receipts, in the three shapes that GroupMe has for them.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Conversation, Receipt};

impl Call<'_> {
    /// Up to a message. One that lies before what was read already moves only the time.
    pub(super) fn mark_read_v2(&mut self) -> Outcome {
        let body = self.json()?;
        let asked = &body["read_receipt"];
        let place = self.conversation(asked["chat_id"].as_str().unwrap_or_default())?;
        let message = self.message_in(place, asked["message_id"].as_str().unwrap_or_default())?;
        let receipt = self.world.mark_read(self.user, place, message);
        self.world.tell_read(self.user, place, receipt);
        let receipt = json!({
            "id": receipt.message.to_string(),
            "chat_id": place.conversation(),
            "message_id": receipt.message.to_string(),
            "user_id": self.user.to_string(),
            "read_at": receipt.at,
        });
        Ok(RestResponse::enveloped(
            200,
            &json!({ "read_receipt": receipt }),
        ))
    }

    /// Up to the newest message.
    pub(super) fn mark_read_v3(&mut self, conversation: &str) -> Outcome {
        let place = self.conversation(conversation)?;
        let newest = self.world.newest(place);
        let newest = newest.ok_or_else(RestResponse::not_found)?;
        let receipt = self.world.mark_read(self.user, place, newest);
        self.world.tell_read(self.user, place, receipt);
        let receipt = json!({
            "conversation_id": place.conversation(),
            "message_id": receipt.message.to_string(),
            "user_id": self.user.to_string(),
            "read_at": receipt.at,
        });
        Ok(RestResponse::enveloped(
            200,
            &json!({ "read_receipt": receipt }),
        ))
    }

    /// Up to a message. Nobody is told.
    pub(super) fn mark_read_v4(&mut self, conversation: &str) -> Outcome {
        let body = self.json()?;
        let (place, receipt) = self.mark_row(conversation, &body)?;
        let mut row = receipt_row(place, receipt);
        row["status"] = "accepted".into();
        Ok(RestResponse::enveloped(202, &row))
    }

    /// The same for several conversations, all of them or none.
    pub(super) fn mark_read_v4_batch(&mut self) -> Outcome {
        let body = self.json()?;
        let rows = body["receipts"].as_array();
        let rows = rows.ok_or_else(|| RestResponse::bad("receipts are missing"))?;
        let mut marks = Vec::with_capacity(rows.len());
        for row in rows {
            let place = self.conversation(row["conversation_id"].as_str().unwrap_or_default())?;
            marks.push((place, self.message_in(place, last_read(row))?));
        }
        let mut receipts = Vec::with_capacity(marks.len());
        for (place, message) in marks {
            let receipt = self.world.mark_read(self.user, place, message);
            receipts.push(receipt_row(place, receipt));
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
        for place in groups.chain(chats).collect::<Vec<_>>() {
            if let Some(newest) = self.world.newest(place) {
                self.world.mark_read(self.user, place, newest);
            }
        }
        RestResponse::empty(202)
    }

    pub(super) fn receipts(&self) -> RestResponse {
        let receipts = self.world.receipts_of(self.user);
        let rows: Vec<Value> = receipts
            .map(|(place, receipt)| receipt_row(place, receipt))
            .collect();
        RestResponse::enveloped(200, &json!({ "receipts": rows }))
    }

    fn mark_row(
        &mut self,
        conversation: &str,
        row: &Value,
    ) -> Result<(Conversation, Receipt), RestResponse> {
        let place = self.conversation(conversation)?;
        let message = self.message_in(place, last_read(row))?;
        Ok((place, self.world.mark_read(self.user, place, message)))
    }
}

fn last_read(row: &Value) -> &str {
    row["last_read_message_id"].as_str().unwrap_or_default()
}

fn receipt_row(place: Conversation, receipt: Receipt) -> Value {
    json!({
        "conversation_id": place.conversation(),
        "last_read_message_id": receipt.message.to_string(),
    })
}
