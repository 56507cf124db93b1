//! The rows of a conversation, as REST shows them: member for member as GroupMe was seen to.

use serde_json::{Value, json};

use super::{
    Conversation, MessageId, Span, UserId, World,
    message::{Entry, Message, Told},
    payload::{announce, fans, reaction, recipient},
};

/// For whom a row is, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) viewer: UserId,
    /// Whether attached files are shown; GroupMe hides them from clients that do not ask.
    pub(crate) files: bool,
}

impl World {
    /// At most `limit` rows of a conversation.
    pub(crate) fn rows(
        &self,
        place: Conversation,
        span: Span,
        limit: usize,
        view: View,
    ) -> Vec<Value> {
        let page = self.history.page(place, span, limit);
        page.into_iter()
            .map(|entry| self.row(entry, view))
            .collect()
    }

    /// The rows that are pinned, newest first.
    pub(crate) fn pinned_rows(&self, place: Conversation, view: View) -> Vec<Value> {
        let pinned = |entry: &&Entry| matches!(entry, Entry::MessageView(message) if message.pinned.is_some());
        let entries = self.history.backwards(place).filter(pinned);
        entries.map(|entry| self.row(entry, view)).collect()
    }

    /// One row; `None` if it is not there.
    pub(crate) fn row_of(&self, place: Conversation, id: MessageId, view: View) -> Option<Value> {
        let entry = self
            .history
            .get(id)
            .filter(|entry| entry.place() == place)?;
        Some(self.row(entry, view))
    }

    /// How many messages there ever were in a conversation.
    pub(crate) fn count(&self, place: Conversation) -> u64 {
        self.history
            .conversation(place)
            .map_or(0, |conversation| conversation.count)
    }

    /// The newest row of a conversation.
    pub(crate) fn newest(&self, place: Conversation) -> Option<MessageId> {
        self.history.backwards(place).next().map(Entry::id)
    }

    /// Where a row is; `None` if there is none.
    pub(crate) fn place_of(&self, id: MessageId) -> Option<Conversation> {
        self.history.get(id).map(Entry::place)
    }

    /// Who wrote a message; `None` if it is not one of a user.
    pub(crate) fn author_of(&self, id: MessageId) -> Option<UserId> {
        let message = self.history.message(id).ok()?;
        Some(message.author)
    }

    /// Whether the user has reacted to a message.
    pub(crate) fn has_reacted(&self, id: MessageId, user: UserId) -> bool {
        let message = self.history.message(id);
        message.is_ok_and(|message| message.likes().any(|like| like.by == user))
    }

    /// All reactions to a message, as the answer to a reaction shows them: pack numbers, 0 where
    /// there is no pack, included.
    pub(crate) fn reaction_rows(&self, id: MessageId) -> Vec<Value> {
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

    /// A message as the answer to its sending shows it, without members for what can only happen
    /// later.
    pub(crate) fn sent_row(&self, place: Conversation, id: MessageId, view: View) -> Option<Value> {
        let mut row = self.row_of(place, id, view)?;
        if let Some(members) = row.as_object_mut() {
            for later in ["platform", "pinned_at", "pinned_by"] {
                members.shift_remove(later);
            }
        }
        Some(row)
    }

    pub(super) fn row(&self, entry: &Entry, view: View) -> Value {
        match entry {
            Entry::MessageView(message) => self.said_row(message, view),
            Entry::Told(told) => self.told(told, view),
        }
    }

    pub(super) fn said_row(&self, message: &Message, view: View) -> Value {
        let author = self.users.get(&message.author);
        let attachments: Vec<&Value> = message
            .attachments
            .iter()
            .filter(|attachment| view.files || attachment["type"] != "file")
            .collect();
        let mut row = json!({
            "attachments": attachments,
            "avatar_url": author.map(|author| &*author.avatar_url),
            "created_at": message.created_at,
            "favorited_by": fans(message),
            "id": message.id.to_string(),
            "name": author.map(|author| &*author.name),
            "sender_id": message.author.to_string(),
            "sender_type": "user",
            "source_guid": message.source_guid,
            "text": message.text,
            "user_id": message.author.to_string(),
            "pinned_at": message.pinned.map(|(at, _)| at),
            "pinned_by": message.pinned.map_or_else(String::new, |(_, by)| by.to_string()),
        });
        self.place_row(&mut row, message.place, recipient(message), false);
        announce(&mut row, message);
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

    fn told(&self, told: &Told, view: View) -> Value {
        let mut row = json!({
            "attachments": [],
            "avatar_url": null,
            "created_at": told.created_at,
            "event": told.notice.event,
            "favorited_by": [],
            "id": told.id.to_string(),
            "name": "GroupMe",
            "sender_id": "system",
            "sender_type": "system",
            "source_guid": told.source_guid,
            "text": told.notice.text,
            "user_id": "system",
            "pinned_at": null,
            "pinned_by": "",
        });
        // Between two people, the one who looks is the recipient.
        self.place_row(&mut row, told.place, Some(view.viewer.to_string()), true);
        row
    }

    /// What only group messages have, or only direct ones: the latter neither `system` nor
    /// `platform`.
    fn place_row(
        &self,
        row: &mut Value,
        place: Conversation,
        recipient: Option<String>,
        system: bool,
    ) {
        match place {
            Conversation::Group(group) => {
                if let (_, Some(parent)) = self.home(group) {
                    row["parent_id"] = parent.to_string().into();
                }
                row["group_id"] = group.to_string().into();
                row["system"] = system.into();
                row["platform"] = "gm".into();
            }
            Conversation::Direct(..) => {
                row["conversation_id"] = place.conversation().into();
                row["recipient_id"] = recipient.into();
            }
        }
    }
}
