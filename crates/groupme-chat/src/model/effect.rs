//! Effects: requests of the model to the driver.

use groupme_client::{ConversationId, Draft, GroupId, LikeIcon, MessageId, Timestamp};

/// Request of the model to the driver, which answers requests to GroupMe with an
/// [`Outcome`](super::Outcome).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Sends a message through the outbox. `local_id` identifies the message until GroupMe gives it an
    /// id.
    Send {
        conversation: ConversationId,
        local_id: u64,
        draft: Draft,
    },
    Edit {
        conversation: ConversationId,
        message: MessageId,
        draft: Draft,
    },
    Delete {
        conversation: ConversationId,
        message: MessageId,
    },
    /// Reacts to a message, or removes the reaction without an icon.
    React {
        conversation: ConversationId,
        message: MessageId,
        icon: Option<LikeIcon>,
    },
    /// Loads a page of messages before this one, or the newest page.
    LoadBefore {
        conversation: ConversationId,
        before: Option<MessageId>,
    },
    /// Loads a page of messages from a time on.
    LoadSince {
        conversation: ConversationId,
        time: Timestamp,
    },
    /// Loads the members and topics of a group.
    LoadMembers(GroupId),
    /// Marks a conversation as read up to a message.
    MarkRead {
        conversation: ConversationId,
        message: MessageId,
    },
    /// Loads the list of conversations again.
    Reload,
    /// Shows the user as typing to others.
    SendTyping(ConversationId),
    /// Uploads a file for a message being written.
    Upload {
        conversation: ConversationId,
        local_id: u64,
        path: String,
    },
    /// Notifies the user of a message, by bell or desktop.
    Notify {
        title: String,
        body: String,
    },
    /// Puts a text into the clipboard.
    Copy(String),
    /// Stops the program as Ctrl-Z does; the shell continues it.
    Suspend,
    /// Draws every cell again, over the output of another program.
    Redraw,
    Quit,
}
