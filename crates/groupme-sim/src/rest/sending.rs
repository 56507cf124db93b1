//! Sending messages.

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
    messages::key,
};
use crate::world::{Conversation, Draft};

impl Call<'_> {
    pub(super) fn send_to_group(&mut self, group: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        let body = self.json()?;
        self.send(conversation, &body["message"])
    }

    pub(super) fn send_direct(&mut self) -> Outcome {
        let body = self.json()?;
        let message = &body["direct_message"];
        let recipient = message["recipient_id"]
            .as_str()
            .ok_or_else(|| RestResponse::bad("recipient_id is missing"))?;
        if recipient == self.user.to_string() {
            return Err(RestResponse::bad("a message to oneself"));
        }
        let conversation = self.direct_conversation(recipient)?;
        self.send(conversation, message)
    }

    fn send(&mut self, conversation: Conversation, message: &Value) -> Outcome {
        let (now, user) = (self.now, self.user);
        if let Some(allowed) = self.config.messages_per_minute
            && self.flood.is_too_much(now, user, allowed)
        {
            return Err(RestResponse::banned());
        }
        let draft = draft(message).map_err(RestResponse::bad)?;
        if draft.source_guid.is_none() {
            return Err(RestResponse::bad("source_guid is missing"));
        }
        if !self.config.allow_links && draft.text.as_deref().is_some_and(has_link) {
            return Err(RestResponse::refusal(422, 422, "links not allowed"));
        }
        if let Conversation::Direct(low, high) = conversation {
            self.world.open_chat(low, high)?;
        }
        let id = self.world.post(conversation, self.user, draft)?;
        let row = self.world.sent_row(conversation, id, self.view());
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(
            201,
            &json!({ key(conversation): row }),
        ))
    }
}

/// Parses a message to send; the error names the mistake.
pub(super) fn draft(message: &Value) -> Result<Draft, &'static str> {
    if !message.is_object() {
        return Err("the message is missing");
    }
    let text = match &message["text"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        _ => return Err("text must be text"),
    };
    let attachments = match &message["attachments"] {
        Value::Null => Vec::new(),
        Value::Array(attachments) if attachments.iter().all(Value::is_object) => {
            attachments.clone()
        }
        _ => return Err("attachments must be a list of objects"),
    };
    // The unit in which GroupMe counts is unknown; characters are assumed.
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > LONGEST_TEXT)
    {
        return Err("text is too long (maximum is 1000 characters)");
    }
    if text.as_ref().is_none_or(String::is_empty) && attachments.is_empty() {
        return Err("text or attachments must be there");
    }
    Ok(Draft {
        source_guid: message["source_guid"].as_str().map(str::to_owned),
        text,
        attachments,
        event: None,
    })
}

fn has_link(text: &str) -> bool {
    let text = text.to_lowercase();
    ["http://", "https://", "www."]
        .iter()
        .any(|sign| text.contains(sign))
}

/// Maximum length of a text, in characters.
const LONGEST_TEXT: usize = 1000;
