//! Reactions and pins.

use serde_json::{Value, json};

use super::{
    RepeatedReaction, RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Conversation, Icon};

impl Call<'_> {
    /// Adds a reaction. A second one is accepted, and by default ignored.
    pub(super) fn like(&mut self, conversation: &str, message: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let message = self.message_in(conversation, message)?;
        let icon = self.requested_icon()?;
        let counts = match self.config.repeated_reaction {
            RepeatedReaction::Ignored => !self.world.has_reacted(message, self.user),
            RepeatedReaction::Replaces => true,
        };
        if counts {
            let heart = || Icon::Unicode(HEART.to_owned());
            let icon = icon.clone().unwrap_or_else(heart);
            self.world.react_with(message, self.user, &icon)?;
        }
        // A request without an icon gets a response without a body.
        if icon.is_none() {
            return Ok(RestResponse::empty(200));
        }
        let reactions = self.world.reaction_rows(message);
        Ok(RestResponse::enveloped(
            200,
            &json!({ "reactions": reactions }),
        ))
    }

    pub(super) fn unlike(&mut self, conversation: &str, message: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let message = self.message_in(conversation, message)?;
        self.world.unreact(message, self.user)?;
        let reactions = self.world.reaction_rows(message);
        Ok(RestResponse::enveloped(
            200,
            &json!({ "reactions": reactions }),
        ))
    }

    pub(super) fn pin(&mut self, conversation: &str, message: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let message = self.message_in(conversation, message)?;
        self.world.pin(message, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    pub(super) fn unpin(&mut self, conversation: &str, message: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let message = self.message_in(conversation, message)?;
        self.world.unpin(message, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    pub(super) fn pinned_in_group(&self, group: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        Ok(self.pinned(conversation, "messages"))
    }

    pub(super) fn pinned_direct(&self) -> Outcome {
        let conversation = self.requested_direct_conversation()?;
        Ok(self.pinned(conversation, "direct_messages"))
    }

    fn pinned(&self, conversation: Conversation, key: &str) -> RestResponse {
        let rows = self.world.pinned_rows(conversation, self.view());
        RestResponse::enveloped(200, &json!({ "count": rows.len(), key: rows }))
    }

    /// Returns the reaction in the body; `None` if there is none, which stands for a heart.
    fn requested_icon(&self) -> Result<Option<Icon>, RestResponse> {
        if self.body.is_empty() {
            return Ok(None);
        }
        let body = self.json()?;
        let icon = &body["like_icon"];
        let wrong = || RestResponse::bad("invalid like_icon");
        match icon["type"].as_str() {
            None if icon.is_null() => Ok(None),
            Some("unicode") => {
                let code = icon["code"].as_str().filter(|code| !code.is_empty());
                let code = code.ok_or_else(wrong)?;
                Ok(Some(Icon::Unicode(code.to_owned())))
            }
            Some("emoji") => {
                let pack = icon["pack_id"].as_u64().ok_or_else(wrong)?;
                let index = icon["pack_index"].as_u64().ok_or_else(wrong)?;
                Ok(Some(Icon::Pack { pack, index }))
            }
            _ => Err(wrong()),
        }
    }
}

/// Heart with the variation selector that makes it red.
const HEART: &str = "\u{2764}\u{fe0f}";
