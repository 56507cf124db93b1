//! Polls.

use groupme_model::{
    Message, Poll, PollId, PollOptionId, Timestamp,
    poll::{PollType, PollVisibility},
};
use serde::{Deserialize, Serialize};

use crate::{Call, Conversation, Service};

/// A poll that is yet to be made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NewPoll {
    /// What is asked.
    pub subject: String,
    /// The answers.
    options: Vec<NewOption>,
    /// When it ends, in seconds since 1970.
    expiration: i64,
    /// How many answers can be chosen. Default: one.
    #[serde(rename = "type")]
    pub kind: PollType,
    /// Whether it tells who chose what. Default: it does.
    pub visibility: PollVisibility,
}

impl NewPoll {
    /// A poll that ends at some time.
    pub fn new<T: Into<String>>(
        subject: impl Into<String>,
        options: impl IntoIterator<Item = T>,
        ends: Timestamp,
    ) -> Self {
        let option = |title: T| NewOption {
            title: title.into(),
        };
        Self {
            subject: subject.into(),
            options: options.into_iter().map(option).collect(),
            expiration: ends.as_secs(),
            kind: PollType::Single,
            visibility: PollVisibility::Public,
        }
    }
}

/// A poll that was made, and the message that announces it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Made {
    /// The poll.
    pub poll: Poll,
    /// The message.
    pub message: Option<Message>,
}

/// Some polls, and how to ask for the others.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PollPage {
    /// The polls.
    #[serde(default)]
    pub polls: Vec<Poll>,
    /// By what to ask for the next page, if there is one.
    pub continuation_token: Option<String>,
}

/// Makes a poll.
pub fn create(conversation: impl Into<Conversation>, poll: &NewPoll) -> Call<Made> {
    Call::post(Service::V3, "poll/{}")
        .conversation(conversation)
        .body(poll)
        .one(&[])
}

/// Lists the polls of a conversation; the next page by what the page before it says.
pub fn list(
    conversation: impl Into<Conversation>,
    continuation: Option<&str>,
) -> Call<Option<PollPage>> {
    Call::get(Service::V3, "poll/{}")
        .conversation(conversation)
        .query_if("continuation_token", continuation)
        .maybe(&[])
}

/// Reads a poll.
pub fn show(conversation: impl Into<Conversation>, poll: impl Into<PollId>) -> Call<Poll> {
    Call::get(Service::V3, "poll/{}/{}")
        .conversation(conversation)
        .segment(poll.into())
        .one(POLL)
}

/// Chooses the answer of a poll where one can be chosen.
pub fn vote(
    conversation: impl Into<Conversation>,
    poll: impl Into<PollId>,
    option: impl Into<PollOptionId>,
) -> Call<Poll> {
    Call::post(Service::V3, "poll/{}/{}/{}")
        .conversation(conversation)
        .segment(poll.into())
        .segment(option.into())
        .idempotent()
        .one(POLL)
}

/// Chooses exactly these answers of a poll where several can be chosen.
pub fn vote_for_all(
    conversation: impl Into<Conversation>,
    poll: impl Into<PollId>,
    options: &[PollOptionId],
) -> Call<Poll> {
    Call::post(Service::V3, "poll/{}/{}")
        .conversation(conversation)
        .segment(poll.into())
        .body(&Votes { votes: options })
        .idempotent()
        .one(POLL)
}

/// Ends a poll.
pub fn end(conversation: impl Into<Conversation>, poll: impl Into<PollId>) -> Call<Poll> {
    Call::post(Service::V3, "poll/{}/{}/end")
        .conversation(conversation)
        .segment(poll.into())
        .idempotent()
        .one(POLL)
}

const POLL: &[&str] = &["poll"];

#[derive(Clone, Debug, PartialEq, Serialize)]
struct NewOption {
    title: String,
}

#[derive(Serialize)]
struct Votes<'v> {
    votes: &'v [PollOptionId],
}
