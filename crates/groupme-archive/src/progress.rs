//! Progress of an update, as it is reported to the program.

use core::time::Duration;

use crate::About;

/// Step of an update.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The update of a conversation begins.
    Started {
        /// Conversation.
        about: &'a About,
        /// Number of messages in the archive.
        archived: u64,
        /// Number of messages by GroupMe's count, if the list of conversations has told it.
        counted: Option<u64>,
    },
    /// Messages were archived.
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
        /// Number of those that are done.
        done: u64,
        /// Number of those that were missing.
        of: u64,
        /// Bytes so far.
        bytes: u64,
    },
    /// A temporary failure is waited for.
    Waiting {
        /// Failure.
        error: &'a groupme_rest::Error,
        /// Time until the next attempt.
        wait: Duration,
    },
}
