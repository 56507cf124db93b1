//! Contents of answers: whether they can be the medium that was asked for. A proxy, or a service with a
//! fault, answers with status 200 and nothing, or with a page.

use super::Medium;

/// Medium that was asked for, to tell from it what came in its place.
///
/// ```
/// use groupme_archive::ExpectedMedium;
///
/// let page = b"<!DOCTYPE html>";
/// let reason = ExpectedMedium::Picture.mismatch(Some("image/png"), page, 15);
/// assert_eq!(reason, Some("the answer is a page or a text"));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ExpectedMedium<'a> {
    /// Picture, video or sound.
    Picture,
    /// File of any type, as its sender has described it.
    File {
        /// Name.
        name: Option<&'a str>,
        /// Media type.
        media_type: Option<&'a str>,
        /// Size, in bytes.
        size: Option<u64>,
    },
}

impl ExpectedMedium<'_> {
    /// Number of the first bytes of an answer by which its type is told.
    pub const HEAD: usize = 64;

    /// Returns the reason why an answer with status 200 cannot be the medium; `None` if it can. `media_type`
    /// is that of the answer, `head` has its first [`HEAD`](Self::HEAD) bytes, or all, and `received` is their
    /// whole number.
    pub fn mismatch(
        self,
        media_type: Option<&str>,
        head: &[u8],
        received: u64,
    ) -> Option<&'static str> {
        match self {
            Self::File { size, .. } if size == Some(received) => None,
            _ if received == 0 => Some("the answer is empty"),
            Self::Picture => is_text(media_type, head).then_some("the answer is a page or a text"),
            Self::File {
                name,
                media_type: sent_as,
                ..
            } => {
                let is_page = media_type.is_some_and(is_html) || is_page(head);
                let is_meant = sent_as.is_some_and(is_html)
                    || name
                        .and_then(|name| name.rsplit_once('.'))
                        .is_some_and(|(_, end)| is_markup(end));
                (is_page && !is_meant).then_some("the answer is a page, and the file is none")
            }
        }
    }
}

/// Returns whether an archive of an earlier version has an answer as a picture, video or sound that is
/// none.
pub(crate) fn is_doubtful(medium: &Medium) -> bool {
    let is_picture = medium.key.starts_with("url:");
    is_picture && (medium.bytes == 0 || medium.media_type.as_deref().is_some_and(is_text_type))
}

/// Returns whether an answer is text, and no picture, video or sound that a server has described as text.
fn is_text(media_type: Option<&str>, head: &[u8]) -> bool {
    let is_known = SIGNATURES.iter().any(|(at, signature)| {
        head.get(*at..)
            .is_some_and(|head| head.starts_with(signature))
    });
    let is_vector = media_type.is_some_and(|media_type| plain(media_type) == "image/svg+xml");
    if is_known || is_vector {
        return false;
    }
    media_type.is_some_and(is_text_type) || matches!(trimmed(head).first(), Some(b'<' | b'{'))
}

pub(crate) fn is_text_type(media_type: &str) -> bool {
    let plain = plain(media_type);
    plain.starts_with("text/")
        || is_html(&plain)
        || [
            "application/json",
            "application/xml",
            "application/problem+json",
        ]
        .contains(&&*plain)
}

fn is_html(media_type: &str) -> bool {
    ["text/html", "application/xhtml+xml"].contains(&&*plain(media_type))
}

/// Returns a media type without parameters.
fn plain(media_type: &str) -> String {
    let plain = media_type.split(';').next().unwrap_or_default();
    plain.trim().to_ascii_lowercase()
}

fn is_page(head: &[u8]) -> bool {
    let head = trimmed(head);
    [&b"<!doctype html"[..], b"<html"].iter().any(|start| {
        head.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    })
}

fn is_markup(extension: &str) -> bool {
    [
        "htm", "html", "xhtml", "shtml", "mht", "mhtml", "svg", "xml",
    ]
    .iter()
    .any(|known| extension.eq_ignore_ascii_case(known))
}

/// Returns the bytes after a mark of byte order and white space.
fn trimmed(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start()
}

/// First bytes of pictures, videos and sounds, and their offsets.
const SIGNATURES: &[(usize, &[u8])] = &[
    (0, b"\xff\xd8\xff"),
    (0, b"\x89PNG"),
    (0, b"GIF8"),
    (0, b"RIFF"),
    (0, b"BM"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"ID3"),
    (0, b"OggS"),
    (0, b"\x1a\x45\xdf\xa3"),
    (4, b"ftyp"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[test]
    fn a_page_or_nothing_is_no_picture() {
        let refused = |media_type, head: &[u8]| {
            let received = u64::try_from(head.len()).unwrap();
            ExpectedMedium::Picture
                .mismatch(media_type, head, received)
                .is_some()
        };
        for (media_type, head) in [
            (None, &b""[..]),
            (Some("image/png"), b""),
            (Some("text/html; charset=utf-8"), b"x"),
            (Some("image/png"), b"\xef\xbb\xbf\r\n <!DOCTYPE html>"),
            (Some("TEXT/PLAIN"), b"Not now"),
            (Some("application/json"), b"[]"),
            (None, b"{\"meta\":{\"code\":500}}"),
        ] {
            assert!(refused(media_type, head), "{media_type:?} {head:?}");
        }
        for (media_type, head) in [
            (Some("image/png"), PNG),
            (Some("text/plain"), PNG),
            (None, b"xxx"),
            (Some("application/octet-stream"), b"\0\0\0\x18ftypmp42"),
            (Some("image/svg+xml"), b"<svg/>"),
        ] {
            assert!(!refused(media_type, head), "{media_type:?} {head:?}");
        }
    }

    #[test]
    fn a_file_may_be_a_page_or_empty_if_it_was_sent_so() {
        let page = b"<!doctype html><p>";
        let refused = |name, size, head: &[u8]| {
            let expected = ExpectedMedium::File {
                name,
                media_type: None,
                size,
            };
            let received = u64::try_from(head.len()).unwrap();
            expected
                .mismatch(Some("text/html"), head, received)
                .is_some()
        };
        assert!(refused(Some("tides.pdf"), None, page));
        assert!(refused(Some("tides.pdf"), Some(5_000), page));
        assert!(refused(None, None, page) && refused(None, None, b""));
        assert!(!refused(Some("tides.HTML"), None, page));
        assert!(!refused(Some("tides"), Some(18), page));
        assert!(!refused(None, Some(0), b""));
    }
}
