//! Answers to requests: pages of history, sent messages, uploads.

use groupme_client::{
    ConversationId, MessageId, Timestamp,
    model::{Attachment, Message},
};

use super::{
    Effect, EntryId, FileState, Loading, Outcome, Room, State, Viewport,
    room::{Unread, is_shown, lowest_message_id},
};

impl State {
    pub(super) fn handle_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Loaded {
                chats,
                receipts,
                name,
            } => {
                let own = self.own.clone();
                self.names.learn(&own, name.as_deref());
                self.handle_loaded(chats, &receipts);
            }
            Outcome::NotLoaded(reason) => {
                if self.loading != Loading::Done {
                    self.loading = Loading::Failed(reason);
                }
            }
            Outcome::Members(group) => self.handle_members(&group),
            Outcome::Page {
                conversation,
                before,
                page,
            } => self.handle_page(&conversation, before.as_ref(), page),
            Outcome::Since {
                conversation,
                time,
                page,
            } => self.handle_since(&conversation, time, page),
            Outcome::Queued { local_id, guid } => {
                let mut pending = self.rooms.values_mut().flat_map(|room| &mut room.pending);
                if let Some(pending) = pending.find(|pending| pending.local_id == local_id) {
                    pending.guid = Some(guid);
                }
            }
            Outcome::Sent {
                conversation,
                local_id,
                result,
            } => self.handle_sent(&conversation, local_id, result),
            Outcome::Changed { message } => {
                let conversation = message.conversation().map(ConversationId::from);
                self.cache.put_messages([*message]);
                if let Some(conversation) = conversation {
                    self.refresh(&conversation);
                }
            }
            Outcome::Failed { request, reason } => {
                self.show_error(format!("Cannot {request}: {reason}"));
            }
            Outcome::UploadProgress { local_id, percent } => {
                if let Some(state) = self.upload(local_id) {
                    *state = FileState::Uploading(percent);
                }
            }
            Outcome::Uploaded {
                conversation,
                local_id,
                result,
            } => self.handle_uploaded(&conversation, local_id, result),
            Outcome::Latency(latency) => self.connection.latency = latency,
        }
    }

    /// Opens a conversation, and loads its members and newest messages.
    pub(super) fn open_conversation(&mut self, id: &ConversationId) {
        if let Some(left) = self.open_room_mut() {
            left.unread_marker = None;
            left.selected = None;
            // The cache keeps the messages of all conversations.
            left.messages = Vec::new();
        }
        self.open = Some(id.clone());
        if let Some(room) = self.rooms.get_mut(id) {
            room.unread_marker = room.last_read.clone().filter(|_| room.unread.count > 0);
            if room.unread_marker.is_none() && room.unread.count > 0 {
                room.unread_marker = Some(lowest_message_id());
            }
            if let Some(group) = room.kind.group().cloned() {
                self.load_members(&group);
            }
        }
        self.refresh(id);
        self.load_newest(id);
    }

    pub(super) fn open_first(&mut self) {
        let first = self.ordered().first().map(|room| room.id.clone());
        if let Some(first) = first {
            self.open_conversation(&first);
        }
    }

    pub(super) fn load_newest(&mut self, id: &ConversationId) {
        let is_missing = self
            .rooms
            .get(id)
            .is_some_and(|room| !room.holes.has_newest());
        if is_missing {
            self.load_before(id, None);
        }
    }

    pub(super) fn load_before(&mut self, id: &ConversationId, before: Option<MessageId>) {
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        if room.holes.start_loading(before.as_ref()) {
            self.effects.push(Effect::LoadBefore {
                conversation: id.clone(),
                before,
            });
        }
    }

    pub(super) fn handle_viewport(&mut self, viewport: Viewport) {
        if let Some(room) = self.open_room_mut() {
            room.position.clone_from(&viewport.position);
        }
        self.viewport = viewport;
        self.load_visible();
    }

    /// Loads the holes on the screen, except those whose last request has failed.
    pub(super) fn load_visible(&mut self) {
        let Some(open) = self.open.clone() else {
            return;
        };
        for before in self.viewport.holes.clone() {
            let room = self.rooms.get(&open);
            let state = room.and_then(|room| room.holes.state_before(before.as_ref()));
            if state == Some(&super::HoleState::Open) {
                self.load_before(&open, before);
            }
        }
    }

    fn handle_page(
        &mut self,
        id: &ConversationId,
        before: Option<&MessageId>,
        page: Result<Vec<Message>, String>,
    ) {
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        let page = match page {
            Ok(page) => page,
            Err(reason) => {
                room.holes.fail(before, reason);
                return;
            }
        };
        let oldest = page.iter().map(|message| &message.id).min();
        room.holes.fill(before, oldest);
        for message in &page {
            self.names.learn_author(message);
        }
        if let Some(newest) = page
            .iter()
            .filter(|message| is_shown(message))
            .max_by_key(|message| &message.id)
        {
            room.note_newest(&newest.id, newest.created_at);
        }
        count_unread(room, &page, &self.own);
        self.cache.put_messages(page);
        self.refresh(id);
    }

    /// Adds a page of messages from a time on, and selects the first of them.
    fn handle_since(
        &mut self,
        id: &ConversationId,
        time: Timestamp,
        page: Result<Vec<Message>, String>,
    ) {
        let page = match page {
            Ok(page) => page,
            Err(reason) => {
                self.show_error(format!("Cannot load that day: {reason}"));
                return;
            }
        };
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        let oldest = page.iter().map(|message| &message.id).min();
        let newest = page.iter().map(|message| &message.id).max();
        if let (Some(oldest), Some(newest)) = (oldest, newest) {
            room.holes.split(oldest, newest);
        }
        for message in &page {
            self.names.learn_author(message);
        }
        self.cache.put_messages(page);
        self.refresh(id);
        self.select_since(time);
    }

    /// Selects the first message from a time on; goes to the end if there is none.
    pub(super) fn select_since(&mut self, time: Timestamp) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let found = room
            .messages
            .iter()
            .find(|message| message.created_at >= Some(time));
        if let Some(found) = found {
            let entry = EntryId::Message(found.id.clone());
            room.selected = Some(entry);
        } else {
            room.selected = None;
            room.position = None;
            self.show_info("Nothing was written since then.");
        }
    }

    fn handle_sent(
        &mut self,
        id: &ConversationId,
        local_id: u64,
        result: Result<Option<Box<Message>>, String>,
    ) {
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        match result {
            Ok(message) => {
                room.pending.retain(|pending| pending.local_id != local_id);
                if let Some(message) = message {
                    // The pushed message may come later, or be lost with the connection.
                    room.note_newest(&message.id, message.created_at);
                    if room
                        .last_read
                        .as_ref()
                        .is_none_or(|read| *read < message.id)
                    {
                        room.last_read = Some(message.id.clone());
                        room.unread = Unread::default();
                    }
                    if self.cache.message(id, &message.id).is_none() {
                        self.cache.put_messages([*message]);
                    }
                }
                self.refresh(id);
            }
            Err(reason) => {
                let mut pending = room.pending.iter_mut();
                if let Some(pending) = pending.find(|pending| pending.local_id == local_id) {
                    pending.failure = Some(reason.clone());
                }
                self.show_error(format!("Not sent: {reason}"));
            }
        }
    }

    fn upload(&mut self, local_id: u64) -> Option<&mut FileState> {
        let rooms = self.rooms.values_mut();
        let mut files = rooms.flat_map(|room| &mut room.composition.files);
        let file = files.find(|file| file.local_id == local_id)?;
        Some(&mut file.state)
    }

    fn handle_uploaded(
        &mut self,
        id: &ConversationId,
        local_id: u64,
        result: Result<Box<Attachment>, String>,
    ) {
        match result {
            Ok(attachment) => {
                if let Some(state) = self.upload(local_id) {
                    *state = FileState::Ready(attachment);
                    self.show_info("Attached. Enter sends it.");
                }
            }
            Err(reason) => {
                if let Some(room) = self.rooms.get_mut(id) {
                    room.composition
                        .files
                        .retain(|file| file.local_id != local_id);
                }
                self.show_error(format!("Cannot attach the file: {reason}"));
            }
        }
    }
}

/// Counts the unread messages of a page, if only a lower bound was known.
fn count_unread(room: &mut Room, page: &[Message], own: &groupme_client::UserId) {
    if !room.unread.is_lower_bound {
        return;
    }
    let Some(read) = &room.last_read else {
        return;
    };
    let newer = page.iter().filter(|message| message.id > *read);
    let newer =
        newer.filter(|message| is_shown(message) && !message.is_system() && !message.is_from(own));
    let count = u32::try_from(newer.count()).unwrap_or(u32::MAX);
    room.unread.count = count;
    room.unread.is_lower_bound = count > 0 && page.iter().all(|message| message.id > *read);
    if count == 0 {
        room.unread = Unread::default();
    }
}
