//! State of the chat, without sockets, terminal or clock.
//!
//! [`State::update`] changes the state by an [`Input`] (a key, an event, the answer to a request) and
//! returns [`Effect`]s, which the driver carries out.

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
mod overlay;
mod room;
mod search;
mod selection;
mod sending;
#[cfg(test)]
mod tests;
mod typing_users;
mod user_names;
mod viewport;

use std::collections::{BTreeMap, BTreeSet};

use groupme_client::{Cache, CacheLimits, ConversationId, GroupId, Timestamp, UserId};
use jiff::tz::TimeZone;

pub(crate) use self::{
    composition::{Composition, FileState},
    connection::{Connection, Phase},
    editor::{Edit, Editor},
    effect::Effect,
    holes::HoleState,
    incoming::EVERYONE,
    input::{Action, Input, Outcome},
    overlay::{Confirmation, Destination, Overlay, REACTIONS},
    room::{Kind, Pending, Room, Unread},
    user_names::UserNames,
    viewport::{Anchor, EntryId, ScrollPosition, Viewport},
};
use self::{connection::later, typing_users::TypingEnds};

/// Settings of the model.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) zone: TimeZone,
    /// Whether every message notifies, or only direct messages, mentions and replies.
    pub(crate) notify_all: bool,
}

/// State of the chat.
#[derive(Debug)]
pub(crate) struct State {
    /// User of the account.
    pub(crate) own: UserId,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    pub(crate) cache: SharedCache,
    pub(crate) rooms: BTreeMap<ConversationId, Room>,
    /// Conversation on the screen.
    pub(crate) open: Option<ConversationId>,
    pub(crate) names: UserNames,
    pub(crate) overlay: Overlay,
    pub(crate) connection: Connection,
    pub(crate) toast: Option<Toast>,
    pub(crate) loading: Loading,
    /// Whether the terminal has the focus of the keyboard.
    pub(crate) has_focus: bool,
    pub(crate) viewport: Viewport,
    effects: Vec<Effect>,
    /// Ends of the typing notices of all rooms.
    typing_ends: TypingEnds,
    /// Conversations of which a read receipt has to be sent.
    receipts_due: BTreeSet<ConversationId>,
    /// Whether events have changed messages of the open conversation since they were copied.
    has_pushed: bool,
    /// Local id of the next message or upload.
    next_local_id: u64,
}

/// Loading of the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loading {
    Started,
    Failed(String),
    Done,
}

/// Short message above the composer, which disappears after some seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) text: String,
    pub(crate) is_error: bool,
    until: Timestamp,
}

/// Cache of the client. `Debug` shows none of its messages.
pub(crate) struct SharedCache(Cache);

impl SharedCache {
    /// Returns a handle to the same cache, for the requests that fill it.
    pub(crate) fn share(&self) -> Cache {
        self.0.clone()
    }
}

impl core::ops::Deref for SharedCache {
    type Target = Cache;

    fn deref(&self) -> &Cache {
        &self.0
    }
}

impl core::fmt::Debug for SharedCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SharedCache")
    }
}

impl State {
    pub(crate) fn new(own: UserId, settings: Settings, now: Timestamp) -> Self {
        let mut limits = CacheLimits::default();
        // A reader scrolls back further than a bot looks.
        limits.messages = 20_000;
        limits.all_messages = 100_000;
        Self {
            cache: SharedCache(Cache::with_limits(own.clone(), limits)),
            own,
            settings,
            now,
            size: (80, 24),
            rooms: BTreeMap::new(),
            open: None,
            names: UserNames::default(),
            overlay: Overlay::None,
            connection: Connection::default(),
            toast: None,
            loading: Loading::Started,
            has_focus: true,
            viewport: Viewport::default(),
            effects: Vec::new(),
            typing_ends: TypingEnds::new(),
            receipts_due: BTreeSet::new(),
            has_pushed: false,
            next_local_id: 1,
        }
    }

