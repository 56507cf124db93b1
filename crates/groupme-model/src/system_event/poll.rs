//! Notices about polls.

use crate::macros::model;
use crate::poll::PollOption;

use super::{NoticeUser, NoticeUserRef};

model! {
    /// Poll that was created, is about to end, or has ended.
    pub struct PollNotice as PollNoticeRef {
        /// User who created the poll.
        user: object(NoticeUser, NoticeUserRef),
        /// Conversation of the poll.
        conversation: object(NoticeConversation, NoticeConversationRef),
        /// The poll.
        poll: object(NoticePoll, NoticePollRef),
        /// Result of the poll.
        options: optional_list(PollOption),
    }
}

model! {
    /// Conversation that a notice names.
    pub struct NoticeConversation as NoticeConversationRef {
        /// Id of the conversation.
        id: id(Conversation),
    }
}

model! {
    /// Poll that a notice names.
    pub struct NoticePoll as NoticePollRef {
        /// Id of the poll.
        id: id(Poll),
        /// Question of the poll.
        subject: text,
        /// End of the poll.
        expiration: seconds,
    }
}
