//! Polls.

use crate::macros::{model, open_enum};

model! {
    /// Poll with the current user's vote.
    pub struct Poll as PollRef {
        /// The poll.
        data: required_object(PollData, PollDataRef),
        /// Option that the current user chose, if the poll allows one.
        user_vote: id(PollOption),
        /// Options that the current user chose.
        user_votes: ids(PollOption),
    }
}

model! {
    /// Poll without the current user's vote.
    pub struct PollData as PollDataRef {
        /// Id of the poll.
        id: required_id(Poll),
        /// Group or direct conversation that the poll belongs to.
        conversation_id: id(Conversation),
        /// Question of the poll.
        subject: text,
        /// User who created the poll.
        owner_id: id(User),
        /// Options of the poll.
        options: optional_list(PollOption),
        /// Type of the poll: whether several options can be chosen.
        kind: open_enum(PollType, PollTypeRef) as "type",
        /// Visibility of the votes.
        visibility: open_enum(PollVisibility, PollVisibilityRef),
        /// Status of the poll.
        status: open_enum(PollStatus, PollStatusRef),
        /// Creation time.
        created_at: seconds,
        /// End of the poll.
        expiration: seconds,
        /// Time of the last change, including votes.
        last_modified: seconds,
    }
}

model! {
    /// Option of a poll, with its votes.
    pub struct PollOption as PollOptionRef {
        /// Id of the option: its number, from 1.
        id: id(PollOption),
        /// Poll of the option.
        poll_id: id(Poll),
        /// Text of the option.
        title: text,
        /// Number of votes; absent if there are none.
        votes: integer,
        /// Users who voted for the option; absent if there are none or the poll is anonymous.
        voter_ids: ids(User),
    }
}

open_enum! {
    /// Type of a poll: whether several options can be chosen.
    pub enum PollType as PollTypeRef {
        /// Single option.
        Single = "single",
        /// Any number of options.
        Multi = "multi",
    }
}

open_enum! {
    /// Visibility of a poll's votes.
    pub enum PollVisibility as PollVisibilityRef {
        /// Voters are visible.
        Public = "public",
        /// Voters are hidden.
        Anonymous = "anonymous",
    }
}

open_enum! {
    /// Status of a poll.
    pub enum PollStatus as PollStatusRef {
        /// Open for votes.
        Active = "active",
        /// Ended.
        Past = "past",
    }
}
