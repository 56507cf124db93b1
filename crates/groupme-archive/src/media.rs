//! Pictures, videos, sounds and files: which a message has, and which the archive has.

mod content;
mod index;

use groupme_model::{AttachmentRef, ConversationId, MessageRef};

pub use self::content::ExpectedMedium;
pub(crate) use self::content::is_text_type;
pub(crate) use self::index::{MediaIndex, MediaWriter, Medium};
use crate::layout::digest;

/// Part of a message to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// Picture, video or sound, by its URL.
    Url(String),
    /// File, by its id and the conversation in which it was sent.
    File(ConversationId, String),
}

impl Reference {
    /// Returns the key in the index of media.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Url(url) => format!("url:{url}"),
            Self::File(conversation, file) => file_key(conversation, file),
        }
    }

    /// Returns the host of the URL; empty for a file, as all files have one host.
    pub(crate) fn host(&self) -> &str {
        match self {
            Self::Url(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                rest.split(['/', '?', '#']).next().unwrap_or_default()
            }
            Self::File(..) => "",
        }
    }

    /// Returns the name of the file in the archive, by the name that the sender gave it and the media
    /// type of the answer.
    pub(crate) fn file_name(&self, sent_as: Option<&str>, media_type: Option<&str>) -> String {
        let digest = digest(&self.key());
        let of_url = match self {
            Self::Url(url) => extension_of_url(url),
            Self::File(..) => sent_as
                .and_then(|name| name.rsplit_once('.'))
                .map(|(_, end)| end),
        };
        let usable = of_url.filter(|end| is_extension(end));
        match usable.or_else(|| extension_of_type(media_type?)) {
            Some(extension) => format!("{digest}.{}", extension.to_ascii_lowercase()),
            None => digest,
        }
    }
}

/// Returns the key of a file in the index of media.
pub(crate) fn file_key(conversation: &ConversationId, file: &str) -> String {
    format!("file:{conversation}/{file}")
}

/// Calls `found` with each part of a message that can be fetched.
pub(crate) fn references(
    conversation: &ConversationId,
    message: &MessageRef<'_>,
    mut found: impl FnMut(Reference),
) {
    let mut urls = Vec::new();
    for part in message.attachments() {
        match part {
            AttachmentRef::Image(part) => urls.push(part.url()),
            AttachmentRef::Video(part) => urls.extend([part.url(), part.preview_url()]),
            AttachmentRef::Audio(part) => urls.push(part.url()),
            _ => {}
        }
    }
    // Messages of old have a picture beside their attachments.
    if urls.is_empty() {
        urls.push(message.picture_url());
    }
    for url in urls.into_iter().flatten().filter(|url| !url.is_empty()) {
        // Anything else is no address of a picture, whoever sent it.
        if url.starts_with("https://") || url.starts_with("http://") {
            found(Reference::Url(url.to_owned()));
        }
    }
    for part in message.attachments() {
        if let AttachmentRef::File(part) = part
            && let Some(file) = part.file_id()
        {
            found(Reference::File(
                conversation.clone(),
                file.as_str().to_owned(),
            ));
        }
    }
}

/// Returns the extension in the last part of a URL. `1024x768.jpeg.KEY`, and its sizes, have the
/// extension in the middle.
fn extension_of_url(url: &str) -> Option<&str> {
    let name = url.rsplit('/').next()?;
    let name = name.split(['?', '#']).next()?;
    name.split('.').skip(1).find(|word| is_extension(word))
}

/// Returns whether a word is an extension of a medium, and none that a browser runs as a page.
fn is_extension(word: &str) -> bool {
    EXTENSIONS
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// Extensions that files of an archive may have.
const EXTENSIONS: &[&str] = &[
    "7z", "aac", "avi", "bmp", "csv", "doc", "docx", "epub", "gif", "gz", "heic", "jpeg", "jpg",
    "key", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "numbers", "odp", "ods", "odt", "ogg",
    "pages", "pdf", "png", "ppt", "pptx", "rtf", "tar", "tiff", "txt", "wav", "webm", "webp",
    "xls", "xlsx", "zip",
];

fn extension_of_type(media_type: &str) -> Option<&'static str> {
    let plain = media_type.split(';').next()?.trim();
    Some(match plain {
        "image/jpeg" => "jpeg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "audio/mpeg" => "mp3",
        "audio/mp4" | "audio/x-m4a" => "m4a",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_medium_has_the_extension_by_which_programs_know_its_type() {
        let name =
            |url: &str, media_type| Reference::Url(url.to_owned()).file_name(None, media_type);
        let end = |name: String| name[40..].to_owned();
        let picture = "https://i.groupme.com/1024x768.jpeg.0a1b2c";
        assert_eq!(end(name(picture, None)), ".jpeg");
        assert_eq!(end(name("https://v.groupme.com/1/x/640.mp4", None)), ".mp4");
        assert_eq!(
            end(name("https://i.groupme.com/0a1b2c", Some("image/png"))),
            ".png"
        );
        assert_eq!(end(name("https://i.groupme.com/0a1b2c", None)), "");
        assert_ne!(
            name(picture, None),
            name("https://i.groupme.com/1024x768.jpeg.0a1b2d", None)
        );
    }

    #[test]
    fn a_file_is_never_named_as_a_page_that_a_browser_would_run() {
        let file = Reference::File("1".into(), "f-1".to_owned());
        for name in [
            "a.html", "a.HTM", "a.shtml", "a.svg", "a.xhtml", "a.xml", "a.mht", "a.part", "a",
            "a./../b",
        ] {
            let name = file.file_name(Some(name), None);
            assert_eq!(name.len(), 40, "{name}");
        }
        assert_eq!(&file.file_name(Some("Tides.PDF"), None)[40..], ".pdf");
    }
}
