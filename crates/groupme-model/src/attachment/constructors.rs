//! Constructors for attachments to send.

use crate::id::{FileId, MessageId, UserId};

use super::{Attachment, Audio, CopilotCard, Emoji, File, Image, Location, Mentions, Reply, Video};

impl Image {
    /// Creates an image attachment. GroupMe accepts only URLs of its own image service.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Some(url.into()),
            ..Self::default()
        }
    }
}

impl Video {
    /// Creates a video attachment, with the URL of a still image. Both are hosted by GroupMe's
    /// video service.
    pub fn new(url: impl Into<String>, preview_url: impl Into<String>) -> Self {
        Self {
            url: Some(url.into()),
            preview_url: Some(preview_url.into()),
            ..Self::default()
        }
    }
}

impl Audio {
    /// Creates a sound attachment with its duration. The recording is hosted by GroupMe's audio
    /// service.
    pub fn new(url: impl Into<String>, duration: f64) -> Self {
        Self {
            url: Some(url.into()),
            duration: Some(duration),
            ..Self::default()
        }
    }
}

impl File {
    /// Creates an attachment of a file that was uploaded to the same conversation; GroupMe does not
    /// share files across conversations.
    pub fn new(file_id: FileId) -> Self {
        Self {
            file_id: Some(file_id),
            ..Self::default()
        }
    }
}

impl Location {
    /// Creates a location attachment; latitude in degrees north, longitude in degrees east.
    pub fn new(name: impl Into<String>, lat: f64, lng: f64) -> Self {
        Self {
            name: Some(name.into()),
            lat: Some(lat),
            lng: Some(lng),
            ..Self::default()
        }
    }
}

impl Emoji {
    /// Text that stands for one emoji in a message: U+FFFD.
    pub const PLACEHOLDER: &'static str = "\u{fffd}";

    /// Creates an attachment of emoji, each given as pack and index in it, one for each
    /// [`PLACEHOLDER`](Self::PLACEHOLDER) in the text.
    pub fn new(pictures: impl IntoIterator<Item = [i64; 2]>) -> Self {
        Self {
            placeholder: Some(Self::PLACEHOLDER.to_owned()),
            charmap: Some(pictures.into_iter().collect()),
            ..Self::default()
        }
    }
}

impl Reply {
    /// Creates a reply to a message of `author`. If that message is a reply itself, `root` is the
    /// first message of its chain.
    pub fn new(replied_to: MessageId, root: Option<MessageId>, author: UserId) -> Self {
        Self {
            base_reply_id: Some(root.unwrap_or_else(|| replied_to.clone())),
            reply_id: Some(replied_to),
            user_id: Some(author),
            ..Self::default()
        }
    }
}

macro_rules! attachments_from {
    ($($Model:ident),* $(,)?) => { $(
        impl From<$Model> for Attachment {
            fn from(part: $Model) -> Self {
                Self::$Model(part)
            }
        }
    )* };
}

attachments_from!(
    Audio,
    CopilotCard,
    Emoji,
    File,
    Image,
    Location,
    Mentions,
    Reply,
    Video,
);
