//! The sender's own ids of messages.

use core::fmt::{self, Write as _};

/// The sender's own id of a message, by which GroupMe knows a second attempt to send it for about
/// a minute, and by which its echo is found.
///
/// GroupMe takes any text. This is a random UUID (version 4, RFC 9562), as its own clients send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceGuid(Box<str>);

impl SourceGuid {
    /// A UUID of sixteen random bytes, of which six bits are set as version 4 has them. The same
    /// bytes give the same UUID.
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.into_iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            // Writing to a String does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text.into())
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An id that was kept to try again.
impl From<String> for SourceGuid {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// An id that was kept to try again.
impl From<&str> for SourceGuid {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<SourceGuid> for String {
    fn from(guid: SourceGuid) -> Self {
        guid.0.into()
    }
}

impl AsRef<str> for SourceGuid {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
