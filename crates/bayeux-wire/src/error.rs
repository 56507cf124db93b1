//! The error of decoding.

use crate::unreadable::Unreadable;

/// The peer sent bytes that are not a Bayeux frame. The error quotes no content of the frame, which
/// may hold credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The frame has no bytes, or only white space.
    #[error("the peer sent an empty frame instead of a JSON document")]
    Empty,
    /// The frame exceeds [`Limits::max_frame`](crate::Limits::max_frame). It was not parsed.
    #[error("the peer sent a frame of {len} bytes; the limit is {limit} (`Limits::max_frame`)")]
    TooLarge {
        /// Size of the frame, in bytes.
        len: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The frame has more keys and values than
    /// [`Limits::max_values`](crate::Limits::max_values).
    #[error("the peer sent a frame of more than {limit} values (`Limits::max_values`)")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// The frame has more objects than [`Limits::max_objects`](crate::Limits::max_objects).
    #[error("the peer sent a frame of more than {limit} objects (`Limits::max_objects`)")]
    TooManyObjects {
        /// The limit.
        limit: usize,
    },
    /// A value cannot be represented, in a frame that has to be forwarded whole: see
    /// [`ServerPayload`](crate::ServerPayload). Elsewhere such a value counts as `null`.
    #[error("the peer sent {why}")]
    Unreadable {
        /// Reason.
        why: Unreadable,
    },
    /// The bytes are not JSON (RFC 8259).
    #[error("the peer sent a frame that is not JSON: {what} at byte {offset}")]
    Syntax {
        /// Offset of the error from the start of the frame, in bytes.
        offset: usize,
        /// Description of the error.
        what: &'static str,
    },
    /// The bytes are JSON, but neither a message nor an array of messages.
    #[error("the peer sent {found} instead of a Bayeux message or an array of messages")]
    NotBayeux {
        /// Kind of the JSON value that was found instead.
        found: &'static str,
    },
}

impl DecodeError {
    /// Creates the error for `bytes` that are not UTF-8.
    #[cold]
    pub(crate) fn not_utf8(bytes: &[u8]) -> Self {
        let error = core::str::from_utf8(bytes).err();
        Self::Syntax {
            offset: error.map_or(0, |error| error.valid_up_to()),
            what: "text that is not UTF-8",
        }
    }
}
