//! Errors of the world.

use core::fmt;

use super::{SimGroupId, SimMessageId, SimPollId, SimUserId};

/// Error of an action in the world, always the caller's mistake.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The user does not exist; `add_user` adds one.
    #[error("there is no user {0}: add one first")]
    NoSuchUser(SimUserId),
    /// The group does not exist; `add_group` adds one.
    #[error("there is no group {0}: add one first")]
    NoSuchGroup(SimGroupId),
    /// The message does not exist, or is older than the world's retention.
    #[error("there is no message {0}: it does not exist, or is older than the retention")]
    NoSuchMessage(SimMessageId),
    /// The user is not a member of the group.
    #[error("user {user} is not a member of group {group}: add the member first")]
    NotAMember {
        /// User.
        user: SimUserId,
        /// Group.
        group: SimGroupId,
    },
    /// A topic was named where a group is needed: topics have neither members nor topics of their
    /// own.
    #[error("{0} is a topic: use the id of its group")]
    IsATopic(SimGroupId),
    /// A group was named where a topic is needed; `add_topic` adds one.
    #[error("{0} is a group, not a topic")]
    NotATopic(SimGroupId),
    /// The poll does not exist; `add_poll` adds one.
    #[error("there is no poll {0}: add one first")]
    NoSuchPoll(SimPollId),
    /// The poll has ended and takes no votes.
    #[error("poll {0} has ended")]
    PollEnded(SimPollId),
    /// The vote names an option that does not exist, or several where one is allowed.
    #[error("poll {0} has no such option, or allows one option only")]
    NoSuchOption(SimPollId),
    /// The two users of a direct message are the same.
    #[error("user {0} cannot write to themselves")]
    SelfMessage(SimUserId),
    /// The user is not part of the message's conversation.
    #[error("user {user} is not part of the conversation of message {message}")]
    NotInConversation {
        /// User.
        user: SimUserId,
        /// Message.
        message: SimMessageId,
    },
    /// The message is deleted and cannot change any more.
    #[error("message {0} is deleted")]
    Deleted(SimMessageId),
    /// The user is neither of the two people of a chat.
    #[error("user {0} is not part of that chat")]
    NotAParticipant(SimUserId),
    /// A client has sent a message with this `source_guid` within the last minute.
    #[error("a message with the source_guid {0:?} was sent within the last minute")]
    AlreadySent(String),
    /// The message is a notice of the system and cannot be changed.
    #[error("message {0} is a notice of the system and cannot be changed")]
    SystemMessage(SimMessageId),
    /// The time in which the message can be edited or deleted is over.
    #[error("message {0} is too old to be changed: widen the window")]
    TooLate(SimMessageId),
    /// The message is pinned already.
    #[error("message {0} is pinned already")]
    Pinned(SimMessageId),
    /// The message is not pinned.
    #[error("message {0} is not pinned")]
    NotPinned(SimMessageId),
    /// Only admins of a group can delete messages of others.
    #[error("user {user} may not delete message {message}: only admins of the group may")]
    NotTheOwner {
        /// User.
        user: SimUserId,
        /// Message.
        message: SimMessageId,
    },
    /// Only admins of a group may do this.
    #[error("user {user} is not an admin of group {group}: make the user an admin first")]
    NotAnAdmin {
        /// User.
        user: SimUserId,
        /// Group.
        group: SimGroupId,
    },
    /// Only the owner of a group may do this.
    #[error("user {user} is not the owner of group {group}: ask its owner")]
    NotTheGroupOwner {
        /// User.
        user: SimUserId,
        /// Group.
        group: SimGroupId,
    },
    /// The user was removed from the group, or has never been in it, and cannot come back alone.
    #[error("user {user} cannot return to group {group}: a member has to add the user")]
    CannotReturn {
        /// User.
        user: SimUserId,
        /// Group.
        group: SimGroupId,
    },
    /// The bot does not exist, or belongs to another user; `add_bot` adds one.
    #[error("there is no such bot: add one first")]
    NoSuchBot,
    /// The calendar event does not exist.
    #[error("there is no such calendar event: create one first")]
    NoSuchEvent,
    /// Only the creator of an event, or an admin of its group, may change the event.
    #[error("user {0} may not change the event: only its creator and admins may")]
    NotTheEventOwner(SimUserId),
    /// One of two users blocked the other.
    #[error("user {0} and the other user do not exchange messages: one blocked the other")]
    Blocked(SimUserId),
    /// The script has not saved a message of this name.
    #[error("no message is saved as {0:?}: save it in an earlier step")]
    NotSaved(&'static str),
    /// The text is not the JSON that is needed.
    #[error("{what} must be {wanted}")]
    InvalidJson {
        /// Name of the argument.
        what: &'static str,
        /// Expected form.
        wanted: &'static str,
        /// Error of the parser.
        source: Box<dyn core::error::Error + Send + Sync>,
    },
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
