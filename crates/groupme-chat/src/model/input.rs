//! Inputs of the model: keys, events of GroupMe, answers to requests.

use core::time::Duration;

use groupme_client::{
    ConversationId, EventRef, GroupId, MessageId, SourceGuid, Status, Timestamp,
    model::{Attachment, Chat, Message, ReadReceipt},
};

use super::{editor::Edit, viewport::Viewport};

/// Input that changes the state.
#[derive(Debug)]
pub(crate) enum Input<'i> {
    /// Command of the user.
    Action(Action),
    /// Event of GroupMe, on a channel.
    Event {
        event: EventRef<'i>,
        channel: &'i str,
        /// Whether the event was pushed as it happened, and not backfilled later.
        is_live: bool,
    },
    Status(&'i Status),
    Outcome(Outcome),
    /// Size of the terminal, in columns and rows.
    Resized(u16, u16),
    /// Whether the terminal has the focus of the keyboard.
    Focus(bool),
    /// The screen was drawn, with this part of the conversation.
    Drawn(Viewport),
    /// Passage of time; see [`State::poll_timeout`](super::State::poll_timeout).
    Tick,
}

/// Command of the user; `driver::keys` has the key bindings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Typed text, which may be the key of a command, such as `r` on a selected message.
    Type(String),
    /// Pasted text, which never is a command.
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
    /// Opens the conversation at an index of the list, from 0.
    RoomAt(usize),
    Help,
    GoTo,
    Search,
    Date,
    Attach,
    /// Clears the composer, or asks whether to quit if it is empty.
    Cancel,
    Quit,
    Suspend,
    Redraw,
}

/// Answer to a request that an [`Effect`](super::Effect) has made.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The conversations are loaded: the groups into the cache.
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
    /// Page of messages right before another one, or the newest page; or the reason of a failure.
    Page {
        conversation: ConversationId,
        before: Option<MessageId>,
        page: Result<Vec<Message>, String>,
    },
    /// Page of messages from a time on, or the reason of a failure.
    Since {
        conversation: ConversationId,
        time: Timestamp,
        page: Result<Vec<Message>, String>,
    },
    /// The outbox has accepted a message; the pushed one has the same `guid`.
    Queued { local_id: u64, guid: SourceGuid },
    /// A message was sent, or given up for a reason. Without a message, GroupMe has it but does not
    /// return it.
    Sent {
        conversation: ConversationId,
        local_id: u64,
        result: Result<Option<Box<Message>>, String>,
    },
    /// A request returned the new state of a message, for example after an edit.
    Changed { message: Box<Message> },
    /// A request failed: its name, and the reason.
    Failed {
        request: &'static str,
        reason: String,
    },
    /// Progress of an upload, in percent.
    UploadProgress { local_id: u64, percent: u8 },
    /// A file was uploaded, or not for a reason.
    Uploaded {
        conversation: ConversationId,
        local_id: u64,
        result: Result<Box<Attachment>, String>,
    },
    /// Round-trip time of a ping through the gateway; `None` if the ping was lost.
    Latency(Option<Duration>),
}
