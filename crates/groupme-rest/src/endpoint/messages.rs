//! Messages of groups, topics and direct conversations.

use groupme_model::{
    HistoryWindow, Message, MessageId, ReadReceipt, SourceGuid, UserId,
    outgoing::{Draft, DraftError},
};
use serde_json::Value;

use crate::{
    Call, Conversation, Service,
    argument::Argument,
    parse::{self, ParseError},
};

/// Page of a history.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MessagePage {
    /// Messages, in the order of the [`HistoryWindow`]. Only an empty page is the last one, not a
    /// short one.
    pub messages: Vec<Message>,
    /// Total number of messages in the conversation, not on the page.
    pub count: Option<i64>,
    /// Read receipt of the other user; sometimes present for direct conversations.
    pub read_receipt: Option<ReadReceipt>,
    /// Number of messages that could not be parsed, for lack of an id.
    pub unreadable: usize,
}

/// Lists at most `limit` messages of a conversation, from 1 to 200. GroupMe documents a maximum of
/// 100.
pub fn list(
    conversation: impl Into<Conversation>,
    window: &HistoryWindow,
    limit: u32,
) -> Call<MessagePage> {
    let call = match conversation.into() {
        Conversation::Group(group) => Call::get(Service::V3, "groups/{}/messages").segment(group),
        direct => Call::get(Service::V3, "direct_messages").other_user(direct),
    };
    let call = match window {
        HistoryWindow::Newest => call,
        HistoryWindow::Before(message) => call.query("before_id", message),
        HistoryWindow::After(message) => call.query("after_id", message),
        HistoryWindow::Since(message) => call.query("since_id", message),
    };
    call.query("limit", limit.clamp(1, LIMIT))
        // Without this parameter, GroupMe omits attachments that are files.
        .query("acceptFiles", 1)
        .parsed(&[], page)
}

/// Returns one message. The conversation of a topic's message is the topic.
pub fn show(conversation: impl Into<Conversation>, message: impl Into<MessageId>) -> Call<Message> {
    match conversation.into() {
        Conversation::Group(group) => {
            Call::get(Service::V4, "groups/{}/messages/{}").segment(group)
        }
        direct => Call::get(Service::V3, "direct_messages/{}").other_user(direct),
    }
    .segment(message.into())
    .one(MESSAGE)
}

/// Sends a message with the given `source_guid`. GroupMe refuses a second message with the same id
/// within about a minute as a [`Conflict`](crate::Error::Conflict), so the call is idempotent.
/// [`Client::send`](crate::Client::send) turns that refusal into a success.
///
/// # Errors
///
/// [`DraftError`] if GroupMe would refuse the message.
pub fn send(
    conversation: impl Into<Conversation>,
    draft: impl Into<Draft>,
    guid: SourceGuid,
) -> Result<Call<Message>, DraftError> {
    let draft = draft.into();
    let call = match conversation.into() {
        Conversation::Group(group) => Call::post(Service::V3, "groups/{}/messages")
            .segment(group)
            .body(&draft.for_group(guid)?),
        direct => {
            let body = draft.for_user(guid, UserId::default())?;
            let recipient = Argument::OtherUser(direct);
            Call::post(Service::V3, "direct_messages")
                .body(&body)
                .with(|request| request.json_argument("/direct_message/recipient_id", recipient))
        }
    };
    Ok(call.idempotent().one(MESSAGE))
}

/// Replaces the text and attachments of a message of yours, while GroupMe allows it.
///
/// # Errors
///
/// [`DraftError`] if GroupMe would refuse the message.
pub fn edit(
    conversation: impl Into<Conversation>,
    message: impl Into<MessageId>,
    draft: impl Into<Draft>,
) -> Result<Call<Message>, DraftError> {
    let body = draft.into().for_edit()?;
    let call = match conversation.into() {
        Conversation::Group(group) => {
            Call::put(Service::V4, "groups/{}/messages/{}").segment(group)
        }
        direct => Call::put(Service::V4, "direct_messages/{}/messages/{}")
            .with(|request| request.segment(Argument::OtherUser(direct))),
    };
    Ok(call.segment(message.into()).body(&body).one(MESSAGE))
}

/// Deletes a message.
pub fn delete(conversation: impl Into<Conversation>, message: impl Into<MessageId>) -> Call<()> {
    Call::delete(Service::V3, "conversations/{}/messages/{}")
        .conversation(conversation)
        .segment(message.into())
}

/// Deletes the messages of a direct conversation for you, but not for the other user.
pub fn clear_history(conversation: impl Into<Conversation>) -> Call<()> {
    Call::post(Service::V2, "direct_messages/clear_history")
        .other_user(conversation.into())
        .idempotent()
}

/// Parses a page of messages.
pub(super) fn page(content: Option<Value>) -> Result<MessagePage, ParseError> {
    let Some(mut content) = content else {
        return Ok(MessagePage::default());
    };
    let has_list = MESSAGES.iter().any(|key| content.get(key).is_some());
    let mut take = |key: &str| content.get_mut(key).map(Value::take);
    let found = MESSAGES
        .iter()
        .find_map(|key| take(key).filter(|value| !value.is_null()));
    let count = take("count").and_then(|count| count.as_i64());
    // An unknown form of receipt must not cost the messages.
    let read_receipt = take("read_receipt")
        .filter(|value| !value.is_null())
        .and_then(|value| parse::one(Some(value)).ok());
    let list = match found {
        None if !content.is_object() => parse::partial_list(Some(content)),
        // An empty page is the end of a history, so an unknown answer must not pass for one.
        None if !has_list && read_receipt.is_none() && count != Some(0) => {
            Err(ParseError::NotAList)
        }
        found => parse::partial_list(found),
    }?;
    if list.items.is_empty() && list.unreadable > 0 {
        return Err(ParseError::NoElement);
    }
    Ok(MessagePage {
        messages: list.items,
        count,
        read_receipt,
        unreadable: list.unreadable,
    })
}

/// Largest `limit` that GroupMe accepts.
const LIMIT: u32 = 200;

/// Answers about direct messages are documented with one key, and use the other.
const MESSAGE: &[&str] = &["message", "direct_message"];
pub(super) const MESSAGES: &[&str] = &["messages", "direct_messages"];
