//! Polls of a conversation.

use bayeux_wire::Value;
use groupme_model::{
    Message, Poll, PollId, PollOptionId, Timestamp,
    poll::{PollType, PollVisibility},
};
use serde::{Deserialize, Serialize};

use crate::{
    Call, Conversation, Service,
    parse::{self, Content, ParseError},
};

/// Settings of a new poll.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NewPoll {
    /// Question.
    pub subject: String,
    /// Titles of the options.
    options: Vec<NewOption>,
    /// End, in seconds since 1970.
    expiration: i64,
    /// Whether a member can vote for one option or for several. Default: one.
    #[serde(rename = "type")]
    pub kind: PollType,
    /// Whether the voters of an option are visible. Default: visible.
    pub visibility: PollVisibility,
}

impl NewPoll {
    /// Returns the settings of a poll with a question, the titles of its options, and its end.
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

/// New poll, and the message that announces it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct CreatedPoll {
    /// The poll.
    pub poll: Poll,
    /// Announcement, if GroupMe returns it.
    pub message: Option<Message>,
}

/// Page of a list of polls.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PollPage {
    /// Polls of the page, without those that cannot be parsed.
    pub polls: Vec<Poll>,
    /// Argument of [`list`] for the next page, if there is one.
    pub continuation_token: Option<String>,
}

/// Creates a poll.
pub fn create(conversation: impl Into<Conversation>, poll: &NewPoll) -> Call<CreatedPoll> {
    Call::post(Service::V3, "poll/{}")
        .conversation(conversation)
        .body(poll)
        .one(&[])
}

/// Lists the polls of a conversation. `continuation` is `None` for the first page, and else the
/// [`continuation_token`](PollPage::continuation_token) of the page before.
pub fn list(
    conversation: impl Into<Conversation>,
    continuation: Option<&str>,
) -> Call<Option<PollPage>> {
    Call::get(Service::V3, "poll/{}")
        .conversation(conversation)
        .query_if("continuation_token", continuation)
        .parsed(&[], page)
}

/// Parses a page of polls. An object without a list must not pass for an empty page.
fn page(content: Option<Content<'_>>) -> Result<Option<PollPage>, ParseError> {
    let Some(Content { frame, value }) = content else {
        return Ok(None);
    };
    let list = value.get("polls").ok_or(ParseError::Field("polls"))?;
    let list = (!list.is_null()).then_some(Content { frame, value: list });
    let continuation = value.get("continuation_token").and_then(Value::as_str);
    Ok(Some(PollPage {
        polls: parse::list(list)?,
        continuation_token: continuation.map(str::to_owned),
    }))
}

/// Returns a poll.
pub fn show(conversation: impl Into<Conversation>, poll: impl Into<PollId>) -> Call<Poll> {
    Call::get(Service::V3, "poll/{}/{}")
        .conversation(conversation)
        .segment(poll.into())
        .one(POLL)
}

/// Votes in a poll with a single vote.
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

/// Replaces your votes in a poll with several votes.
pub fn vote_multiple(
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

crate::parse::from_value_by_serde!(CreatedPoll);
