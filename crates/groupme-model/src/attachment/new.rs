//! Attachments to send.

use crate::id::{FileId, MessageId, UserId};

use super::{Attachment, Audio, CopilotCard, Emoji, File, Image, Location, Mentions, Reply, Video};

impl Image {
    /// An image that GroupMe's image service holds; it takes no other.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Some(url.into()),
            ..Self::default()
        }
    }
}

impl Video {
    /// A video that GroupMe's video service holds, and a still of it.
    pub fn new(url: impl Into<String>, preview_url: impl Into<String>) -> Self {
        Self {
            url: Some(url.into()),
            preview_url: Some(preview_url.into()),
            ..Self::default()
        }
    }
}

impl Audio {
    /// A sound that GroupMe's audio service holds, and how long it is.
    pub fn new(url: impl Into<String>, duration: f64) -> Self {
        Self {
            url: Some(url.into()),
            duration: Some(duration),
            ..Self::default()
        }
    }
}

impl File {
    /// A file that was uploaded to the conversation; it can be sent in no other.
    pub fn new(file_id: FileId) -> Self {
        Self {
            file_id: Some(file_id),
            ..Self::default()
        }
    }
}

impl Location {
    /// A place: its name, degrees north, degrees east.
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
    /// What stands in a text for a picture: U+FFFD.
    pub const PLACEHOLDER: &'static str = "\u{fffd}";

    /// Pictures by pack and place in it, one for each [`PLACEHOLDER`](Self::PLACEHOLDER) in the
    /// text.
    pub fn new(pictures: impl IntoIterator<Item = [i64; 2]>) -> Self {
        Self {
            placeholder: Some(Self::PLACEHOLDER.to_owned()),
            charmap: Some(pictures.into_iter().collect()),
            ..Self::default()
        }
    }
}

impl Reply {
    /// An answer to a message of an author. If that one is an answer itself, `root` is what it
    /// started from.
    pub fn new(answered: MessageId, root: Option<MessageId>, author: UserId) -> Self {
        Self {
            base_reply_id: Some(root.unwrap_or_else(|| answered.clone())),
            reply_id: Some(answered),
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
