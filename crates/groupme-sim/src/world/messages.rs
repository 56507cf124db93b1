//! Posting messages.

use core::time::Duration;

use serde_json::Value;

use super::{
    Conversation, SimGroupId, SimMessageId, SimUserId, World, WorldError,
    message::{Entry, Message, Sender},
    payload,
};
use crate::random::HEX;

impl World {
    /// Posts a message in a group.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`] or [`WorldError::NotAMember`].
    pub fn say(
        &mut self,
        group: SimGroupId,
        author: SimUserId,
        text: &str,
    ) -> Result<SimMessageId, WorldError> {
        self.check_member(group, author)?;
        let text = Some(text.to_owned());
        let draft = Draft {
            text,
            ..Draft::default()
        };
        self.post(Conversation::Group(group), author, draft)
    }

    /// Posts a message with attachments, the JSON text of an array of objects, known to GroupMe or
    /// not.
    ///
    /// # Errors
    ///
    /// Same errors as [`say`](Self::say), and [`WorldError::InvalidJson`].
    pub fn say_with_attachments(
        &mut self,
        group: SimGroupId,
        author: SimUserId,
        text: Option<&str>,
        attachments: &str,
    ) -> Result<SimMessageId, WorldError> {
        self.check_member(group, author)?;
        let attachments =
            serde_json::from_str(attachments).map_err(|source| WorldError::InvalidJson {
                what: "attachments",
                wanted: "a JSON array",
                source: source.into(),
            })?;
        let draft = Draft {
            text: text.map(str::to_owned),
            attachments,
            ..Draft::default()
        };
        self.post(Conversation::Group(group), author, draft)
    }

    /// Sends a direct message.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::SelfMessage`].
    pub fn direct_message(
        &mut self,
        author: SimUserId,
        to: SimUserId,
        text: &str,
    ) -> Result<SimMessageId, WorldError> {
        self.open_chat(author, to)?;
        let text = Some(text.to_owned());
        let draft = Draft {
            text,
            ..Draft::default()
        };
        self.post(Conversation::direct(author, to), author, draft)
    }

    /// Opens the chat of two users without a message, as a client does that shows an empty chat.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::SelfMessage`].
    pub fn open_chat(&mut self, one: SimUserId, other: SimUserId) -> Result<(), WorldError> {
        self.user(one)?;
        self.user(other)?;
        if one == other {
            return Err(WorldError::SelfMessage(one));
        }
        self.open_chats.extend([(one, other), (other, one)]);
        Ok(())
    }

    /// Sends a typing notice to a conversation.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::NotAParticipant`].
    pub fn start_typing(
        &mut self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_participant(conversation, user)?;
        let started = u64::try_from(self.unix_time().as_millis()).unwrap_or(u64::MAX);
        self.push(conversation.channel(), &payload::typing(user, started));
        Ok(())
    }

    /// Posts this many messages at once, `burst 1`, `burst 2` and so on, by the first member of the
    /// oldest group. Does nothing in a world without groups.
    pub fn burst(&mut self, messages: usize) {
        let Some((group, author)) = self
            .groups
            .iter()
            .find_map(|(id, group)| Some((*id, *group.members.first()?)))
        else {
            return;
        };
        for number in 1..=messages {
            let text = Some(format!("burst {number}"));
            let draft = Draft {
                text,
                ..Draft::default()
            };
            // Cannot fail: a member may post in their group.
            let _ = self.post(Conversation::Group(group), author, draft);
        }
    }

    /// Adds messages to the past of a conversation, one per `every`, the last of them just before
    /// now: `message 1`, `message 2` and so on, by the authors in turn. Nothing is pushed. They
    /// precede all later messages, but not all earlier ones.
    ///
    /// Returns the ids of the messages, in order.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`],
    /// [`WorldError::SelfMessage`] or [`WorldError::NotAParticipant`].
    pub fn add_history(
        &mut self,
        conversation: Conversation,
        authors: &[SimUserId],
        messages: usize,
        every: Duration,
    ) -> Result<Vec<SimMessageId>, WorldError> {
        if let Conversation::Direct(one, other) = conversation {
            self.open_chat(one, other)?;
        }
        for author in authors {
            match conversation {
                Conversation::Group(group) => self.check_member(group, *author)?,
                Conversation::Direct(..) if self.takes_part(*author, conversation) => {}
                Conversation::Direct(..) => return Err(WorldError::NotAParticipant(*author)),
            }
        }
        let mut ids: Vec<SimMessageId> = Vec::with_capacity(messages);
        let back = u32::try_from(messages).unwrap_or(u32::MAX);
        let mut at = self.unix_time().saturating_sub(every.saturating_mul(back));
        for (number, author) in (1..=messages).zip(authors.iter().cycle()) {
            let least = ids.last().map_or(SimMessageId::new(0), |id| id.next());
            let text = format!("message {number}");
            let id = self.insert_past(conversation, *author, at, least, text)?;
            ids.push(id);
            at = at.saturating_add(every);
        }
        Ok(ids)
    }

