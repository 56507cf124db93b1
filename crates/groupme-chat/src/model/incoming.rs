//! Events and statuses of the client, applied to the state.

use core::time::Duration;

use groupme_client::{
    Conversation, ConversationId, EventRef, LossReason, MessageId, Status, UserId,
    model::{Attachment, Channel, Message, MessageRef},
};

use super::{
    Effect, Kind, Room, State, later,
    room::{Unread, is_shown, lowest_message_id},
};

/// Time for which a user is shown as typing, as in GroupMe's own clients.
const TYPING_SHOWN: Duration = Duration::from_secs(5);

impl State {
    pub(super) fn handle_event(&mut self, event: &EventRef<'_>, channel: &str, is_live: bool) {
        self.cache.handle_event(event);
        match event {
            EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push) => {
                self.handle_new(&push.message(), is_live);
            }
            EventRef::MessageUpdate(push) | EventRef::MessageDeleted(push) => {
                self.refresh_message(&push.message());
            }
            EventRef::Favorite(push) | EventRef::LikeCreate(push) | EventRef::LikeDelete(push) => {
                if let Some(message) = push.change().message() {
                    self.refresh_message(&message);
                }
            }
            EventRef::Typing(push) => {
                if let Some(user) = push.user_id() {
                    self.handle_typing(&user.into(), channel);
                }
            }
            EventRef::ReadReceiptCreate(push) => {
                let receipt = push.receipt();
                let conversation = receipt.conversation().map(ConversationId::from);
                let reader = receipt.user_id().map(UserId::from);
                let room = conversation.and_then(|id| self.rooms.get_mut(&id));
                if let (Some(room), Some(read)) = (room, receipt.last_read()) {
                    let read: MessageId = read.into();
                    if reader.as_ref() == Some(&self.own) {
                        read_elsewhere(room, &read);
                    } else {
                        room.read_by_other = room.read_by_other.take().max(Some(read));
                    }
                }
            }
            _ => {}
        }
        self.refresh_groups(event);
    }

    pub(super) fn handle_status(&mut self, status: &Status) {
        self.cache.handle_status(status);
        if let Some(told) = self.connection.handle(self.now, status) {
            self.show_error(told);
        }
        match status {
            Status::CaughtUp => {
                for room in self.rooms.values_mut() {
                    room.holes.retry();
                }
                self.load_visible();
            }
            Status::Unrecoverable(lost) => {
                // The cache has dropped the messages; they are loaded again.
                let is_left = lost.reason == LossReason::Left;
                let lost = lost.conversation.as_ref();
                if let Some(id) = lost.filter(|_| is_left)
                    && self.rooms.remove(id).is_some()
                    && self.open.as_ref() == Some(id)
                {
                    self.open = None;
                }
                for room in self.rooms.values_mut() {
                    if lost.is_none_or(|lost| *lost == room.id) {
                        room.holes = super::holes::Holes::default();
                        room.messages.clear();
                    }
                }
                if lost.is_none() {
                    self.effects.push(Effect::Reload);
                }
                match self.open.clone() {
                    Some(open) => self.load_newest(&open),
                    None => self.open_first(),
                }
            }
            _ => {}
        }
    }

    fn handle_new(&mut self, message: &MessageRef<'_>, is_live: bool) {
        let owned = message.into_owned();
        self.names.learn_author(&owned);
        let own = self.own.clone();
        let (open, is_watched) = (self.open.clone(), self.is_watched());
        let Some(room) = self.room_of(message) else {
            return;
        };
        let id = room.id.clone();
        let is_open = open.as_ref() == Some(&id);
        if let Some(guid) = &owned.source_guid {
            room.pending
                .retain(|it| it.guid.as_ref().is_none_or(|own| own.as_str() != guid));
        }
        let shows = is_shown(&owned);
        if shows {
            room.note_newest(&owned.id, owned.created_at);
        }
        let is_new = room.last_read.as_ref().is_none_or(|read| *read < owned.id);
        if owned.is_from(&own) {
            // A user who writes has read the messages above.
            if is_new {
                room.last_read = Some(owned.id.clone());
                room.unread = Unread::default();
            }
        } else if shows && !owned.is_system() && is_new {
            if is_open && !is_watched && room.unread.count == 0 {
                room.unread_marker = Some(room.last_read.clone().unwrap_or_else(lowest_message_id));
            }
            room.unread.count = room.unread.count.saturating_add(1);
            self.handle_unread(&id, &owned, is_live);
        }
        if let Some(sender) = owned.sender() {
            self.stop_typing(&id, sender);
        }
        self.note_pushed(&id);
    }

    /// Notifies of a message of another user, unless the user is looking at it.
    fn handle_unread(&mut self, id: &ConversationId, message: &Message, is_live: bool) {
        let is_watched = self.open.as_ref() == Some(id) && self.is_watched();
        let is_answer = self.answers_own(id, message);
        let own = self.own.clone();
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        let is_direct = matches!(room.kind, Kind::Direct(_));
        let is_personal = is_direct || is_answer || mentions(message, &own);
        room.unread.is_personal |= is_personal;
        let wanted = is_personal || (self.settings.notify_all && !room.is_muted);
        // Messages from before the start are fetched in bulk; a notification for each would flood.
        let is_news = is_live || self.connection.was_synced;
        if is_watched || !wanted || !is_news {
            return;
        }
        let name = message.name.as_deref().unwrap_or("somebody");
        let title = if is_direct {
            name.to_owned()
        } else {
            format!("{name} in {}", room.name)
        };
        let body = message
            .text
            .clone()
            .unwrap_or_else(|| "(attachment)".to_owned());
        self.effects.push(Effect::Notify { title, body });
    }

    /// Returns whether the user sees the end of the open conversation.
    fn is_watched(&self) -> bool {
        self.has_focus && self.open_room().is_some_and(|room| room.position.is_none())
    }

    /// Returns whether a message replies to one of the user's.
    fn answers_own(&self, id: &ConversationId, message: &Message) -> bool {
        let replies = message.attachments.iter().filter_map(|part| match part {
            Attachment::Reply(reply) => reply.replied_to(),
            _ => None,
        });
        replies
            .filter_map(|replied| self.cache.message(id, replied))
            .any(|replied| replied.is_from(&self.own))
    }

    /// Shows a message that the cache has changed.
    fn refresh_message(&mut self, message: &MessageRef<'_>) {
        // A push about a deletion or a reaction may not name the conversation.
        match message.conversation() {
            Some(conversation) => self.note_pushed(&conversation.into()),
            None => self.has_pushed = true,
        }
    }

    /// Notes that an event has changed the messages of a conversation.
    fn note_pushed(&mut self, id: &ConversationId) {
        self.has_pushed |= self.open.as_ref() == Some(id);
    }

    /// Copies the messages of the open conversation if events have changed them. Call it before a frame:
    /// a copy for each event would cost the square of their number.
    pub(crate) fn refresh_pushed(&mut self) {
        if self.has_pushed
            && let Some(open) = self.open.clone()
        {
            self.refresh(&open);
        }
    }

    /// Copies the messages of a conversation from the cache, if it is the open one.
    pub(super) fn refresh(&mut self, id: &ConversationId) {
        if self.open.as_ref() != Some(id) {
            return;
        }
        self.has_pushed = false;
        let messages = self.cache.messages(id);
        if let Some(room) = self.rooms.get_mut(id) {
            room.messages = messages;
            room.messages.retain(|message| is_shown(message));
        }
    }

    fn handle_typing(&mut self, user: &UserId, channel: &str) {
        if *user == self.own {
            return;
        }
        let conversation = match Channel::from_name(channel) {
            Channel::Group(group) => Conversation::Group(group.into()),
            Channel::DirectMessage(..) => match self.direct_room(user) {
                Some(room) => Conversation::from(&room.id),
                None => return,
            },
            _ => return,
        };
        let Ok(id) = conversation.id(&self.own) else {
            return;
        };
        let until = later(self.now, TYPING_SHOWN);
        self.start_typing(id, user.clone(), until);
    }
}

/// Applies a read receipt of the user from another device.
fn read_elsewhere(room: &mut Room, read: &MessageId) {
    room.last_read = room.last_read.take().max(Some(read.clone()));
    if room
        .newest
        .as_ref()
        .is_none_or(|(newest, _)| newest <= read)
    {
        room.unread = Unread::default();
    }
}

/// Returns whether a message mentions a user, or everyone.
pub(crate) fn mentions(message: &Message, user: &UserId) -> bool {
    message.attachments.iter().any(|part| match part {
        Attachment::Mentions(mentions) => {
            let mut users = mentions.user_ids.iter().flatten();
            users.any(|mentioned| mentioned == user || mentioned.as_str() == EVERYONE)
        }
        _ => false,
    })
}

/// User id of `@everyone` in a mention.
pub(crate) const EVERYONE: &str = "-1";
