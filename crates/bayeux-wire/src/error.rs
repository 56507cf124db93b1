//! Why bytes could not be decoded.

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
    #[error("the peer sent a frame that is not JSON: {what}, at byte {offset}")]
    Syntax {
        /// The byte where it shows, counted from the start of the frame.
        offset: usize,
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
    /// Where `bytes` stop being UTF-8.
    #[cold]
    pub(crate) fn not_utf8(bytes: &[u8]) -> Self {
        let error = core::str::from_utf8(bytes).err();
        Self::Syntax {
            offset: error.map_or(0, |error| error.valid_up_to()),
            what: "text that is not UTF-8",
        }
    }
}