    /// Adds a message that was sent a time ago. Nothing is pushed.
    ///
    /// # Errors
    ///
    /// Same errors as [`add_history`](Self::add_history).
    pub fn say_earlier(
        &mut self,
        conversation: Conversation,
        author: SimUserId,
        ago: Duration,
        text: &str,
    ) -> Result<SimMessageId, WorldError> {
        match conversation {
            Conversation::Group(group) => self.check_member(group, author)?,
            Conversation::Direct(one, other) => {
                self.open_chat(one, other)?;
                if !self.takes_part(author, conversation) {
                    return Err(WorldError::NotAParticipant(author));
                }
            }
        }
        let at = self.unix_time().saturating_sub(ago);
        self.insert_past(
            conversation,
            author,
            at,
            SimMessageId::new(0),
            text.to_owned(),
        )
    }

    /// Inserts a message at a time, with the first id from `least` on that is free.
    fn insert_past(
        &mut self,
        conversation: Conversation,
        author: SimUserId,
        at: Duration,
        least: SimMessageId,
        text: String,
    ) -> Result<SimMessageId, WorldError> {
        let mut id = SimMessageId::at(at).max(least);
        while self.history.get(id).is_some() {
            id = id.next();
        }
        let message = Message {
            id,
            conversation,
            author,
            sender: self.sender(conversation, author)?,
            source_guid: self.random.word(HEX, 32),
            text: Some(text),
            attachments: Vec::new(),
            event: None,
            created_at: at.as_secs(),
            updated_at: None,
            deleted: None,
            pinned: None,
            reactions: Vec::new(),
        };
        self.history.insert(Entry::Message(message));
        self.latest = self.latest.max(id);
        Ok(id)
    }

    /// Posts a message of a client, once if it has a `source_guid`.
    pub(crate) fn post(
        &mut self,
        conversation: Conversation,
        author: SimUserId,
        draft: Draft,
    ) -> Result<SimMessageId, WorldError> {
        if let Conversation::Direct(low, high) = conversation
            && self.is_blocked_between(low, high)
        {
            return Err(WorldError::Blocked(author));
        }
        let sender = self.sender(conversation, author)?;
        self.post_by(conversation, author, sender, draft)
    }

    /// Posts a message of a client or a bot.
    pub(super) fn post_by(
        &mut self,
        conversation: Conversation,
        author: SimUserId,
        sender: Sender,
        draft: Draft,
    ) -> Result<SimMessageId, WorldError> {
        let now = self.seconds();
        if let Some(guid) = &draft.source_guid
            && !self.sent.insert(now, conversation, author, guid)
        {
            return Err(WorldError::AlreadySent(guid.clone()));
        }
        let id = self.new_message_id();
        let message = Message {
            id,
            conversation,
            author,
            sender,
            source_guid: draft
                .source_guid
                .unwrap_or_else(|| self.random.word(HEX, 32)),
            text: draft.text,
            attachments: draft.attachments,
            event: draft.event,
            created_at: now,
            updated_at: None,
            deleted: None,
            pinned: None,
            reactions: Vec::new(),
        };
        let parent = match conversation {
            Conversation::Group(group) => self.parent(group),
            Conversation::Direct(..) => None,
        };
        let data = payload::created(&message, parent);
        self.call_bots(&message);
        self.history.insert(Entry::Message(message));
        self.push_to_all(conversation, &data);
        Ok(id)
    }
}

/// Message to post.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// `source_guid` of the message; `None` generates one.
    pub(crate) source_guid: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) attachments: Vec<Value>,
    /// `{type, data}` of a message that announces something.
    pub(crate) event: Option<Value>,
}
