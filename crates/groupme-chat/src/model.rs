//! State of the chat, without sockets, terminal or clock: inputs change it, and yield effects.

mod account;
mod actions;
mod completion;
mod composition;
mod connection;
mod editor;
mod effect;
mod history;
mod holes;
mod incoming;
mod input;
mod layer;
mod messages;
mod names;
mod room;
mod search;
mod sending;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use groupme_client::{Cache, CacheLimits, ConversationId, Timestamp, UserId};
use jiff::tz::TimeZone;

use self::connection::later;
pub(crate) use self::{
    composition::{Composition, FileState},
    connection::{Connection, Phase},
    editor::{Edit, Editor},
    effect::Effect,
    holes::HoleState,
    input::{Action, Input, Outcome},
    layer::{Destination, Layer, Question, REACTIONS},
    names::Names,
    room::{Kind, Pending, Room, Unread},
    shown::{Anchor, Position, Shown, Spot},
};

/// Settings of the model.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) zone: TimeZone,
    /// Whether every message is told, or only those for the user.
    pub(crate) notify_all: bool,
}

/// State of the chat.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) own: UserId,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    pub(crate) cache: Memory,
    pub(crate) rooms: BTreeMap<ConversationId, Room>,
    pub(crate) open: Option<ConversationId>,
    pub(crate) names: Names,
    pub(crate) layer: Layer,
    pub(crate) connection: Connection,
    pub(crate) notice: Option<Notice>,
    /// Whether the list of conversations was loaded, or why not.
    pub(crate) loading: Loading,
    /// Whether the terminal has the focus of the keyboard.
    pub(crate) has_focus: bool,
    pub(crate) shown: Shown,
    effects: Vec<Effect>,
    /// Number of the next message or upload.
    next_number: u64,
}

/// Loading of the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loading {
    Started,
    Failed(String),
    Done,
}

/// Line that tells something for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    pub(crate) is_error: bool,
    until: Timestamp,
}

/// Cache of the client, which says nothing of itself.
pub(crate) struct Memory(Cache);

impl Memory {
    /// Returns the cache itself, for the requests that fill it.
    pub(crate) fn share(&self) -> Cache {
        self.0.clone()
    }
}

impl core::ops::Deref for Memory {
    type Target = Cache;

    fn deref(&self) -> &Cache {
        &self.0
    }
}

impl core::fmt::Debug for Memory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Memory")
    }
}

impl State {
    pub(crate) fn new(own: UserId, settings: Settings, now: Timestamp) -> Self {
        let mut limits = CacheLimits::default();
        // A reader scrolls back further than a bot looks.
        limits.messages = 20_000;
        limits.all_messages = 100_000;
        Self {
            cache: Memory(Cache::with_limits(own.clone(), limits)),
            own,
            settings,
            now,
            size: (80, 24),
            rooms: BTreeMap::new(),
            open: None,
            names: Names::default(),
            layer: Layer::None,
            connection: Connection::default(),
            notice: None,
            loading: Loading::Started,
            has_focus: true,
            shown: Shown::default(),
            effects: Vec::new(),
            next_number: 1,
        }
    }

    /// Handles what happened at a time of day, and returns what is to be done.
    pub(crate) fn update(&mut self, now: Timestamp, input: Input<'_>) -> Vec<Effect> {
        self.now = now;
        match input {
            Input::Action(action) => self.handle_action(action),
            Input::Event {
                event,
                channel,
                is_live,
            } => self.handle_event(&event, channel, is_live),
            Input::Status(status) => self.handle_status(status),
            Input::Outcome(outcome) => self.handle_outcome(outcome),
            Input::Resized(columns, rows) => self.size = (columns, rows),
            Input::Focus(has_focus) => self.has_focus = has_focus,
            Input::Shown(shown) => self.handle_shown(shown),
            Input::Tick => {}
        }
        self.expire();
        self.mark_read();
        core::mem::take(&mut self.effects)
    }

