//! Messages of groups, topics and direct conversations.

use bayeux_wire::Value;
use groupme_model::{
    FromValue as _, HistoryWindow, Message, MessageId, MessageRef, MessageRow, ReadReceipt,
    SourceGuid, UserId,
    outgoing::{Draft, DraftError},
};

use crate::{
    Call, Conversation, Service,
    argument::Argument,
    parse::{BodyRule, Content, ParseError, check_memory},
};

/// Page of a history. It holds the answer as received: [`messages`](Self::messages) reads from it,
/// and only [`into_messages`](Self::into_messages) copies.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MessagePage {
    pub(crate) rows: Vec<MessageRow>,
    /// Total number of messages in the conversation, not on the page.
    pub count: Option<i64>,
    /// Read receipt of the other user; sometimes present for direct conversations.
    pub read_receipt: Option<ReadReceipt>,
    /// Number of messages that could not be read, for lack of an id.
    pub unreadable: usize,
    /// Whether the answer has `null` in place of a list, not an empty one.
    pub(crate) has_null: bool,
}

impl MessagePage {
    /// Returns the number of messages. Only an empty page is the last one, not a short one.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether the page has no messages.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the messages as views, in the order of the [`HistoryWindow`].
    pub fn messages(
        &self,
    ) -> impl ExactSizeIterator<Item = MessageRef<'_>> + DoubleEndedIterator + Clone {
        self.rows.iter().map(MessageRow::view)
    }

    /// Returns the messages with their frame, in the same order.
    pub fn rows(&self) -> &[MessageRow] {
        &self.rows
    }

    /// Returns the messages with their frame, each of which can be kept by itself.
    pub fn into_rows(self) -> Vec<MessageRow> {
        self.rows
    }

    /// Copies the messages out of the frame.
    pub fn into_messages(self) -> Vec<Message> {
        self.rows.into_iter().map(MessageRow::into_owned).collect()
    }
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
        .messages()
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

impl Call<()> {
    /// Parses the answer as a page of messages.
    pub(super) fn messages(self) -> Call<MessagePage> {
        self.parsed(&[], page)
            .body_rule(BodyRule::ExpectedOfPage)
            .whole()
    }
}

fn page(content: Option<Content<'_>>) -> Result<MessagePage, ParseError> {
    let Some(Content { frame, value }) = content else {
        return Ok(MessagePage::default());
    };
    let has_list = MESSAGES.iter().any(|key| value.get(key).is_some());
    let mut lists = MESSAGES.iter().filter_map(|key| value.get(key));
    let found = lists.find(|list| !list.is_null());
    let count = value.get("count").and_then(Value::as_i64);
    // An unknown form of receipt must not cost the messages.
    let read_receipt = value.get("read_receipt").and_then(ReadReceipt::from_value);
    let list = match found {
        None if !value.is_object() => value,
        // An empty page is the end of a history, so an unknown answer must not pass for one.
        None if !has_list && read_receipt.is_none() && count != Some(0) => {
            return Err(ParseError::NotAList);
        }
        None => {
            return Ok(MessagePage {
                count,
                read_receipt,
                has_null: has_list,
                ..MessagePage::default()
            });
        }
        Some(list) => list,
    };
    if !list.is_array() {
        return Err(ParseError::NotAList);
    }
    check_memory::<Message>(frame, &[list])?;
    let rows: Vec<MessageRow> = list
        .items()
        .filter_map(|row| MessageRow::new(frame, row.index()))
        .collect();
    let unreadable = list.len().saturating_sub(rows.len());
    if rows.is_empty() && unreadable > 0 {
        return Err(ParseError::NoElement);
    }
    Ok(MessagePage {
        rows,
        count,
        read_receipt,
        unreadable,
        has_null: false,
    })
}

/// Largest `limit` that GroupMe accepts.
const LIMIT: u32 = 200;

/// Answers about direct messages are documented with one key, and use the other.
const MESSAGE: &[&str] = &["message", "direct_message"];
pub(super) const MESSAGES: &[&str] = &["messages", "direct_messages"];
