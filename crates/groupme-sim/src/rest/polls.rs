//! Polls.

use core::time::Duration;

use serde_json::{Value, json};

use super::{
    RestResponse,
    call::{Call, Outcome},
};
use crate::world::{Conversation, PollDraft, SimPollId, number};

impl Call<'_> {
    pub(super) fn polls(&self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let polls: Vec<Value> = self
            .world
            .polls_in(conversation)
            .filter_map(|poll| self.world.poll_row(poll, self.user))
            .collect();
        // All polls fit the first page.
        let page = json!({ "polls": polls, "continuation_token": null });
        Ok(RestResponse::enveloped(200, &page))
    }

    pub(super) fn poll(&self, conversation: &str, poll: &str) -> Outcome {
        let (_, poll) = self.poll_in(conversation, poll)?;
        self.poll_answer(poll)
    }

    /// Adds a poll; answers with the poll and the message that announces it.
    pub(super) fn add_poll(&mut self, conversation: &str) -> Outcome {
        let conversation = self.conversation(conversation)?;
        let draft = self.draft()?;
        let (poll, message) = self.world.create_poll(conversation, self.user, draft)?;
        let message = self.world.sent_row(conversation, message, self.view());
        let poll = self.world.poll_row(poll, self.user);
        Ok(RestResponse::coded(
            201,
            POLL_MADE,
            &json!({ "poll": poll, "message": message }),
        ))
    }

    /// Votes for one option, replacing earlier votes.
    pub(super) fn vote(&mut self, conversation: &str, poll: &str, option: &str) -> Outcome {
        let (_, poll) = self.poll_in(conversation, poll)?;
        let option = chosen(option).ok_or_else(no_such_option)?;
        self.world.vote(poll, self.user, &[option])?;
        self.poll_answer(poll)
    }

    pub(super) fn vote_for_all(&mut self, conversation: &str, poll: &str) -> Outcome {
        let (_, poll) = self.poll_in(conversation, poll)?;
        let body = self.json()?;
        let votes = body["votes"].as_array();
        let votes = votes.ok_or_else(|| RestResponse::bad("votes are missing"))?;
        let options: Option<Vec<usize>> = votes
            .iter()
            .map(|vote| vote.as_str().and_then(chosen))
            .collect();
        let options = options.ok_or_else(no_such_option)?;
        self.world.vote(poll, self.user, &options)?;
        self.poll_answer(poll)
    }

    /// Ends a poll, as its creator.
    pub(super) fn end_poll(&mut self, conversation: &str, poll: &str) -> Outcome {
        let (_, poll) = self.poll_in(conversation, poll)?;
        if self.world.owner_of_poll(poll) != Some(self.user) {
            return Err(RestResponse::not_yours());
        }
        self.world.end_poll(poll)?;
        self.poll_answer(poll)
    }

    fn poll_answer(&self, poll: SimPollId) -> Outcome {
        let row = self.world.poll_row(poll, self.user);
        let row = row.ok_or_else(RestResponse::not_found)?;
        Ok(RestResponse::coded(
            200,
            POLL_SHOWN,
            &json!({ "poll": row }),
        ))
    }

    fn poll_in(
        &self,
        conversation: &str,
        poll: &str,
    ) -> Result<(Conversation, SimPollId), RestResponse> {
        let conversation = self.conversation(conversation)?;
        let poll = number(poll)
            .map(SimPollId::new)
            .filter(|poll| self.world.conversation_of_poll(*poll) == Some(conversation))
            .ok_or_else(RestResponse::not_found)?;
        Ok((conversation, poll))
    }

    fn draft(&self) -> Result<PollDraft, RestResponse> {
        let body = self.json()?;
        let subject = body["subject"].as_str().filter(|text| !text.is_empty());
        let subject = subject.ok_or_else(|| RestResponse::bad("subject is missing"))?;
        let options: Option<Vec<&str>> = body["options"].as_array().and_then(|options| {
            options
                .iter()
                .map(|option| option["title"].as_str())
                .collect()
        });
        let options = options.filter(|options| !options.is_empty());
        let options = options.ok_or_else(|| RestResponse::bad("options are missing"))?;
        let mut draft = PollDraft::new(subject, options);
        draft.multiple_choice = body["type"] == "multi";
        draft.anonymous = body["visibility"] == "anonymous";
        let expiration = body["expiration"].as_u64();
        let left = expiration.and_then(|at| at.checked_sub(self.world.seconds()));
        let left = left.filter(|left| *left > 0);
        let left = left.ok_or_else(|| RestResponse::bad("expiration must lie ahead"))?;
        draft.duration = Duration::from_secs(left);
        Ok(draft)
    }
}

fn chosen(option: &str) -> Option<usize> {
    usize::try_from(number(option)?).ok()
}

fn no_such_option() -> RestResponse {
    RestResponse::bad("no such option")
}

/// GroupMe's codes of polls in the envelope.
const POLL_SHOWN: u32 = 20000;
const POLL_MADE: u32 = 20100;