    /// Returns the next time at which something expires or is due.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        let typing = self
            .rooms
            .values()
            .flat_map(|room| room.typing.values().copied());
        let notice = self.notice.as_ref().map(|notice| notice.until);
        let retry = match &self.connection.phase {
            // The seconds until then are shown.
            Phase::Lost { retry_at, .. } if *retry_at > self.now => Some(later(self.now, SECOND)),
            _ => None,
        };
        let marks = self.rooms.values().filter(|room| room.is_mark_due);
        let marks = marks.filter_map(|room| Some(later(room.marked_at?, messages::MARK_INTERVAL)));
        let marks = marks.filter(|at| *at > self.now);
        typing.chain(notice).chain(retry).chain(marks).min()
    }

    fn expire(&mut self) {
        let now = self.now;
        for room in self.rooms.values_mut() {
            room.typing.retain(|_, until| *until > now);
        }
        if self
            .notice
            .as_ref()
            .is_some_and(|notice| notice.until <= now)
        {
            self.notice = None;
        }
    }

    pub(crate) fn open_room(&self) -> Option<&Room> {
        self.rooms.get(self.open.as_ref()?)
    }

    pub(crate) fn open_room_mut(&mut self) -> Option<&mut Room> {
        self.rooms.get_mut(self.open.as_ref()?)
    }

    /// Returns the conversations in the order of the list: the newest message first, topics below
    /// their group.
    pub(crate) fn ordered(&self) -> Vec<&Room> {
        let time_of = |room: &Room| match &room.kind {
            Kind::Topic { group, .. } => {
                let group = self.rooms.get(&ConversationId::from(group.as_str()));
                group.map_or(room.time(), |group| self.family_time(group))
            }
            Kind::Group(_) => self.family_time(room),
            Kind::Direct(_) => room.time(),
        };
        let family = |room: &Room| match &room.kind {
            Kind::Group(group) | Kind::Topic { group, .. } => group.as_str().to_owned(),
            Kind::Direct(user) => format!("@{user}"),
        };
        let is_topic = |room: &Room| matches!(room.kind, Kind::Topic { .. });
        let mut rooms: Vec<&Room> = self.rooms.values().collect();
        rooms.sort_by_cached_key(|room| {
            let time = core::cmp::Reverse(time_of(room));
            (
                time,
                family(room),
                is_topic(room),
                core::cmp::Reverse(room.time()),
            )
        });
        rooms
    }

    /// Returns the time of the newest message of a group and its topics.
    fn family_time(&self, group: &Room) -> Timestamp {
        let Kind::Group(id) = &group.kind else {
            return group.time();
        };
        let topics = self
            .rooms
            .values()
            .filter(|room| matches!(&room.kind, Kind::Topic { group, .. } if group == id));
        topics.map(Room::time).fold(group.time(), Ord::max)
    }

    /// Returns the number of unread messages of all conversations but the muted ones.
    pub(crate) fn unread(&self) -> u32 {
        let rooms = self.rooms.values().filter(|room| !room.is_muted);
        rooms
            .map(|room| room.unread.count)
            .fold(0, u32::saturating_add)
    }

    pub(crate) fn tell(&mut self, text: impl Into<String>) {
        self.set_notice(text.into(), false);
    }

    pub(crate) fn tell_error(&mut self, text: impl Into<String>) {
        self.set_notice(text.into(), true);
    }

    fn set_notice(&mut self, text: String, is_error: bool) {
        let shown = if is_error { ERROR_SHOWN } else { NOTICE_SHOWN };
        self.notice = Some(Notice {
            text,
            is_error,
            until: later(self.now, shown),
        });
    }

    fn number(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }
}

const SECOND: core::time::Duration = core::time::Duration::from_secs(1);
/// Time for which a notice is shown.
const NOTICE_SHOWN: core::time::Duration = core::time::Duration::from_secs(4);
/// Time for which an error is shown.
const ERROR_SHOWN: core::time::Duration = core::time::Duration::from_secs(10);
