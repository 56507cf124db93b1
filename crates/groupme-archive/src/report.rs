//! Outcome of an update.

use crate::About;

/// Outcome of [`Archive::update`](crate::Archive::update) for one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Conversation, with the number of its messages now.
    pub about: About,
    /// Number of messages that this run added.
    pub added: u64,
    /// Number of archived messages that were edited, deleted or reacted to, and taken over.
    pub changed: u64,
    /// Number of messages that cannot be archived, for lack of an id.
    pub unreadable: u64,
    /// Pictures, videos, sounds and files.
    pub media: MediaReport,
}

impl Report {
    /// Returns the number of messages by which the archive is shorter than GroupMe's count. Messages
    /// that a notice names as deleted, and that left nothing, are not missing.
    ///
    /// GroupMe counts deleted and cleared messages, too. Those that left no notice, such as direct
    /// messages that were cleared, cannot be told from messages that GroupMe withholds.
    pub fn missing(&self) -> u64 {
        self.about.missing()
    }
}

/// Pictures, videos, sounds and files of one update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaReport {
    /// Number of media that this run saved.
    pub saved: u64,
    /// Size of the downloaded files, in bytes.
    pub bytes: u64,
    /// Number of media that GroupMe does not hand out, that are not GroupMe's, or that are larger than
    /// [`Settings::max_media_size`](crate::Settings::max_media_size): in this run and in earlier ones.
    pub refused: u64,
    /// Number of media that GroupMe failed to hand out, or handed out too slowly, or in whose place came
    /// nothing or a page. The next run tries again.
    pub failed: u64,
}
