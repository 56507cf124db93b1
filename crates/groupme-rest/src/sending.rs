//! Sending of messages, exactly once, and of reactions.

use groupme_model::{
    HistoryWindow, LikeIcon, Message, MessageId, Reaction, SourceGuid, outgoing::Draft,
};

use crate::{
    Client, Conversation, Error,
    endpoint::{messages, reactions},
};

/// Result of [`Client::send`]: GroupMe has the message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Sent {
    /// GroupMe created the message.
    Created(Box<Message>),
    /// GroupMe refused the message as a duplicate: an earlier attempt had succeeded and its answer
    /// was lost. The message was found in the history.
    Duplicate(Box<Message>),
    /// GroupMe refused the message as a duplicate, and the history could not be read or does not
    /// contain it; it may have been deleted.
    DuplicateNotFound,
}

impl Sent {
    /// Returns the message, unless it was not found.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Created(message) | Self::Duplicate(message) => Some(message),
            Self::DuplicateNotFound => None,
        }
    }
}

impl Client {
    /// Sends a message with a new `source_guid`.
    ///
    /// # Errors
    ///
    /// As [`send_as`](Self::send_as). After a [transient](Error::is_transient) error the message
    /// may have arrived. To be able to retry later without a duplicate, draw the id with
    /// [`source_guid`](Self::source_guid) and use `send_as`.
    pub async fn send(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
    ) -> Result<Sent, Error> {
        self.send_as(conversation, draft, self.source_guid()).await
    }

    /// Sends a message with the given `source_guid`. The message appears once, however many
    /// attempts this call or further calls within a minute make: GroupMe refuses a second message
    /// with the same id with HTTP 409, which is a success here.
    ///
    /// # Errors
    ///
    /// [`Error::Draft`] if GroupMe would refuse the message; otherwise the failure of the last
    /// attempt.
    pub async fn send_as(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
        guid: SourceGuid,
    ) -> Result<Sent, Error> {
        let conversation = conversation.into();
        let call = messages::send(&conversation, draft, guid.clone())?;
        match self.call(&call).await {
            Ok(message) => Ok(Sent::Created(Box::new(message))),
            Err(Error::Conflict(_)) => Ok(self.find(&conversation, &guid).await),
            Err(error) => Err(error),
        }
    }

    /// Finds a message of a conversation by its `source_guid`, among the newest 100: for a retry
    /// that comes later than GroupMe recognizes the id.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub async fn find_sent(
        &self,
        conversation: impl Into<Conversation>,
        guid: &SourceGuid,
    ) -> Result<Option<Message>, Error> {
        let conversation = conversation.into();
        let newest = messages::list(&conversation, &HistoryWindow::Newest, MAX_SEARCHED);
        let page = self.call(&newest).await?;
        let mut messages = page.messages();
        let found = messages.find(|message| message.source_guid() == Some(guid.as_str()));
        Ok(found.map(groupme_model::MessageRef::into_owned))
    }

    /// Finds a message of a conversation by its `source_guid`, among all that are newer than another
    /// one: for an answer that an earlier run of a program may have given. Requests the history from
    /// its end back to that message, 100 messages at a time, or up to the message found.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub async fn find_sent_after(
        &self,
        conversation: impl Into<Conversation>,
        guid: &SourceGuid,
        message: impl Into<MessageId>,
    ) -> Result<Option<Message>, Error> {
        let start = message.into();
        let mut history = self.history(conversation).limit(MAX_SEARCHED);
        while let Some(page) = history.next().await {
            let page = page?;
            let mut is_over = false;
            for message in page.messages() {
                if message.source_guid() == Some(guid.as_str()) {
                    return Ok(Some(message.into_owned()));
                }
                is_over |= message.id() <= start.as_view();
            }
            if is_over {
                break;
            }
        }
        Ok(None)
    }

    async fn find(&self, conversation: &Conversation, guid: &SourceGuid) -> Sent {
        match self.find_sent(conversation, guid).await {
            Ok(found) => found.map_or(Sent::DuplicateNotFound, |message| {
                Sent::Duplicate(Box::new(message))
            }),
            Err(error) => {
                tracing::debug!(%error, "cannot look up a message that was sent");
                Sent::DuplicateNotFound
            }
        }
    }

    /// Sets your reaction to a message: removes the current one first, because GroupMe ignores a
    /// second reaction of the same user. Returns all reactions to the message; none if `icon` is
    /// `None`, the default heart, whose answer has no list.
    ///
    /// # Errors
    ///
    /// The failure of either request. After one of the second, the message has no reaction of
    /// yours. [`Error::Overtaken`] if the answer shows another reaction of yours than this one: a
    /// program or device of the same account reacted at the same moment.
    pub async fn react(
        &self,
        conversation: impl Into<Conversation>,
        message: impl Into<MessageId>,
        icon: Option<LikeIcon>,
    ) -> Result<Vec<Reaction>, Error> {
        let (conversation, message) = (conversation.into(), message.into());
        let unlike = reactions::unlike(&conversation, &message);
        self.call(&unlike).await?;
        let like = reactions::like(conversation, message, icon.clone());
        let found = self.call(&like).await?;
        // The reaction is done: not to know the user must not make it look as if it were not.
        if let Some(icon) = icon
            && !found.is_empty()
            && let Ok(you) = self.user_id().await
        {
            let is_own = |reaction: &&Reaction| reaction.user_ids().contains(you);
            let own = found.iter().find(is_own).and_then(Reaction::icon);
            if own.is_some_and(|own| !is_same(&own, &icon)) {
                return Err(Error::Overtaken {
                    call: self.shown_name(&like),
                });
            }
        }
        Ok(found)
    }
}

/// Returns whether two icons are the same character or picture. GroupMe's answers may leave out the
/// selector of a character's coloured form.
fn is_same(one: &LikeIcon, other: &LikeIcon) -> bool {
    let code = |icon: &LikeIcon| {
        let code = icon.code.as_deref().unwrap_or_default();
        code.replace('\u{fe0f}', "")
    };
    match (one.kind.as_deref(), other.kind.as_deref()) {
        (Some("emoji"), Some("emoji")) => {
            (one.pack_id, one.pack_index) == (other.pack_id, other.pack_index)
        }
        (Some("unicode"), Some("unicode")) => code(one) == code(other),
        _ => false,
    }
}

/// Messages to search for a duplicate, which is at most a minute old.
const MAX_SEARCHED: u32 = 100;
