//! What a chat wants done.

use groupme_client::{ConversationId, Draft, GroupId, LikeIcon, MessageId, Timestamp};

/// Request of the model to the driver. Answers come back as
/// [`Outcome`](super::Outcome).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Sends a message, by the outbox. `number` names it until GroupMe does.
    Send {
        conversation: ConversationId,
        number: u64,
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
    /// Reacts to a message; `None` removes the reaction.
    React {
        conversation: ConversationId,
        message: MessageId,
        icon: Option<LikeIcon>,
    },
    /// Loads messages before another one, or the newest ones.
    LoadBefore {
        conversation: ConversationId,
        before: Option<MessageId>,
    },
    /// Loads messages from a time on.
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
    /// Loads the conversations again.
    Reload,
    /// Shows the user as typing.
    SendTyping(ConversationId),
    Upload {
        conversation: ConversationId,
        number: u64,
        path: String,
    },
    /// Tells the user about a message while the program is out of sight.
    Notify {
        title: String,
        body: String,
    },
    /// Puts a text into the clipboard.
    Copy(String),
    Suspend,
    /// Draws everything again, over whatever another program has left there.
    Redraw,
    Quit,
}
