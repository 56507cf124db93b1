//! Settings of an update.

use core::time::Duration;

use groupme_model::Timestamp;

/// Settings of [`Archive::update`](crate::Archive::update).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Number of archived messages, the newest, that are read again for changes. Default: 200, which
    /// are one or two requests for each conversation.
    pub recheck: u64,
    /// Whether pictures, videos, sounds and files are fetched. Default: true.
    pub media: bool,
    /// Maximum size of a picture, video, sound or file, in bytes. A larger one is noted, and asked for
    /// again after a week, or if the limit has grown. Default: 1 GiB.
    ///
    /// A medium of which less than 16 KiB a second arrive on average, after its first minute, is given up
    /// for the run, so that the limit is one of time, too.
    pub max_media_size: u64,
    /// Whether messages that were deleted after they had been archived keep their text and
    /// attachments. Default: false, so that they become what GroupMe shows of them.
    pub keep_deleted: bool,
    /// Time of the run, with which refused media are noted, and asked for again after a week. Default:
    /// none, and refused media are not asked for again.
    pub now: Option<Timestamp>,
    /// Time for which temporary failures in a row are waited for. Default: 10 minutes.
    ///
    /// A medium is given up for the run, too, if its answer does not begin, or go on, for this time (a second
    /// at least), and after a failure no attempt begins later than this. Where all media of a host have failed
    /// for longer, four at least, the others of that host are left to the next run.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recheck: 200,
            media: true,
            max_media_size: 1 << 30,
            keep_deleted: false,
            now: None,
            patience: Duration::from_mins(10),
        }
    }
}
