//! Polls.

use crate::macros::{model, open_enum};

model! {
    /// A poll, and how you voted.
    pub struct Poll as PollRef {
        /// The poll.
        data: body(PollData, PollDataRef),
        /// The answer that you chose, where one can be chosen.
        user_vote: id(PollOption),
        /// The answers that you chose.
        user_votes: ids(PollOption),
    }
}

model! {
    /// A poll.
    pub struct PollData as PollDataRef {
        /// The poll's id.
        id: key(Poll),
        /// Where it is: a group, or a direct conversation.
        conversation_id: id(Conversation),
        /// What is asked.
        subject: text,
        /// Who made it.
        owner_id: id(User),
        /// The answers.
        options: maybe_list(PollOption),
        /// How many of them can be chosen.
        kind: open(PollType, PollTypeRef) as "type",
        /// Whether it tells who chose what.
        visibility: open(PollVisibility, PollVisibilityRef),
        /// Whether it has ended.
        status: open(PollStatus, PollStatusRef),
        /// When it was made.
        created_at: seconds,
        /// When it ends.
        expiration: seconds,
        /// When it was last changed, also by a vote.
        last_modified: seconds,
    }
}

model! {
    /// An answer of a poll, and who chose it.
    pub struct PollOption as PollOptionRef {
        /// The answer's id.
        id: id(PollOption),
        /// The poll that it is of.
        poll_id: id(Poll),
        /// The answer.
        title: text,
        /// How many chose it; absent if nobody did.
        votes: integer,
        /// Who chose it; absent if nobody did, or if the poll is anonymous.
        voter_ids: ids(User),
    }
}

open_enum! {
    /// How many answers of a poll can be chosen.
    pub enum PollType as PollTypeRef {
        /// One.
        Single = "single",
        /// Any number.
        Multi = "multi",
    }
}

open_enum! {
    /// Whether a poll tells who chose what.
    pub enum PollVisibility as PollVisibilityRef {
        /// It does.
        Public = "public",
        /// It does not.
        Anonymous = "anonymous",
    }
}

open_enum! {
    /// Whether a poll has ended.
    pub enum PollStatus as PollStatusRef {
        /// It has not.
        Active = "active",
        /// It has.
        Past = "past",
    }
}
