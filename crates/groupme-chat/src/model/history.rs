//! Answers about messages: pages of history, sent messages, uploads.

use groupme_client::{
    ConversationId, MessageId, Timestamp,
    model::{Attachment, Message},
};

use super::{
    Effect, FileState, Loading, Outcome, Room, Shown, Spot, State,
    room::{Unread, before_all, is_shown},
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
            Outcome::Queued { number, guid } => {
                let mut pending = self.rooms.values_mut().flat_map(|room| &mut room.pending);
                if let Some(pending) = pending.find(|pending| pending.number == number) {
                    pending.guid = Some(guid);
                }
            }
            Outcome::Sent {
                conversation,
                number,
                result,
            } => self.handle_sent(&conversation, number, result),
            Outcome::Changed { message } => {
                let conversation = message.conversation().map(ConversationId::from);
                self.cache.put_messages([*message]);
                if let Some(conversation) = conversation {
                    self.refresh(&conversation);
                }
            }
            Outcome::Failed { request, reason } => {
                self.tell_error(format!("Cannot {request}: {reason}"));
            }
            Outcome::UploadProgress { number, percent } => {
                if let Some(state) = self.upload(number) {
                    *state = FileState::Uploading(percent);
                }
            }
            Outcome::Uploaded {
                conversation,
                number,
                result,
            } => self.handle_uploaded(&conversation, number, result),
            Outcome::Latency(latency) => self.connection.latency = latency,
        }
    }

    /// Opens a conversation, and loads what is needed to show it.
    pub(super) fn open_conversation(&mut self, id: &ConversationId) {
        if let Some(left) = self.open_room_mut() {
            left.read_before = None;
            left.selected = None;
            // Messages of other conversations stay in the cache only.
            left.messages = Vec::new();
        }
        self.open = Some(id.clone());
        if let Some(room) = self.rooms.get_mut(id) {
            room.read_before = room.read.clone().filter(|_| room.unread.count > 0);
            if room.read_before.is_none() && room.unread.count > 0 {
                room.read_before = Some(before_all());
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
        if room.holes.begin(before.as_ref()) {
            self.effects.push(Effect::LoadBefore {
                conversation: id.clone(),
                before,
            });
        }
    }

    pub(super) fn handle_shown(&mut self, shown: Shown) {
        if let Some(room) = self.open_room_mut() {
            room.position.clone_from(&shown.position);
        }
        self.shown = shown;
        self.load_shown();
    }

    /// Loads the holes that were drawn, unless their last request has failed.
    pub(super) fn load_shown(&mut self) {
        let Some(open) = self.open.clone() else {
            return;
        };
        for before in self.shown.holes.clone() {
            let room = self.rooms.get(&open);
            let state = room.and_then(|room| room.holes.before(before.as_ref()));
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
            room.note(&newest.id, newest.created_at);
        }
        count_unread(room, &page, &self.own);
        self.cache.put_messages(page);
        self.refresh(id);
    }

    /// Shows the messages from a time on.
    fn handle_since(
        &mut self,
        id: &ConversationId,
        time: Timestamp,
        page: Result<Vec<Message>, String>,
    ) {
        let page = match page {
            Ok(page) => page,
            Err(reason) => {
                self.tell_error(format!("Cannot load that day: {reason}"));
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

    /// Selects the first message from a time on; at the end if there is none.
    pub(super) fn select_since(&mut self, time: Timestamp) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let found = room
            .messages
            .iter()
            .find(|message| message.created_at >= Some(time));
        if let Some(found) = found {
            let spot = Spot::Message(found.id.clone());
            room.selected = Some(spot);
        } else {
            room.selected = None;
            room.position = None;
            self.tell("Nothing was written since then.");
        }
    }

    fn handle_sent(
        &mut self,
        id: &ConversationId,
        number: u64,
        result: Result<Option<Box<Message>>, String>,
    ) {
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        match result {
            Ok(message) => {
                room.pending.retain(|pending| pending.number != number);
                if let Some(message) = message {
                    // The echo may come later, or be lost with the connection.
                    room.note(&message.id, message.created_at);
                    if room.read.as_ref().is_none_or(|read| *read < message.id) {
                        room.read = Some(message.id.clone());
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
                if let Some(pending) = pending.find(|pending| pending.number == number) {
                    pending.failure = Some(reason.clone());
                }
                self.tell_error(format!("Not sent: {reason}"));
            }
        }
    }

    fn upload(&mut self, number: u64) -> Option<&mut FileState> {
        let rooms = self.rooms.values_mut();
        let mut files = rooms.flat_map(|room| &mut room.composition.files);
        let file = files.find(|file| file.number == number)?;
        Some(&mut file.state)
    }

    fn handle_uploaded(
        &mut self,
        id: &ConversationId,
        number: u64,
        result: Result<Box<Attachment>, String>,
    ) {
        match result {
            Ok(attachment) => {
                if let Some(state) = self.upload(number) {
                    *state = FileState::Ready(attachment);
                    self.tell("Attached. Enter sends it.");
                }
            }
            Err(reason) => {
                if let Some(room) = self.rooms.get_mut(id) {
                    room.composition.files.retain(|file| file.number != number);
                }
                self.tell_error(format!("Cannot attach the file: {reason}"));
            }
        }
    }
}

/// Counts what is unread, once the messages are there.
fn count_unread(room: &mut Room, page: &[Message], own: &groupme_client::UserId) {
    if !room.unread.is_more {
        return;
    }
    let Some(read) = &room.read else {
        return;
    };
    let newer = page.iter().filter(|message| message.id > *read);
    let newer =
        newer.filter(|message| is_shown(message) && !message.is_system() && !message.is_from(own));
    let count = u32::try_from(newer.count()).unwrap_or(u32::MAX);
    room.unread.count = count;
    room.unread.is_more = count > 0 && page.iter().all(|message| message.id > *read);
    if count == 0 {
        room.unread = Unread::default();
    }
}
