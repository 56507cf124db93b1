//! What people say, and what they do to what was said.

use serde_json::Value;

use super::{
    GroupId, MessageId, Place, UserId, World, WorldError,
    message::{Deletion, Message, Reaction, User},
    payload::{self, Notice},
};
use crate::random::HEX;

impl World {
    /// Has a member say something in a group.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`] or [`WorldError::NotAMember`].
    pub fn say(
        &mut self,
        group: GroupId,
        author: UserId,
        text: &str,
    ) -> Result<MessageId, WorldError> {
        self.check_member(group, author)?;
        self.write(Place::Group(group), author, Some(text), Vec::new())
    }

    /// The same with attachments, `attachments` being the JSON text of an array of objects, known
    /// to GroupMe or not.
    ///
    /// # Errors
    ///
    /// As for [`say`](Self::say), and [`WorldError::NotJson`].
    pub fn say_with(
        &mut self,
        group: GroupId,
        author: UserId,
        text: Option<&str>,
        attachments: &str,
    ) -> Result<MessageId, WorldError> {
        self.check_member(group, author)?;
        let attachments =
            serde_json::from_str(attachments).map_err(|source| WorldError::NotJson {
                what: "attachments",
                wanted: "a JSON array",
                source: source.into(),
            })?;
        self.write(Place::Group(group), author, text, attachments)
    }

    /// Has a user write to another.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::OneSelf`].
    pub fn direct_message(
        &mut self,
        author: UserId,
        to: UserId,
        text: &str,
    ) -> Result<MessageId, WorldError> {
        self.acquaint(author, to)?;
        self.write(Place::direct(author, to), author, Some(text), Vec::new())
    }

    /// Opens the conversation of two users without a word, as a client does that shows an empty
    /// chat.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`] or [`WorldError::OneSelf`].
    pub fn acquaint(&mut self, one: UserId, other: UserId) -> Result<(), WorldError> {
        self.user(one)?;
        self.user(other)?;
        if one == other {
            return Err(WorldError::OneSelf(one));
        }
        self.acquainted.extend([(one, other), (other, one)]);
        Ok(())
    }

    /// Has the author give a message another text.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`] or [`WorldError::Deleted`].
    pub fn edit(&mut self, message: MessageId, text: &str) -> Result<(), WorldError> {
        let now = self.seconds();
        let edited = self.living(message)?;
        edited.text = Some(text.to_owned());
        edited.updated_at = Some(now);
        let (message, author) = self.message_and_author(message)?;
        let notice = Notice::updated(message, author, now);
        let place = message.place;
        if let Place::Group(group) = place {
            let data = payload::updated(message, author, group, now);
            self.push(place.channel(), &data);
        }
        self.announce(place, &notice);
        Ok(())
    }

    /// Has the author delete a message.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`] or [`WorldError::Deleted`].
    pub fn delete(&mut self, message: MessageId) -> Result<(), WorldError> {
        let (at, now) = (self.wall(), self.seconds());
        let gone = self.living(message)?;
        gone.deleted = Some(Deletion {
            at,
            actor: "sender",
        });
        gone.text = Some("This message was deleted".to_owned());
        gone.attachments.clear();
        let notice = Notice::deleted(
            message,
            &Deletion {
                at,
                actor: "sender",
            },
        );
        let (message, author) = self.message_and_author(message)?;
        let place = message.place;
        if let Place::Group(group) = place {
            let data = payload::deleted(message, author, group, now);
            self.push(place.channel(), &data);
        }
        self.announce(place, &notice);
        Ok(())
    }

    /// Has a user react to a message with a Unicode emoji, in place of any reaction before.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchMessage`], [`WorldError::Deleted`], [`WorldError::NoSuchUser`] or
    /// [`WorldError::NotInConversation`].
    pub fn react(&mut self, message: MessageId, by: UserId, code: &str) -> Result<(), WorldError> {
        self.check_party(message, by)?;
        let liked = self.living(message)?;
        take_back(liked, by);
        match liked
            .reactions
            .iter_mut()
            .find(|reaction| reaction.code == code)
        {
            Some(reaction) => reaction.users.push(by),
            None => liked.reactions.push(Reaction {
                code: code.to_owned(),
                users: vec![by],
            }),
        }
        let now = self.seconds();
        let (message, author) = self.message_and_author(message)?;
        let favorite = payload::favorite(message, author, by, now);
        let like = payload::like(message, author, by, self.user(by)?, code, now);
        let (channel, writer) = (message.place.channel(), message.author);
        self.push(channel, &favorite);
        self.push(format!("/user/{writer}"), &like);
        Ok(())
    }

