//! Messages with pictures, videos or files.

use core::time::Duration;

use serde_json::Value;

use super::{Conversation, View, World, message::Message, rfc3339::rfc3339};

impl World {
    /// Returns at most `limit` rows with media that were sent before, and after, a time since 1970;
    /// newest first.
    pub(crate) fn gallery_rows(
        &self,
        conversation: Conversation,
        before: Option<Duration>,
        after: Option<Duration>,
        limit: usize,
        view: View,
    ) -> Vec<Value> {
        let is_medium = |attachment: &Value| {
            let kind = attachment["type"].as_str().unwrap_or_default();
            MEDIA.contains(&kind) && (view.files || kind != "file")
        };
        let shown = self.history.messages(conversation).filter(|message| {
            let at = message.id.time();
            self.is_visible(message.id, conversation, view.viewer)
                && before.is_none_or(|before| at < before)
                && after.is_none_or(|after| at > after)
                && message.attachments.iter().any(is_medium)
        });
        let row = |message: &Message| {
            let mut row = self.message_row(message, view);
            row["gallery_ts"] = rfc3339(message.id.time()).into();
            row
        };
        shown.take(limit).map(row).collect()
    }
}

/// Types of attachments in a gallery.
const MEDIA: &[&str] = &["image", "linked_image", "video", "file"];
