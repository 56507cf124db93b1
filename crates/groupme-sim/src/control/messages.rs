//! Messages and what happens to them, as anybody.

use serde_json::{Value, json};

use super::{Answer, Control, Outcome, Refusal, resolve};
use crate::world::{Conversation, Draft, MessageView, SimMessageId, SimUserId, View, WorldError};

impl Control<'_> {
    /// Posts a message: in a conversation, or to a user.
    pub(super) fn say(&mut self, _: &[&str]) -> Outcome {
        let author = self.user("as")?;
        let (conversation, to) = match (self.has("conversation"), self.has("to")) {
            (true, false) => (self.conversation("conversation")?, None),
            (false, true) => {
                let to = self.user("to")?;
                if to == author {
                    return Err(WorldError::SelfMessage(author).into());
                }
                (Conversation::direct(author, to), Some(to))
            }
            _ => {
                return Err(Refusal::bad(
                    "name either a `conversation` or a user in `to`",
                ));
            }
        };
        self.world().check_participant(conversation, author)?;
        let mut attachments = self.list("attachments").to_vec();
        if !attachments.iter().all(Value::is_object) {
            return Err(Refusal::bad("attachments must be a list of objects"));
        }
        if self.has("reply_to") {
            let replied = self.message(&self.needed_text("reply_to")?)?;
            let base = self
                .world()
                .message(replied)
                .map(|base| base.author().to_string());
            attachments.push(json!({
                "type": "reply",
                "reply_id": replied.to_string(),
                "base_reply_id": replied.to_string(),
                "user_id": base,
            }));
        }
        let text = self.text("text").map(str::to_owned);
        if text.as_ref().is_none_or(String::is_empty) && attachments.is_empty() {
            return Err(Refusal::bad("a message needs a `text` or `attachments`"));
        }
        let draft = Draft {
            source_guid: self.text("source_guid").map(str::to_owned),
            text,
            attachments,
            event: None,
        };
        let id = self
            .simulation
            .world_mut()
            .post(conversation, author, draft)?;
        // A refused message opens no chat.
        if let Some(to) = to {
            self.simulation.world_mut().open_chat(author, to)?;
        }
        let row = self.row(id, author);
        Ok(Answer::Json(201, row))
    }

    pub(super) fn show_message(&mut self, arguments: &[&str]) -> Outcome {
        let id = self.message(arguments[0])?;
        Self::ok(self.row(id, self.me))
    }

    pub(super) fn edit_message(&mut self, arguments: &[&str]) -> Outcome {
        let id = self.message(arguments[0])?;
        let text = self.needed_text("text")?;
        self.simulation.world_mut().edit(id, &text)?;
        Self::ok(self.row(id, self.me))
    }

    /// Deletes a message, as its author or as the admin in the query's `as`.
    pub(super) fn delete_message(&mut self, arguments: &[&str]) -> Outcome {
        let id = self.message(arguments[0])?;
        let author = self.world().message(id).map(MessageView::author);
        let by = match self.query.text("as") {
            Some(by) => Some(resolve::user(self.world(), &by)?),
            None => author,
        };
        let world = self.simulation.world_mut();
        match by.filter(|by| Some(*by) != author) {
            Some(by) => world.delete_as_owner(id, by)?,
            None => world.delete(id)?,
        }
        Self::ok(json!({}))
    }

    pub(super) fn react(&mut self, arguments: &[&str]) -> Outcome {
        let (id, by) = (self.message(arguments[0])?, self.user("as")?);
        let code = self.text("code").unwrap_or("\u{2764}\u{fe0f}").to_owned();
        self.simulation.world_mut().react(id, by, &code)?;
        Self::ok(self.row(id, by))
    }

    pub(super) fn unreact(&mut self, arguments: &[&str]) -> Outcome {
        let (id, by) = (self.message(arguments[0])?, self.queried_user()?);
        self.simulation.world_mut().unreact(id, by)?;
        Self::ok(self.row(id, by))
    }

    pub(super) fn pin(&mut self, arguments: &[&str]) -> Outcome {
        let (id, by) = (self.message(arguments[0])?, self.user("as")?);
        self.simulation.world_mut().pin(id, by)?;
        Self::ok(self.row(id, by))
    }

    pub(super) fn unpin(&mut self, arguments: &[&str]) -> Outcome {
        let (id, by) = (self.message(arguments[0])?, self.queried_user()?);
        self.simulation.world_mut().unpin(id, by)?;
        Self::ok(self.row(id, by))
    }

    pub(super) fn start_typing(&mut self, _: &[&str]) -> Outcome {
        let (user, conversation) = (self.user("as")?, self.conversation("conversation")?);
        self.simulation
            .world_mut()
            .start_typing(conversation, user)?;
        Self::ok(json!({}))
    }

    /// Marks the direct messages of one user to another as read.
    pub(super) fn read(&mut self, _: &[&str]) -> Outcome {
        let (reader, writer) = (self.user("as")?, self.user("from")?);
        self.simulation
            .world_mut()
            .read_direct_messages(reader, writer)?;
        Self::ok(json!({}))
    }

    /// Publishes any data on any channel.
    pub(super) fn push(&mut self, _: &[&str]) -> Outcome {
        let channel = self.needed_text("channel")?;
        let data = self
            .body
            .get("data")
            .cloned()
            .unwrap_or_default()
            .to_string();
        self.simulation.world_mut().publish_raw(&channel, &data)?;
        Self::ok(json!({}))
    }

    fn queried_user(&self) -> Result<SimUserId, Refusal> {
        let by = self.query.text("as");
        let by = by.ok_or_else(|| Refusal::bad("`as` is missing in the query"))?;
        resolve::user(self.world(), &by)
    }

    /// Returns the row of a message as REST shows it, with the id of its conversation.
    pub(super) fn row(&self, id: SimMessageId, viewer: SimUserId) -> Value {
        let world = self.world();
        let Some(message) = world.message(id) else {
            return Value::Null;
        };
        let conversation = message.conversation();
        let view = View {
            viewer,
            files: true,
        };
        let mut row = world.row_of(conversation, id, view).unwrap_or_default();
        row["conversation"] = conversation.id().into();
        row
    }
}