    /// Has a user take a reaction back.
    ///
    /// # Errors
    ///
    /// As for [`react`](Self::react).
    pub fn unreact(&mut self, message: MessageId, by: UserId) -> Result<(), WorldError> {
        self.check_party(message, by)?;
        take_back(self.living(message)?, by);
        let now = self.seconds();
        let (message, author) = self.message_and_author(message)?;
        let favorite = payload::favorite(message, author, by, now);
        let channel = message.place.channel();
        self.push(channel, &favorite);
        Ok(())
    }

    /// Has a user pin a message.
    ///
    /// # Errors
    ///
    /// As for [`react`](Self::react).
    pub fn pin(&mut self, message: MessageId, by: UserId) -> Result<(), WorldError> {
        self.check_party(message, by)?;
        let now = self.seconds();
        let pinned = self.living(message)?;
        pinned.pinned = Some((now, by));
        let place = pinned.place;
        let notice = Notice::pinned(self.user(by)?, by, message, now);
        self.announce(place, &notice);
        Ok(())
    }

    /// Has a user type, in a group or to somebody.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`] or [`WorldError::NotAMember`].
    pub fn type_in(&mut self, place: Place, user: UserId) -> Result<(), WorldError> {
        match place {
            Place::Group(group) => self.check_member(group, user)?,
            Place::Direct(..) => drop(self.user(user)?),
        }
        let started = u64::try_from(self.wall().as_millis()).unwrap_or(u64::MAX);
        self.push(place.channel(), &payload::typing(user, started));
        Ok(())
    }

    /// Has a user read what `writer` last wrote to them; nothing happens if that is nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn read(&mut self, reader: UserId, writer: UserId) -> Result<(), WorldError> {
        self.user(reader)?;
        let place = Place::direct(reader, writer);
        let last = self
            .messages
            .values()
            .rev()
            .find(|message| message.place == place && message.author == writer);
        if let Some(message) = last {
            let data = payload::read_receipt(message.id, place, reader, self.seconds());
            self.push(place.channel(), &data);
        }
        Ok(())
    }

    fn write(
        &mut self,
        place: Place,
        author: UserId,
        text: Option<&str>,
        attachments: Vec<Value>,
    ) -> Result<MessageId, WorldError> {
        self.user(author)?;
        let id = self.new_message_id();
        let message = Message {
            id,
            place,
            author,
            source_guid: self.random.word(HEX, 32),
            text: text.map(str::to_owned),
            attachments,
            created_at: self.seconds(),
            updated_at: None,
            deleted: None,
            pinned: None,
            reactions: Vec::new(),
        };
        let data = payload::created(&message, self.user(author)?);
        self.messages.insert(id, message);
        if self.messages.len() > REMEMBERED {
            self.messages.pop_first();
        }
        for user in self.audience(place) {
            self.push(format!("/user/{user}"), &data);
        }
        Ok(id)
    }

    fn message_and_author(&self, id: MessageId) -> Result<(&Message, &User), WorldError> {
        let message = self
            .messages
            .get(&id)
            .ok_or(WorldError::NoSuchMessage(id))?;
        Ok((message, self.user(message.author)?))
    }

    fn living(&mut self, id: MessageId) -> Result<&mut Message, WorldError> {
        let message = self
            .messages
            .get_mut(&id)
            .ok_or(WorldError::NoSuchMessage(id))?;
        if message.deleted.is_some() {
            Err(WorldError::Deleted(id))
        } else {
            Ok(message)
        }
    }

    fn check_party(&self, message: MessageId, user: UserId) -> Result<(), WorldError> {
        self.user(user)?;
        let place = self
            .messages
            .get(&message)
            .ok_or(WorldError::NoSuchMessage(message))?
            .place;
        if self.audience(place).contains(&user) {
            Ok(())
        } else {
            Err(WorldError::NotInConversation { user, message })
        }
    }
}

/// Removes the user's reaction, if there is one.
fn take_back(message: &mut Message, by: UserId) {
    for reaction in &mut message.reactions {
        reaction.users.retain(|user| *user != by);
    }
    message
        .reactions
        .retain(|reaction| !reaction.users.is_empty());
}

/// As many messages as can still be edited, deleted, pinned or reacted to.
const REMEMBERED: usize = 10_000;
