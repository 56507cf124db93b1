//! REST rows of messages and notices, member for member as seen of GroupMe.

use serde_json::{Value, json};

use super::{
    Conversation, PageRange, SimMessageId, SimUserId, World,
    message::{Entry, Message, SystemMessage},
    payload::{add_event, favorited_by, reaction, recipient},
};

/// Viewer of a row, and options of the view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) viewer: SimUserId,
    /// Whether attached files are shown; GroupMe hides them from clients that do not ask for them.
    pub(crate) files: bool,
}

impl World {
    /// Returns at most `limit` rows of a conversation.
    pub(crate) fn rows(
        &self,
        conversation: Conversation,
        range: PageRange,
        limit: usize,
        view: View,
    ) -> Vec<Value> {
        let cleared = self.cleared.get(&(conversation, view.viewer));
        let page = self
            .history
            .page(conversation, range, limit, cleared.copied());
        page.into_iter()
            .map(|entry| self.row(entry, view))
            .collect()
    }

    /// Returns the pinned rows, newest first.
    pub(crate) fn pinned_rows(&self, conversation: Conversation, view: View) -> Vec<Value> {
        let pinned =
            |entry: &&Entry| matches!(entry, Entry::Message(message) if message.pinned.is_some());
        let entries = self.history.newest_first(conversation).filter(pinned);
        entries.map(|entry| self.row(entry, view)).collect()
    }

    /// Returns one row of a conversation.
    pub(crate) fn row_of(
        &self,
        conversation: Conversation,
        id: SimMessageId,
        view: View,
    ) -> Option<Value> {
        let entry = self
            .history
            .get(id)
            .filter(|entry| entry.conversation() == conversation)?;
        Some(self.row(entry, view))
    }

    /// Returns the number of messages ever posted in a conversation.
    pub(crate) fn count(&self, conversation: Conversation) -> u64 {
        self.history
            .thread(conversation)
            .map_or(0, |conversation| conversation.count)
    }

    /// Returns the newest row of a conversation.
    pub(crate) fn newest(&self, conversation: Conversation) -> Option<SimMessageId> {
        self.history
            .newest_first(conversation)
            .next()
            .map(Entry::id)
    }

    /// Returns the conversation of a row.
    pub(crate) fn conversation_of(&self, id: SimMessageId) -> Option<Conversation> {
        self.history.get(id).map(Entry::conversation)
    }

    /// Returns the author of a message; `None` for a notice.
    pub(crate) fn author_of(&self, id: SimMessageId) -> Option<SimUserId> {
        let message = self.history.message(id).ok()?;
        Some(message.author)
    }

    /// Returns whether the user has reacted to a message.
    pub(crate) fn has_reacted(&self, id: SimMessageId, user: SimUserId) -> bool {
        let message = self.history.message(id);
        message.is_ok_and(|message| message.likes().any(|like| like.by == user))
    }

    /// Returns all reactions to a message in the form of the response to a reaction, which has pack
    /// numbers, 0 without a pack.
    pub(crate) fn reaction_rows(&self, id: SimMessageId) -> Vec<Value> {
        let Ok(message) = self.history.message(id) else {
            return Vec::new();
        };
        let mut rows: Vec<Value> = message.reactions.iter().map(reaction).collect();
        for row in &mut rows {
            if row.get("pack_id").is_none() {
                row["pack_id"] = 0.into();
                row["pack_index"] = 0.into();
            }
        }
        rows
    }

    /// Returns a message in the form of the response to its sending, without members for what can
    /// only happen later.
    pub(crate) fn sent_row(
        &self,
        conversation: Conversation,
        id: SimMessageId,
        view: View,
    ) -> Option<Value> {
        let mut row = self.row_of(conversation, id, view)?;
        if let Some(members) = row.as_object_mut() {
            for later in ["platform", "pinned_at", "pinned_by"] {
                members.retain(|name, _| name != later);
            }
        }
        Some(row)
    }

    pub(super) fn row(&self, entry: &Entry, view: View) -> Value {
        match entry {
            Entry::Message(message) => self.message_row(message, view),
            Entry::System(system) => self.system(system, view),
        }
    }

    pub(super) fn message_row(&self, message: &Message, view: View) -> Value {
        let attachments: Vec<&Value> = message
            .attachments
            .iter()
            .filter(|attachment| view.files || attachment["type"] != "file")
            .collect();
        let mut row = json!({
            "attachments": attachments,
            "avatar_url": message.sender.avatar_url,
            "created_at": message.created_at,
            "favorited_by": favorited_by(message),
            "id": message.id.to_string(),
            "name": message.sender.name,
            "sender_id": message.author.to_string(),
            "sender_type": message.sender.kind,
            "source_guid": message.source_guid,
            "text": message.text,
            "user_id": message.author.to_string(),
            "pinned_at": message.pinned.map(|(at, _)| at),
            "pinned_by": message.pinned.map_or_else(String::new, |(_, by)| by.to_string()),
        });
        self.add_conversation_fields(&mut row, message.conversation, recipient(message), false);
        add_event(&mut row, message);
        if let Some(at) = message.updated_at {
            row["updated_at"] = at.into();
        }
        if let Some(deletion) = &message.deleted {
            row["deleted_at"] = deletion.at.as_secs().into();
            row["deletion_actor"] = deletion.actor.into();
        }
        if !message.reactions.is_empty() {
            row["reactions"] = message.reactions.iter().map(reaction).collect();
        }
        row
    }

    fn system(&self, system: &SystemMessage, view: View) -> Value {
        let mut row = json!({
            "attachments": [],
            "avatar_url": null,
            "created_at": system.created_at,
            "event": system.notice.event,
            "favorited_by": [],
            "id": system.id.to_string(),
            "name": "GroupMe",
            "sender_id": "system",
            "sender_type": "system",
            "source_guid": system.source_guid,
            "text": system.notice.text,
            "user_id": "system",
            "pinned_at": null,
            "pinned_by": "",
        });
        // In a chat, the viewer is the recipient of a notice.
        self.add_conversation_fields(
            &mut row,
            system.conversation,
            Some(view.viewer.to_string()),
            true,
        );
        row
    }

    /// Adds the members that only group messages or only direct messages have. Direct messages have
    /// neither `system` nor `platform`.
    fn add_conversation_fields(
        &self,
        row: &mut Value,
        conversation: Conversation,
        recipient: Option<String>,
        system: bool,
    ) {
        match conversation {
            Conversation::Group(group) => {
                if let (_, Some(parent)) = self.group_and_parent(group) {
                    row["parent_id"] = parent.to_string().into();
                }
                row["group_id"] = group.to_string().into();
                row["system"] = system.into();
                row["platform"] = "gm".into();
            }
            Conversation::Direct(..) => {
                row["conversation_id"] = conversation.id().into();
                row["recipient_id"] = recipient.into();
            }
        }
    }
}
