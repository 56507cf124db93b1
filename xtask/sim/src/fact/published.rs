//! The contents of a published event, as far as invariants need them.

use serde_json::Value;

/// A published event.
#[derive(Debug)]
pub(crate) struct PublishedEvent<'a> {
    /// Position among all published events, from 0.
    pub(crate) number: u64,
    pub(crate) channel: &'a str,
    /// The message or notice, if the event is a new one.
    pub(crate) message: Option<PublishedMessage>,
}

/// A new message or notice.
#[derive(Clone, Debug)]
pub(crate) struct PublishedMessage {
    pub(crate) id: u64,
    pub(crate) conversation: String,
    /// The group, if the conversation is a topic of one.
    pub(crate) parent: Option<String>,
    pub(crate) is_notice: bool,
    /// Whether it is the notice of an edit or a deletion in a group, which is pushed by itself, too.
    pub(crate) is_of_change: bool,
    /// The message that an admin took down, if this notice announces that: nothing is left of it.
    pub(crate) taken_down: Option<u64>,
}

impl PublishedMessage {
    /// Reads a payload; `None` if it is no new message.
    pub(crate) fn parse(data: &str) -> Option<Self> {
        let data: Value = serde_json::from_str(data).ok()?;
        if !matches!(
            data["type"].as_str()?,
            "line.create" | "direct_message.create"
        ) {
            return None;
        }
        let subject = &data["subject"];
        let text = |name: &str| subject[name].as_str().map(str::to_owned);
        let notice = &subject["event"]["data"];
        let deleted = notice["message_id"].as_str().and_then(|id| id.parse().ok());
        Some(Self {
            id: subject["id"].as_str()?.parse().ok()?,
            conversation: ["group_id", "chat_id", "conversation_id"]
                .into_iter()
                .find_map(text)?,
            parent: text("parent_id"),
            is_notice: !subject["event"].is_null(),
            is_of_change: data["type"] == "line.create"
                && matches!(
                    subject["event"]["type"].as_str(),
                    Some("message.update" | "message.deleted")
                ),
            taken_down: deleted.filter(|_| notice["deletion_actor"] == "admin"),
        })
    }
}
