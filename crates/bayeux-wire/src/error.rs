//! Why bytes could not be decoded.

use simd_json::ErrorType;

/// The peer sent bytes that are not a Bayeux frame. Nothing of the frame's content is kept: it may
/// hold credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The frame has no bytes, or only white space.
    #[error("the peer sent an empty frame where a JSON document was due")]
    Empty,
    /// The frame is larger than [`Limits::max_frame`](crate::Limits::max_frame). It was not parsed.
    #[error("the peer sent a frame of {len} bytes, and {limit} is the limit (`Limits::max_frame`)")]
    TooLarge {
        /// The size of the frame in bytes.
        len: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Arrays and objects are nested deeper than [`Limits::max_depth`](crate::Limits::max_depth).
    #[error("the peer sent JSON nested deeper than {limit} levels (`Limits::max_depth`)")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// The bytes are not JSON (RFC 8259).
    #[error("the peer sent a frame that is not JSON: {what}{}", Near(*offset))]
    Syntax {
        /// The byte near which it shows, counted from the start of the frame, where it is known.
        offset: Option<usize>,
        /// What is wrong there.
        what: &'static str,
    },
    /// The bytes are JSON, but neither a message nor an array of messages.
    #[error("the peer sent {found} where a Bayeux message or an array of them was due")]
    NotBayeux {
        /// What stood in its place.
        found: &'static str,
    },
}

impl DecodeError {
    /// Translates the parser's error. `bytes` is the document as it was received.
    pub(crate) fn from_parser(error: &simd_json::Error, bytes: &[u8], max_depth: usize) -> Self {
        let (offset, what) = match error.error() {
            ErrorType::DepthLimitExceeded => return Self::TooDeep { limit: max_depth },
            ErrorType::Eof => return Self::Empty,
            ErrorType::InvalidUtf8 => (
                core::str::from_utf8(bytes)
                    .err()
                    .map(|error| error.valid_up_to()),
                "text that is not UTF-8",
            ),
            // The parser counts these from the start of the string, not of the document.
            ErrorType::InvalidEscape => (None, "a backslash before a character that takes none"),
            ErrorType::InvalidUnicodeCodepoint | ErrorType::InvalidUnicodeEscape => {
                (None, "a \\u without four hexadecimal digits")
            }
            ErrorType::InvalidNumber | ErrorType::ExpectedNumber => {
                (Some(error.index()), "a malformed or infinite number")
            }
            ErrorType::ExpectedTrue | ErrorType::ExpectedFalse | ErrorType::ExpectedNull => (
                Some(error.index()),
                "a word that is not true, false or null",
            ),
            ErrorType::ExpectedArrayContent => {
                (Some(error.index()), "something out of place in an array")
            }
            ErrorType::ExpectedObjectContent => {
                (Some(error.index()), "something out of place in an object")
            }
            ErrorType::ExpectedObjectKey => (Some(error.index()), "no key where one was due"),
            ErrorType::ExpectedObjectColon => (Some(error.index()), "no colon behind a key"),
            ErrorType::TrailingData => (Some(error.index()), "more text behind the document"),
            // The parser's first pass knows no place, its second only the last thing it saw.
            ErrorType::Syntax if error.character().is_none() => {
                (None, "an unclosed string or a control character inside one")
            }
            ErrorType::Syntax => (Some(bytes.len()), "an end in mid-document"),
            _ => (Some(error.index()), "something out of place"),
        };
        Self::Syntax { offset, what }
    }
}

/// Writes ` near byte 7` where there is a position.
struct Near(Option<usize>);

impl core::fmt::Display for Near {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(offset) => write!(f, " near byte {offset}"),
            None => Ok(()),
        }
    }
}
