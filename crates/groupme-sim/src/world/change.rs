//! What becomes of a message: edits and deletions.

use core::time::Duration;

use serde_json::Value;

use super::{
    Conversation, MessageId, UserId, World, WorldError,
    message::{Deletion, Message, User},
    notice::Notice,
    payload,
};

/// How long a message can be changed after it was said; `None` for ever.
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
    /// Lets a message be edited for so long after it was said, instead of for 15 minutes; `None`
    /// for ever.
    pub fn limit_edits(&mut self, window: Option<Duration>) {
        self.windows.edit = window;
    }

    /// Lets a message be deleted for so long after it was said, instead of for ever, which is
    /// `None`.
    pub fn limit_deletions(&mut self, window: Option<Duration>) {
        self.windows.deletion = window;
    }

    /// Has the author give a message another text.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`], [`WorldError::Notice`], [`WorldError::Deleted`] or
    /// [`WorldError::TooLate`].
    pub fn edit(&mut self, message: MessageId, text: &str) -> Result<(), WorldError> {
        self.rewrite(message, Some(text), None)
    }

    /// Has the author replace the text and, if there are any given, the attachments.
    pub(crate) fn rewrite(
        &mut self,
        message: MessageId,
        text: Option<&str>,
        attachments: Option<Vec<Value>>,
    ) -> Result<(), WorldError> {
        let now = self.seconds();
        let window = self.windows.edit;
        let edited = self.living(message)?;
        check_window(edited, window, now)?;
        edited.text = text.map(str::to_owned);
        if let Some(attachments) = attachments {
            edited.attachments = attachments;
        }
        edited.updated_at = Some(now);
        let (message, author) = self.message_and_author(message)?;
        let notice = Notice::updated(message, author, now);
        let place = message.place;
        if let Conversation::Group(group) = place {
            let data = payload::updated(message, author, self.home(group), now);
            self.push(place.channel(), &data);
        }
        self.announce(place, notice);
        Ok(())
    }

    /// Has the author delete a message. What is left of it says so.
    ///
    /// # Errors
    ///
    /// As for [`edit`](Self::edit).
    pub fn delete(&mut self, message: MessageId) -> Result<(), WorldError> {
        let (at, now) = (self.time(), self.seconds());
        let window = self.windows.deletion;
        let gone = self.living(message)?;
        check_window(gone, window, now)?;
        let deletion = Deletion {
            at,
            actor: "sender",
        };
        let notice = Notice::deleted(message, &deletion);
        gone.bury(deletion, "This message was deleted");
        let (message, author) = self.message_and_author(message)?;
        let place = message.place;
        if let Conversation::Group(group) = place {
            let data = payload::deleted(message, author, self.home(group), now);
            self.push(place.channel(), &data);
        }
        self.announce(place, notice);
        Ok(())
    }

    /// Has something left of messages that are taken down, or nothing, which is so without this.
    /// Both were seen, the former less often.
    pub fn leave_tombstones(&mut self, leave: bool) {
        self.tombstones = leave;
    }

    /// Has the one who made a group take down what somebody else said in it. Nothing is left of
    /// the message but the notice, the only event that was seen of this, unless the world is to
    /// [leave tombstones](Self::leave_tombstones).
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`], [`WorldError::Notice`], [`WorldError::Deleted`] or
    /// [`WorldError::NotTheOwner`].
    pub fn take_down(&mut self, message: MessageId, by: UserId) -> Result<(), WorldError> {
        let at = self.time();
        let place = self.living(message)?.place;
        let owned = match place {
            Conversation::Group(group) => {
                self.check_member(group, by)?;
                self.group(self.parent(group).unwrap_or(group))?.creator == by
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
            self.living(message)?
                .bury(deletion, "An admin deleted this message");
        } else {
            self.history.remove(message);
        }
        self.announce(place, notice);
        Ok(())
    }

    pub(super) fn message_and_author(
        &self,
        id: MessageId,
    ) -> Result<(&Message, &User), WorldError> {
        let message = self.history.message(id)?;
        Ok((message, self.user(message.author)?))
    }

    /// A message that is not deleted.
    pub(super) fn living(&mut self, id: MessageId) -> Result<&mut Message, WorldError> {
        let message = self.history.message_mut(id)?;
        if message.deleted.is_some() {
            Err(WorldError::Deleted(id))
        } else {
            Ok(message)
        }
    }
}

impl Message {
    fn bury(&mut self, deletion: Deletion, epitaph: &str) {
        self.deleted = Some(deletion);
        self.text = Some(epitaph.to_owned());
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
