//! Notices about polls.

use crate::macros::model;
use crate::poll::PollOption;

use super::{Person, PersonRef};

model! {
    /// A poll was made, is about to end, or has ended.
    pub struct PollNotice as PollNoticeRef {
        /// Who made it.
        user: object(Person, PersonRef),
        /// Where it is.
        conversation: object(InConversation, InConversationRef),
        /// The poll.
        poll: object(PolledQuestion, PolledQuestionRef),
        /// The result.
        options: maybe_list(PollOption),
    }
}

model! {
    /// The conversation that a notice is about.
    pub struct InConversation as InConversationRef {
        /// The conversation's id.
        id: id(Conversation),
    }
}

model! {
    /// The poll that a notice is about.
    pub struct PolledQuestion as PolledQuestionRef {
        /// The poll's id.
        id: id(Poll),
        /// What is asked.
        subject: text,
        /// When it ends.
        expiration: seconds,
    }
}
