//! Edits and deletions of messages.

use core::time::Duration;

use serde_json::Value;

use super::{
    Conversation, SimMessageId, SimUserId, World, WorldError,
    message::{Deletion, Message},
    notice::Notice,
    payload,
};

/// Ages up to which a message can be changed; `None` for no limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    pub(super) edit: Option<Duration>,
    pub(super) deletion: Option<Duration>,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            edit: Some(Duration::from_mins(15)),
            deletion: None,
        }
    }
}

impl World {
    /// Sets the age up to which a message can be edited; `None` for no limit. Default: 15 minutes.
    pub fn set_edit_window(&mut self, window: Option<Duration>) {
        self.windows.edit = window;
    }

    /// Sets the age up to which a message can be deleted; `None` for no limit, the default.
    pub fn set_deletion_window(&mut self, window: Option<Duration>) {
        self.windows.deletion = window;
    }

    /// Edits the text of a message, as its author.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`], [`WorldError::SystemMessage`], [`WorldError::Deleted`] or
    /// [`WorldError::TooLate`].
    pub fn edit(&mut self, message: SimMessageId, text: &str) -> Result<(), WorldError> {
        self.edit_with(message, Some(text), None)
    }

    /// Edits the text and, if given, the attachments of a message, as its author.
    pub(crate) fn edit_with(
        &mut self,
        message: SimMessageId,
        text: Option<&str>,
        attachments: Option<Vec<Value>>,
    ) -> Result<(), WorldError> {
        let now = self.seconds();
        let window = self.windows.edit;
        let edited = self.undeleted(message)?;
        check_window(edited, window, now)?;
        edited.text = text.map(str::to_owned);
        if let Some(attachments) = attachments {
            edited.attachments = attachments;
        }
        edited.updated_at = Some(now);
        let message = self.history.message(message)?;
        let notice = Notice::updated(message, now);
        let conversation = message.conversation;
        if let Conversation::Group(group) = conversation {
            let data = payload::updated(message, self.group_and_parent(group), now);
            self.push(conversation.channel(), &data);
        }
        self.post_notice(conversation, notice);
        Ok(())
    }

    /// Deletes a message, as its author. A tombstone stays in its place.
    ///
    /// # Errors
    ///
    /// Same errors as [`edit`](Self::edit).
    pub fn delete(&mut self, message: SimMessageId) -> Result<(), WorldError> {
        let (at, now) = (self.unix_time(), self.seconds());
        let window = self.windows.deletion;
        let gone = self.undeleted(message)?;
        check_window(gone, window, now)?;
        let deletion = Deletion {
            at,
            actor: "sender",
        };
        let notice = Notice::deleted(message, &deletion);
        gone.mark_deleted(deletion, "This message was deleted");
        let message = self.history.message(message)?;
        let conversation = message.conversation;
        if let Conversation::Group(group) = conversation {
            let data = payload::deleted(message, self.group_and_parent(group), now);
            self.push(conversation.channel(), &data);
        }
        self.post_notice(conversation, notice);
        Ok(())
    }

    /// Sets whether messages deleted by the group's owner leave a tombstone. Default: false.
    /// GroupMe was seen to do both, tombstones less often.
    pub fn leave_tombstones(&mut self, leave: bool) {
        self.tombstones = leave;
    }

    /// Deletes a message of another member, as an admin of the group. Only the notice is left,
    /// the only event seen for it, unless the world [leaves tombstones](Self::leave_tombstones).
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`], [`WorldError::SystemMessage`], [`WorldError::Deleted`] or
    /// [`WorldError::NotTheOwner`].
    pub fn delete_as_owner(
        &mut self,
        message: SimMessageId,
        by: SimUserId,
    ) -> Result<(), WorldError> {
        let at = self.unix_time();
        let conversation = self.undeleted(message)?.conversation;
        let owned = match conversation {
            Conversation::Group(group) => {
                self.check_member(group, by)?;
                self.is_admin(self.parent(group).unwrap_or(group), by)
            }
            Conversation::Direct(..) => false,
        };
        if !owned {
            return Err(WorldError::NotTheOwner { user: by, message });
        }
        let actor = "admin";
        let deletion = Deletion { at, actor };
        let notice = Notice::deleted(message, &deletion);
        if self.tombstones {
            self.undeleted(message)?
                .mark_deleted(deletion, "An admin deleted this message");
        } else {
            self.history.remove(message);
        }
        self.post_notice(conversation, notice);
        Ok(())
    }

    /// Returns a message that is not deleted.
    pub(super) fn undeleted(&mut self, id: SimMessageId) -> Result<&mut Message, WorldError> {
        let message = self.history.message_mut(id)?;
        if message.deleted.is_some() {
            Err(WorldError::Deleted(id))
        } else {
            Ok(message)
        }
    }
}

impl Message {
    fn mark_deleted(&mut self, deletion: Deletion, text: &str) {
        self.deleted = Some(deletion);
        self.text = Some(text.to_owned());
        self.attachments.clear();
    }
}

fn check_window(message: &Message, window: Option<Duration>, now: u64) -> Result<(), WorldError> {
    let age = Duration::from_secs(now.saturating_sub(message.created_at));
    if window.is_some_and(|window| age > window) {
        Err(WorldError::TooLate(message.id))
    } else {
        Ok(())
    }
}
