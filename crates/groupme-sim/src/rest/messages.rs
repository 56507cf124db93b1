//! Messages: lists, single messages, edits and deletions.

use serde_json::{Value, json};

use super::{
    EmptyPage, RestResponse,
    call::{Call, Outcome, not_a_number},
};
use crate::world::{Conversation, PageRange, SimMessageId, WorldError};

impl Call<'_> {
    pub(super) fn group_messages(&self, group: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        let messages = self.requested_rows(conversation)?;
        let count = self.world.count(conversation);
        Ok(self.list(&messages, &json!({ "count": count, "messages": messages })))
    }

    pub(super) fn direct_messages(&self) -> Outcome {
        let conversation = self.requested_direct_conversation()?;
        let messages = self.requested_rows(conversation)?;
        let count = self.world.count(conversation);
        let mut response = json!({ "count": count, "direct_messages": messages });
        // The other user's receipt; the member is missing without one.
        if let Some((peer, receipt)) = self.peer_receipt(conversation) {
            response["read_receipt"] = json!({
                "id": "",
                "chat_id": conversation.id(),
                "message_id": receipt.message.to_string(),
                "user_id": peer.to_string(),
                "read_at": receipt.at,
            });
        }
        Ok(self.list(&messages, &response))
    }

    pub(super) fn group_message(&self, group: &str, message: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        let message = self.message_in(conversation, message)?;
        self.one(200, conversation, message)
    }

    pub(super) fn direct_message(&self, message: &str) -> Outcome {
        let conversation = self.requested_direct_conversation()?;
        let message = self.message_in(conversation, message)?;
        self.one(200, conversation, message)
    }

    pub(super) fn edit_in_group(&mut self, group: &str, message: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        self.edit(conversation, message)
    }

    pub(super) fn edit_direct(&mut self, peer: &str, message: &str) -> Outcome {
        let conversation = self.direct_conversation(peer)?;
        self.edit(conversation, message)
    }

    /// Deletes a message, as its author or as the creator of the group.
    pub(super) fn delete(&mut self, conversation: &str, message: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let message = self.message_in(conversation, message)?;
        match self.world.author_of(message) {
            Some(author) if author == self.user => self.world.delete(message)?,
            Some(_) => self.world.delete_as_owner(message, self.user)?,
            None => return Err(WorldError::SystemMessage(message).into()),
        }
        Ok(RestResponse::empty(204))
    }

    fn edit(&mut self, conversation: Conversation, message: &str) -> Outcome {
        let message = self.message_in(conversation, message)?;
        if self.world.author_of(message) != Some(self.user) {
            return Err(RestResponse::not_yours());
        }
        let body = self.json()?;
        // The body has no `message` member, unlike that of a new message.
        let draft = super::sending::draft(&body)
            .map_err(|_| RestResponse::refusal(400, 40001, "Invalid text"))?;
        let attachments = body.get("attachments").is_some();
        self.world.edit_with(
            message,
            draft.text.as_deref(),
            attachments.then_some(draft.attachments),
        )?;
        self.one(200, conversation, message)
    }

    /// Answers with a single message.
    fn one(&self, status: u16, conversation: Conversation, message: SimMessageId) -> Outcome {
        let row = self.world.row_of(conversation, message, self.view());
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(
            status,
            &json!({ key(conversation): row }),
        ))
    }

    /// Returns the rows selected by `limit` and the cursors.
    fn requested_rows(&self, conversation: Conversation) -> Result<Vec<Value>, RestResponse> {
        let largest = self.config.max_limit;
        let out_of_bounds = || RestResponse::bad(&format!("limit must be between 1 and {largest}"));
        let limit = match self.query.number("limit") {
            Ok(limit) => limit.map_or(Ok(MESSAGES_PER_PAGE), usize::try_from),
            Err(_) => return Err(out_of_bounds()),
        };
        let limit = limit
            .ok()
            .filter(|limit| (1..=largest).contains(limit))
            .ok_or_else(out_of_bounds)?;
        // At least one, because a page without messages is the end.
        let limit = if self.is_short {
            limit.div_ceil(2)
        } else {
            limit
        };
        let page_range = self.page_range()?;
        Ok(self
            .world
            .rows(conversation, page_range, limit, self.view()))
    }

    fn page_range(&self) -> Result<PageRange, RestResponse> {
        let cursor = |name| match self.query.number(name) {
            Ok(id) => Ok(id.map(SimMessageId::new)),
            Err(name) => Err(not_a_number(name)),
        };
        Ok(if let Some(id) = cursor("after_id")? {
            PageRange::After(id)
        } else if let Some(id) = cursor("since_id")? {
            PageRange::Since(id)
        } else if let Some(id) = cursor("before_id")? {
            PageRange::Before(id)
        } else {
            PageRange::Newest
        })
    }

    fn list(&self, messages: &[Value], response: &Value) -> RestResponse {
        match self.config.empty_page {
            EmptyPage::NotModified if messages.is_empty() => RestResponse::empty(304),
            EmptyPage::Null if messages.is_empty() => RestResponse::enveloped(200, &Value::Null),
            _ => RestResponse::enveloped(200, response),
        }
    }
}

/// Returns the name of the member that holds a single message.
pub(super) fn key(conversation: Conversation) -> &'static str {
    match conversation {
        Conversation::Group(_) => "message",
        Conversation::Direct(..) => "direct_message",
    }
}

const MESSAGES_PER_PAGE: usize = 20;
