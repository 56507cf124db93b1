//! What happens to a chat: keys, events of GroupMe, answers to its requests.

use core::time::Duration;

use groupme_client::{
    ConversationId, EventRef, GroupId, MessageId, SourceGuid, Status, Timestamp,
    model::{Attachment, Chat, Message, ReadReceipt},
};

use super::{editor::Edit, shown::Shown};

/// Happening that changes the state.
#[derive(Debug)]
pub(crate) enum Input<'i> {
    /// Key or paste of the user.
    Action(Action),
    /// Event of GroupMe, on a channel.
    Event {
        event: EventRef<'i>,
        channel: &'i str,
        /// Whether the event was pushed as it happened, and not found later.
        is_live: bool,
    },
    Status(&'i Status),
    Outcome(Outcome),
    /// Size of the terminal, in columns and rows.
    Resized(u16, u16),
    /// Whether the terminal has the focus of the keyboard.
    Focus(bool),
    /// Parts of the conversation that were drawn.
    Shown(Shown),
    /// Time goes by.
    Tick,
}

/// Wish of the user, as a key or several name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Text that is typed.
    Type(String),
    /// Text that is pasted, which has no commands.
    Paste(String),
    Edit(Edit),
    Up,
    Down,
    Enter,
    Newline,
    Tab,
    BackTab,
    Escape,
    PageUp,
    PageDown,
    Oldest,
    Newest,
    NextRoom,
    PreviousRoom,
    NextUnread,
    /// Conversation at a place of the list, from 0.
    RoomAt(usize),
    Help,
    GoTo,
    Search,
    Date,
    Attach,
    /// Ctrl-C: clears what is written, and ends the program if nothing is.
    Cancel,
    Quit,
    Suspend,
    Redraw,
}

/// Answer to a request, which an [`Effect`](super::Effect) has asked for.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The groups are in the cache.
    Loaded {
        chats: Vec<Chat>,
        receipts: Vec<ReadReceipt>,
        /// Name of the account's user.
        name: Option<String>,
    },
    /// The conversations could not be loaded, for this reason; the driver tries again.
    NotLoaded(String),
    /// The members and topics of a group are in the cache.
    Members(GroupId),
    /// Messages right before another one, or the newest ones.
    Page {
        conversation: ConversationId,
        before: Option<MessageId>,
        page: Result<Vec<Message>, String>,
    },
    /// Messages from a time on, oldest first.
    Since {
        conversation: ConversationId,
        time: Timestamp,
        page: Result<Vec<Message>, String>,
    },
    /// A message is on its way.
    Queued { number: u64, guid: SourceGuid },
    /// A message was sent, or given up.
    Sent {
        conversation: ConversationId,
        number: u64,
        result: Result<Option<Box<Message>>, String>,
    },
    /// A message is as this answer says, such as after an edit.
    Changed { message: Box<Message> },
    /// A request failed: its name, and the reason.
    Failed {
        request: &'static str,
        reason: String,
    },
    /// A part of a file is sent, in percent.
    UploadProgress { number: u64, percent: u8 },
    Uploaded {
        conversation: ConversationId,
        number: u64,
        result: Result<Box<Attachment>, String>,
    },
    /// Time that a ping took through the gateway; `None` if it got lost.
    Latency(Option<Duration>),
}
