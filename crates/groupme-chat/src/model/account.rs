//! List of conversations, loaded over REST and changed by events.

use groupme_client::{
    Conversation, ConversationId, EventRef, GroupId, MessageId, UserId,
    model::{Chat, Group, MessageRef, ReadReceipt, Topic},
};

use super::{Effect, Kind, Loading, Room, State, Unread, room::lowest_message_id};

impl State {
    /// Adds the groups of the cache and the direct conversations, with the read receipts. Opens the
    /// first conversation if none is open.
    pub(super) fn handle_loaded(&mut self, chats: Vec<Chat>, receipts: &[ReadReceipt]) {
        self.loading = Loading::Done;
        for group in self.cache.groups() {
            self.put_group(&group);
        }
        for chat in chats {
            self.put_chat(&chat);
        }
        for receipt in receipts {
            let room = receipt.conversation().and_then(|id| self.rooms.get_mut(id));
            if let (Some(room), Some(read)) = (room, receipt.last_read()) {
                set_read(room, read);
            }
        }
        if self.open.is_none() {
            let first = self.ordered().first().map(|room| room.id.clone());
            if let Some(first) = first {
                self.open_conversation(&first);
            }
        }
    }

    fn put_group(&mut self, group: &Group) {
        let now = self.now;
        let id = ConversationId::from(group.id.as_str());
        let name = name_of_group(group.name.as_deref(), &group.id);
        let kind = Kind::Group(group.id.clone());
        let room = self.rooms.entry(id.clone());
        let room = room.or_insert_with(|| Room::new(id, kind, String::new()));
        room.name = name;
        room.is_muted = group.muted_until.is_some_and(|until| until > now);
        if let Some(messages) = &group.messages
            && let Some(last) = messages
                .last_message_id
                .as_ref()
                .filter(|id| !id.is_empty())
        {
            room.note_newest(last, messages.last_message_created_at);
        } else if room.newest.is_none() {
            room.newest = Some((lowest_message_id(), group.created_at.unwrap_or_default()));
        }
        if group.children_count.is_some_and(|topics| topics > 0) {
            self.load_members(&group.id);
        }
    }

    fn put_chat(&mut self, chat: &Chat) {
        let Some((other, user)) = chat
            .other_user
            .as_ref()
            .and_then(|other| Some((other, other.id.as_ref()?)))
        else {
            return;
        };
        self.names.learn(user, other.name.as_deref());
        let (now, own) = (self.now, self.own.clone());
        let Some(room) = self.direct_room(&user.clone()) else {
            return;
        };
        room.is_muted = chat.muted_until.is_some_and(|until| until > now);
        if let Some(last) = &chat.last_message {
            room.note_newest(&last.id, last.created_at);
            if last.is_from(&own) {
                room.last_read = room.last_read.take().max(Some(last.id.clone()));
            }
        }
    }

    /// Adds the topics of a group and the names of its members, once both are in the cache.
    pub(super) fn handle_members(&mut self, group: &GroupId) {
        for member in self.cache.members(group).into_iter().flatten() {
            if let Some(user) = &member.user_id {
                let name = member.nickname.as_deref().or(member.name.as_deref());
                self.names.learn(user, name);
            }
        }
        for topic in self.cache.topics(group) {
            self.put_topic(group, &topic);
        }
    }

    fn put_topic(&mut self, group: &GroupId, topic: &Topic) {
        let id = ConversationId::from(topic.id.as_str());
        let kind = Kind::Topic {
            id: topic.id.clone(),
            group: group.clone(),
        };
        let room = self.rooms.entry(id.clone());
        let room = room.or_insert_with(|| Room::new(id, kind.clone(), String::new()));
        room.kind = kind;
        room.name = name_of_group(topic.topic.as_deref(), &topic.id);
        if let Some(messages) = &topic.messages
            && let Some(last) = messages
                .last_message_id
                .as_ref()
                .filter(|id| !id.is_empty())
        {
            room.note_newest(last, messages.last_message_created_at);
        }
    }

    /// Returns the conversation with a user, and creates it if absent. `None` for ids that are no
    /// numbers.
    pub(super) fn direct_room(&mut self, user: &UserId) -> Option<&mut Room> {
        let id = Conversation::from(user).id(&self.own).ok()?;
        let name = self.names.of(user).to_owned();
        let room = self.rooms.entry(id.clone());
        let room = room.or_insert_with(|| Room::new(id, Kind::Direct(user.clone()), String::new()));
        room.name = name;
        Some(room)
    }

