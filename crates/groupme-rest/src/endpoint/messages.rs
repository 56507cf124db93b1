//! Messages of groups, of topics, and between two users (groupme.md, section 9).

use groupme_model::{
    Message, MessageId, ReadReceipt, SourceGuid, UserId,
    outgoing::{Draft, DraftError},
};
use serde_json::Value;

use crate::{
    Call, Conversation, Service,
    argument::Argument,
    reading::{self, Mismatch},
};

/// Which part of a history to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// The newest messages, newest first.
    #[default]
    Newest,
    /// What was sent before a message, newest first.
    Before(MessageId),
    /// What was sent right after a message, oldest first. Nothing is left out, so this is the one
    /// to catch up with.
    After(MessageId),
    /// The newest messages that were sent after a message, newest first. **If there are more than
    /// fit, the older ones are left out and nothing says so**: good to see what is new, bad to
    /// catch up.
    Since(MessageId),
}

/// A part of a history.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MessagePage {
    /// The messages, in the order that the [`Window`] has. A page with few of them need not be the
    /// last one; only an empty page is.
    pub messages: Vec<Message>,
    /// How many messages the conversation has in all, not the page.
    pub count: Option<i64>,
    /// What the other user has read; only of direct messages, and not always.
    pub read_receipt: Option<ReadReceipt>,
    /// How many messages were there that could not be read at all, for lack of an id.
    pub unreadable: usize,
}

/// Reads a part of the history of a conversation: at most `limit` messages, of which GroupMe gives
/// 100 for sure and 200 in practice.
pub fn list(
    conversation: impl Into<Conversation>,
    window: &Window,
    limit: u32,
) -> Call<MessagePage> {
    let call = match conversation.into() {
        Conversation::Group(group) => Call::get(Service::V3, "groups/{}/messages").segment(group),
        direct => Call::get(Service::V3, "direct_messages").other_user(direct),
    };
    let call = match window {
        Window::Newest => call,
        Window::Before(message) => call.query("before_id", message),
        Window::After(message) => call.query("after_id", message),
        Window::Since(message) => call.query("since_id", message),
    };
    call.query("limit", limit.clamp(1, LIMIT))
        // Without it, attachments that are files are left out.
        .query("acceptFiles", 1)
        .reading(&[], page)
}

/// Reads one message. For one of a topic, the conversation is the topic.
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

/// Sends a message under an id of its own. Asked again with the same id within about a minute, it
/// is refused as a [`Conflict`](crate::Error::Conflict), so it does no harm to repeat.
/// [`Client::send`](crate::Client::send) takes care of that.
///
/// # Errors
///
/// [`DraftError`], if GroupMe would not take it.
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

/// Makes something else of a message of yours, for as long as GroupMe allows it.
///
/// # Errors
///
/// [`DraftError`], if GroupMe would not take it.
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

/// Empties what you see of the messages between you and another user.
pub fn clear_history(conversation: impl Into<Conversation>) -> Call<()> {
    Call::post(Service::V2, "direct_messages/clear_history")
        .other_user(conversation.into())
        .idempotent()
}

pub(super) fn page(content: Option<Value>) -> Result<MessagePage, Mismatch> {
    let Some(mut content) = content else {
        return Ok(MessagePage::default());
    };
    let has_list = MESSAGES.iter().any(|key| content.get(key).is_some());
    let mut take = |key: &str| content.get_mut(key).map(Value::take);
    let found = MESSAGES
        .iter()
        .find_map(|key| take(key).filter(|value| !value.is_null()));
    let count = take("count").and_then(|count| count.as_i64());
    // Without a receipt the messages are worth as much.
    let read_receipt = take("read_receipt")
        .filter(|value| !value.is_null())
        .and_then(|value| reading::one(Some(value)).ok());
    let some = match found {
        None if !content.is_object() => reading::some_of(Some(content)),
        // An empty page is the end of a history, so not everything may pass for one.
        None if !has_list && read_receipt.is_none() && count != Some(0) => Err(Mismatch::NoList),
        found => reading::some_of(found),
    }?;
    if some.items.is_empty() && some.unreadable > 0 {
        return Err(Mismatch::Broken);
    }
    Ok(MessagePage {
        messages: some.items,
        count,
        read_receipt,
        unreadable: some.unreadable,
    })
}

/// What GroupMe gives at once at most.
const LIMIT: u32 = 200;

/// Replies to direct messages are documented with one key and seen with the other.
const MESSAGE: &[&str] = &["message", "direct_message"];
pub(super) const MESSAGES: &[&str] = &["messages", "direct_messages"];
