//! Progress of an update.

use core::time::Duration;

use crate::ConversationInfo;

/// Step of an update.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The update of a conversation begins.
    Started {
        /// Conversation.
        info: &'a ConversationInfo,
        /// Number of messages in the archive.
        archived: u64,
        /// Number of messages by GroupMe's count, if the list of conversations has told it.
        counted: Option<u64>,
    },
    /// A page of messages was archived.
    Messages {
        /// Number of messages in the archive now.
        archived: u64,
        /// Number of messages by GroupMe's count.
        counted: Option<u64>,
    },
    /// Archived messages are read again.
    Rechecking,
    /// Pictures, videos, sounds and files are fetched.
    Media {
        /// Number of media fetched or given up.
        done: u64,
        /// Number of media to fetch in this update.
        total: u64,
        /// Bytes fetched in this update.
        bytes: u64,
    },
    /// A request has failed temporarily and will be repeated.
    Waiting {
        /// Failure.
        error: &'a groupme_rest::Error,
        /// Time until the next attempt.
        wait: Duration,
    },
}