    /// Returns the conversation of a message, and creates it if absent. `None` if the message names
    /// none.
    pub(super) fn room_of(&mut self, message: &MessageRef<'_>) -> Option<&mut Room> {
        if let Some(group) = message.group_id().filter(|id| !id.is_empty()) {
            let group: GroupId = group.into();
            let id = ConversationId::from(group.as_str());
            if !self.rooms.contains_key(&id) {
                let parent = message.parent_id().filter(|parent| !parent.is_empty());
                let parent = parent.map(GroupId::from).filter(|parent| *parent != group);
                let known = self.cache.group(&group);
                let name = known.as_ref().and_then(|group| group.name.as_deref());
                let name = name_of_group(name.or(message.group_name()), &group);
                let kind = match parent {
                    Some(parent) => {
                        self.load_members(&parent);
                        Kind::Topic {
                            id: group,
                            group: parent,
                        }
                    }
                    None => Kind::Group(group),
                };
                self.rooms
                    .insert(id.clone(), Room::new(id.clone(), kind, name));
            }
            return self.rooms.get_mut(&id);
        }
        let id: ConversationId = message.direct_conversation()?.into();
        let conversation = Conversation::from(&id);
        let other = conversation.other_user(&self.own)?.clone();
        self.direct_room(&other)
    }

    /// Updates the list after an event that may change it: a new membership, a new name or topic, or
    /// the end of a membership.
    pub(super) fn refresh_groups(&mut self, event: &EventRef<'_>) {
        if let EventRef::MembershipCreate(push) = event {
            let group = push.group();
            let id: GroupId = group.id().into();
            let room_id = ConversationId::from(id.as_str());
            let name = name_of_group(group.name(), &id);
            let room = self.rooms.entry(room_id.clone());
            let room = room.or_insert_with(|| Room::new(room_id, Kind::Group(id), String::new()));
            room.name.clone_from(&name);
            if room.newest.is_none() {
                room.newest = Some((lowest_message_id(), self.now));
            }
            self.show_info(format!("You are now a member of “{name}”."));
            return;
        }
        let message = match event {
            EventRef::LineCreate(push) => push.message(),
            _ => return,
        };
        let Some(group) = message.group_id().filter(|_| message.is_system()) else {
            return;
        };
        let group: GroupId = group.into();
        let id = ConversationId::from(group.as_str());
        match self.cache.group(&group) {
            Some(known) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.name = name_of_group(known.name.as_deref(), &group);
                }
            }
            None if matches!(self.rooms.get(&id), Some(room) if matches!(room.kind, Kind::Group(_))) =>
            {
                self.remove_if_left(&id, &message);
            }
            None => {}
        }
        for topic in self.cache.topics(&group) {
            self.put_topic(&group, &topic);
        }
    }

    /// Removes a group from the list when a notice says that the user was removed or has left.
    fn remove_if_left(&mut self, id: &ConversationId, notice: &MessageRef<'_>) {
        let kind = notice
            .event()
            .and_then(|event| event.kind().map(str::to_owned));
        let is_end = kind.is_some_and(|kind| kind.starts_with("membership.notifications."));
        if !is_end || self.loading != Loading::Done {
            return;
        }
        if let Some(room) = self.rooms.remove(id) {
            self.show_info(format!("You are no longer a member of “{}”.", room.name));
        }
        if self.open.as_ref() == Some(id) {
            self.open = None;
            let next = self.ordered().first().map(|room| room.id.clone());
            if let Some(next) = next {
                self.open_conversation(&next);
            }
        }
    }

    pub(super) fn load_members(&mut self, group: &GroupId) {
        let room = self.rooms.get_mut(&ConversationId::from(group.as_str()));
        if let Some(room) = room.filter(|room| matches!(room.kind, Kind::Group(_))) {
            if room.has_requested_members {
                return;
            }
            room.has_requested_members = true;
        }
        self.effects.push(Effect::LoadMembers(group.clone()));
    }
}

/// Sets the last message read, at the start. If the conversation has newer messages, their number is
/// unknown: at least one counts as unread.
fn set_read(room: &mut Room, read: &MessageId) {
    if room.last_read.as_ref().is_some_and(|known| known >= read) {
        return;
    }
    room.last_read = Some(read.clone());
    let is_behind = matches!(&room.newest, Some((newest, _)) if newest > read);
    if is_behind && room.unread.count == 0 {
        room.unread = Unread {
            count: 1,
            is_lower_bound: true,
            is_personal: matches!(room.kind, Kind::Direct(_)),
        };
    }
}

fn name_of_group(name: Option<&str>, id: &GroupId) -> String {
    let name = name.filter(|name| !name.trim().is_empty());
    name.map_or_else(|| format!("group {id}"), str::to_owned)
}
