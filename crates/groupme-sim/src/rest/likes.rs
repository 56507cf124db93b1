//! Lists of messages with reactions.

use core::time::Duration;

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};

impl Call<'_> {
    /// Returns the messages of the last day, week or month with the most reactions.
    pub(super) fn popular(&self, group: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        let days = match self.query.text("period").as_deref() {
            Some("day") => 1,
            Some("week") => 7,
            Some("month") => 30,
            _ => return Err(RestResponse::bad("period must be day, week or month")),
        };
        let within = Duration::from_hours(24 * days);
        let rows = self.world.popular_rows(conversation, within, self.view());
        Ok(messages(&rows))
    }

    pub(super) fn liked_in_group(&self, group: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        let rows = self.world.liked_rows(conversation, self.user, self.view());
        Ok(messages(&rows))
    }

    pub(super) fn liked_by_others_in_group(&self, group: &str) -> Outcome {
        let conversation = self.group_conversation(group)?;
        let rows = self
            .world
            .liked_by_others_rows(conversation, self.user, self.view());
        Ok(messages(&rows))
    }

    pub(super) fn liked_direct(&self) -> Outcome {
        let conversation = self.requested_direct_conversation()?;
        let rows = self.world.liked_rows(conversation, self.user, self.view());
        Ok(messages(&rows))
    }

    pub(super) fn liked_by_others_direct(&self) -> Outcome {
        let conversation = self.requested_direct_conversation()?;
        let rows = self
            .world
            .liked_by_others_rows(conversation, self.user, self.view());
        Ok(messages(&rows))
    }
}

fn messages(rows: &[Value]) -> RestResponse {
    RestResponse::enveloped(200, &json!({ "messages": rows }))
}
