//! What cannot be done in the world.

use super::{SimGroupId, SimMessageId, SimPollId, SimUserId};

/// Why the world refused: always the caller's doing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// There is no such user; `add_user` makes one.
    #[error("there is no user {0}: add one first")]
    NoSuchUser(SimUserId),
    /// There is no such group; `add_group` makes one.
    #[error("there is no group {0}: add one first")]
    NoSuchGroup(SimGroupId),
    /// There is no such message, or not any more: the world keeps the latest ones only.
    #[error("there is no message {0}: it was never said, or so long ago that it is forgotten")]
    NoSuchMessage(SimMessageId),
    /// Only members can do this.
    #[error("user {user} is not a member of group {group}: add the member first")]
    NotAMember {
        /// The user.
        user: SimUserId,
        /// The group.
        group: SimGroupId,
    },
    /// A topic has neither members nor topics of its own.
    #[error("{0} is a topic: name its group instead")]
    IsATopic(SimGroupId),
    /// A group is no topic; `add_topic` makes one.
    #[error("{0} is a group, not a topic of one")]
    NotATopic(SimGroupId),
    /// There is no such poll; `add_poll` makes one.
    #[error("there is no poll {0}: add one first")]
    NoSuchPoll(SimPollId),
    /// A poll that has ended takes no votes.
    #[error("poll {0} has ended")]
    PollEnded(SimPollId),
    /// A vote for what is not to be chosen, or for more than can be chosen.
    #[error("poll {0} has no such options, or not so many to choose")]
    NoSuchOption(SimPollId),
    /// A direct message needs two people.
    #[error("user {0} cannot write to themselves")]
    SelfMessage(SimUserId),
    /// Only people who take part in a conversation can do this.
    #[error("user {user} takes no part in the conversation of message {message}")]
    NotInConversation {
        /// The user.
        user: SimUserId,
        /// The message.
        message: SimMessageId,
    },
    /// A deleted message cannot change any more.
    #[error("message {0} is deleted")]
    Deleted(SimMessageId),
    /// Only one of the two whose conversation it is can write in it.
    #[error("user {0} takes no part in that conversation")]
    NotAParticipant(SimUserId),
    /// A client has sent a message of its own with this `source_guid` within a minute.
    #[error("a message with the source_guid {0:?} was sent within the last minute")]
    AlreadySent(String),
    /// Nobody can change what the system has said.
    #[error("message {0} is a notice of the system, which nobody can change")]
    SystemMessage(SimMessageId),
    /// The time in which a message can be edited or deleted is over.
    #[error("message {0} is too old for that: make the window longer")]
    TooLate(SimMessageId),
    /// A pinned message cannot be pinned once more.
    #[error("message {0} is pinned already")]
    Pinned(SimMessageId),
    /// Only a pinned message can be unpinned.
    #[error("message {0} is not pinned")]
    NotPinned(SimMessageId),
    /// Only the one who made a group can take down what others say in it.
    #[error("user {user} may not take down message {message}: only who made the group may")]
    NotTheOwner {
        /// The user.
        user: SimUserId,
        /// The message.
        message: SimMessageId,
    },
    /// A script asked for a message that none of its earlier beats has kept.
    #[error("no beat has kept a message called {0:?}: keep one before")]
    NotSaved(&'static str),
    /// The given text is not the JSON that was asked for.
    #[error("{what} must be {wanted}")]
    InvalidJson {
        /// What was given.
        what: &'static str,
        /// What is wanted.
        wanted: &'static str,
        /// Where it stops being that.
        source: Box<dyn core::error::Error + Send + Sync>,
    },
}
