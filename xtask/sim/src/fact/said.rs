//! What an event that is published says of the history.

use serde_json::Value;

/// A message or notice that is published.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) id: u64,
    pub(crate) conversation: String,
    /// The group, if the conversation is a topic of one.
    pub(crate) parent: Option<String>,
    pub(crate) is_notice: bool,
    /// The message of which nothing is left any more, if that is what it tells.
    pub(crate) takes_down: Option<u64>,
}

impl Said {
    /// What a payload says; `None` if it is no new message.
    pub(crate) fn of(data: &str) -> Option<Self> {
        let data: Value = serde_json::from_str(data).ok()?;
        let kind = data["type"].as_str()?;
        if !matches!(kind, "line.create" | "direct_message.create") {
            return None;
        }
        let subject = &data["subject"];
        let text = |name: &str| subject[name].as_str().map(str::to_owned);
        let of = ["group_id", "chat_id", "conversation_id"];
        let told = &subject["event"]["data"];
        let deleted = told["message_id"].as_str().and_then(|id| id.parse().ok());
        Some(Self {
            id: subject["id"].as_str()?.parse().ok()?,
            conversation: of.into_iter().find_map(text)?,
            parent: text("parent_id"),
            is_notice: !subject["event"].is_null(),
            takes_down: deleted.filter(|_| told["deletion_actor"] == "admin"),
        })
    }
}
