//! Calendar events.

use core::time::Duration;

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome, not_a_number},
};
use crate::world::{EventDraft, parse_time};

impl Call<'_> {
    pub(super) fn events(&self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let end_after = match self.query.text("end_at") {
            None => Duration::ZERO,
            Some(text) => {
                parse_time(&text).ok_or_else(|| RestResponse::bad("end_at must be a time"))?
            }
        };
        let limit = self.query.number("limit").map_err(not_a_number)?;
        let limit = limit.map_or(Ok(EVENTS_PER_PAGE), usize::try_from);
        let limit = limit.map_err(|_| not_a_number("limit"))?;
        let rows = self.world.event_rows(conversation, end_after, limit);
        Ok(RestResponse::enveloped(200, &json!({ "events": rows })))
    }

    pub(super) fn event(&self, conversation: &str) -> Outcome {
        let id = self.requested_event(conversation)?;
        self.event_answer(&id)
    }

    /// Creates an event; answers with the event and the message that announces it.
    pub(super) fn create_event(&mut self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let draft = self.event_draft()?;
        let (id, message) = self.world.create_event(conversation, self.user, draft)?;
        let message = self.world.sent_row(conversation, message, self.view());
        let event = self.world.event_row(&id);
        Ok(RestResponse::enveloped(
            201,
            &json!({ "event": event, "message": message }),
        ))
    }

    pub(super) fn change_event(&mut self, conversation: &str) -> Outcome {
        let id = self.requested_event(conversation)?;
        let draft = self.event_draft()?;
        self.world.change_event(&id, self.user, draft)?;
        self.event_answer(&id)
    }

    pub(super) fn cancel_event(&mut self, conversation: &str) -> Outcome {
        let id = self.requested_event(conversation)?;
        self.world.cancel_event(&id, self.user)?;
        Ok(RestResponse::enveloped(200, &Value::Null))
    }

    pub(super) fn answer_event(&mut self, conversation: &str) -> Outcome {
        let id = self.requested_event(conversation)?;
        let going = match self.query.text("going").as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => return Err(RestResponse::bad("going must be true or false")),
        };
        self.world.answer_event(&id, self.user, Some(going))?;
        self.event_answer(&id)
    }

    pub(super) fn delete_rsvp(&mut self, conversation: &str) -> Outcome {
        let id = self.requested_event(conversation)?;
        self.world.answer_event(&id, self.user, None)?;
        self.event_answer(&id)
    }

    fn event_answer(&self, id: &str) -> Outcome {
        let row = self.world.event_row(id);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::enveloped(200, &json!({ "event": row })))
    }

    /// Returns the query's event, which has to be one of this conversation.
    fn requested_event(&self, conversation: &str) -> Result<String, RestResponse> {
        let conversation = self.conversation(conversation)?;
        let id = self.query.text("event_id").unwrap_or_default();
        if self.world.conversation_of_event(&id) == Some(conversation) {
            Ok(id)
        } else {
            Err(RestResponse::not_found())
        }
    }

    fn event_draft(&self) -> Result<EventDraft, RestResponse> {
        EventDraft::new(&self.json()?).map_err(RestResponse::bad)
    }
}

const EVENTS_PER_PAGE: usize = 20;
