//! Reactions and pins.

use super::{
    SimMessageId, SimUserId, World, WorldError,
    message::{Icon, Like, Message, Reaction},
    notice::Notice,
    payload,
};

impl World {
    /// Adds a user's reaction with a Unicode emoji, replacing any earlier one.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`], [`WorldError::SystemMessage`], [`WorldError::Deleted`],
    /// [`WorldError::NoSuchUser`] or [`WorldError::NotInConversation`].
    pub fn react(
        &mut self,
        message: SimMessageId,
        by: SimUserId,
        code: &str,
    ) -> Result<(), WorldError> {
        self.react_with(message, by, &Icon::Unicode(code.to_owned()))
    }

    /// Adds a user's reaction of any kind, replacing any earlier one.
    pub(crate) fn react_with(
        &mut self,
        message: SimMessageId,
        by: SimUserId,
        icon: &Icon,
    ) -> Result<(), WorldError> {
        self.check_message_participant(message, by)?;
        let like = Like {
            by,
            at: self.unix_time(),
        };
        let liked = self.undeleted(message)?;
        remove_reaction(liked, by);
        match liked
            .reactions
            .iter_mut()
            .find(|reaction| reaction.icon == *icon)
        {
            Some(reaction) => reaction.likes.push(like),
            None => liked.reactions.push(Reaction {
                icon: icon.clone(),
                likes: vec![like],
            }),
        }
        let now = self.seconds();
        let message = self.history.message(message)?;
        let favorite = payload::favorite(message, by, now);
        let like = payload::like(message, by, self.user(by)?, icon, now);
        let (channel, writer) = (message.conversation.channel(), message.author);
        self.push(channel, &favorite);
        self.push(format!("/user/{writer}"), &like);
        Ok(())
    }

    /// Removes a user's reaction, if there is one.
    ///
    /// # Errors
    ///
    /// Same errors as [`react`](Self::react).
    pub fn unreact(&mut self, message: SimMessageId, by: SimUserId) -> Result<(), WorldError> {
        self.check_message_participant(message, by)?;
        if !remove_reaction(self.undeleted(message)?, by) {
            return Ok(());
        }
        let now = self.seconds();
        let message = self.history.message(message)?;
        let favorite = payload::favorite(message, by, now);
        let channel = message.conversation.channel();
        self.push(channel, &favorite);
        Ok(())
    }

    /// Pins a message.
    ///
    /// # Errors
    ///
    /// Same errors as [`react`](Self::react), and [`WorldError::Pinned`].
    pub fn pin(&mut self, message: SimMessageId, by: SimUserId) -> Result<(), WorldError> {
        self.check_message_participant(message, by)?;
        let now = self.seconds();
        let pinned = self.undeleted(message)?;
        if pinned.pinned.is_some() {
            return Err(WorldError::Pinned(message));
        }
        pinned.pinned = Some((now, by));
        let conversation = pinned.conversation;
        let notice = Notice::pinned(self.user(by)?, by, message, now);
        self.post_notice(conversation, notice);
        Ok(())
    }

    /// Unpins a message, without a push.
    ///
    /// # Errors
    ///
    /// Same errors as [`react`](Self::react), and [`WorldError::NotPinned`].
    pub fn unpin(&mut self, message: SimMessageId, by: SimUserId) -> Result<(), WorldError> {
        self.check_message_participant(message, by)?;
        match self.undeleted(message)?.pinned.take() {
            Some(_) => Ok(()),
            None => Err(WorldError::NotPinned(message)),
        }
    }

    fn check_message_participant(
        &self,
        message: SimMessageId,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.user(user)?;
        let conversation = self.history.message(message)?.conversation;
        if self.takes_part(user, conversation) {
            Ok(())
        } else {
            Err(WorldError::NotInConversation { user, message })
        }
    }
}

/// Removes the user's reaction; false if there is none.
fn remove_reaction(message: &mut Message, by: SimUserId) -> bool {
    let found = message.likes().any(|like| like.by == by);
    for reaction in &mut message.reactions {
        reaction.likes.retain(|like| like.by != by);
    }
    message
        .reactions
        .retain(|reaction| !reaction.likes.is_empty());
    found
}