    /// Applies an input at a time, and returns the effects to carry out.
    pub(crate) fn update(&mut self, now: Timestamp, input: Input<'_>) -> Vec<Effect> {
        self.now = now;
        // Events come by the thousand, and only count until the next frame or key.
        if !matches!(input, Input::Event { .. }) {
            self.refresh_pushed();
        }
        match input {
            Input::Action(action) => self.handle_action(action),
            Input::Event {
                event,
                channel,
                is_live,
            } => self.handle_event(&event, channel, is_live),
            Input::Status(status) => self.handle_status(status),
            Input::Outcome(outcome) => self.handle_outcome(outcome),
            Input::Resized(columns, rows) => self.size = limit_size((columns, rows)),
            Input::Focus(has_focus) => self.has_focus = has_focus,
            Input::Drawn(viewport) => self.handle_viewport(viewport),
            Input::Tick => {}
        }
        self.expire();
        self.mark_read();
        core::mem::take(&mut self.effects)
    }

    /// Returns the next time at which the state changes without an input: a typing notice or a toast
    /// expires, a countdown continues, or a read receipt is due.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        let typing = self.typing_ends.first().map(|(until, ..)| *until);
        let notice = self.toast.as_ref().map(|notice| notice.until);
        let retry = match &self.connection.phase {
            // The status line counts the seconds.
            Phase::Lost { retry_at, .. } if *retry_at > self.now => Some(later(self.now, SECOND)),
            _ => None,
        };
        let marks = self.receipts_due.iter().filter_map(|id| self.rooms.get(id));
        let marks = marks
            .filter_map(|room| Some(later(room.receipt_sent_at?, selection::RECEIPT_INTERVAL)));
        let marks = marks.filter(|at| *at > self.now);
        let times = [typing, notice, retry];
        times.into_iter().flatten().chain(marks).min()
    }

    fn expire(&mut self) {
        let now = self.now;
        self.expire_typing();
        if self
            .toast
            .as_ref()
            .is_some_and(|notice| notice.until <= now)
        {
            self.toast = None;
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
        let newest = self.newest_in_groups();
        let time_of = |room: &Room| match &room.kind {
            Kind::Group(group) => newest.get(group).copied().unwrap_or(room.time()),
            Kind::Topic { group, .. } => {
                let is_known = self
                    .rooms
                    .contains_key(&ConversationId::from(group.as_str()));
                let newest = newest.get(group).filter(|_| is_known);
                newest.copied().unwrap_or(room.time())
            }
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

    /// Returns the time of the newest message of each group and its topics.
    fn newest_in_groups(&self) -> BTreeMap<&GroupId, Timestamp> {
        let mut newest = BTreeMap::new();
        for room in self.rooms.values() {
            if let Some(group) = room.kind.group() {
                let time = newest.entry(group).or_insert(room.time());
                *time = room.time().max(*time);
            }
        }
        newest
    }

    /// Returns the number of unread messages of all conversations but the muted ones.
    pub(crate) fn unread(&self) -> u32 {
        let rooms = self.rooms.values().filter(|room| !room.is_muted);
        rooms
            .map(|room| room.unread.count)
            .fold(0, u32::saturating_add)
    }

    /// Shows a text for [`INFO_DURATION`].
    pub(crate) fn show_info(&mut self, text: impl Into<String>) {
        self.set_toast(text.into(), false);
    }

    /// Shows an error for [`ERROR_DURATION`].
    pub(crate) fn show_error(&mut self, text: impl Into<String>) {
        self.set_toast(text.into(), true);
    }

    fn set_toast(&mut self, text: String, is_error: bool) {
        let duration = if is_error {
            ERROR_DURATION
        } else {
            INFO_DURATION
        };
        self.toast = Some(Toast {
            text,
            is_error,
            until: later(self.now, duration),
        });
    }

    /// Returns an id for a message or upload that has none of GroupMe's yet.
    fn new_local_id(&mut self) -> u64 {
        let local_id = self.next_local_id;
        self.next_local_id += 1;
        local_id
    }
}

/// Returns the part of a size, in columns and rows, that is drawn.
pub(crate) fn limit_size((columns, rows): (u16, u16)) -> (u16, u16) {
    (columns.min(MAX_SIZE.0), rows.min(MAX_SIZE.1))
}

/// Largest drawn area, in columns and rows: more than the largest screens have with the smallest
/// letters. Its two frames take 40 MB.
pub(crate) const MAX_SIZE: (u16, u16) = (1000, 500);

const SECOND: core::time::Duration = core::time::Duration::from_secs(1);
/// Time for which a toast is shown.
const INFO_DURATION: core::time::Duration = core::time::Duration::from_secs(4);
/// Time for which an error is shown.
const ERROR_DURATION: core::time::Duration = core::time::Duration::from_secs(10);
