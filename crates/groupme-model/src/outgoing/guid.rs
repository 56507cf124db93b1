//! Ids of messages that the sender chooses.

use core::fmt::{self, Write as _};

/// Id of a message that the sender chooses.
///
/// GroupMe recognises a repeated attempt to send by this id for about a minute, and the echo of a
/// sent message carries it. GroupMe accepts any text ([`new`](Self::new)); its own clients send random UUIDs
/// (version 4, RFC 9562; [`from_random`](Self::from_random)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceGuid(Box<str>);

impl SourceGuid {
    /// Creates an id from any text, such as one that a program derives from what it announces:
    /// `birthday-2026-501`. The same text within about a minute is the same message.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }

    /// Creates a UUID from sixteen random bytes, of which version and variant overwrite six bits.
    /// The same bytes give the same UUID.
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

    /// Returns the id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Restores an id that was saved for another attempt.
impl From<String> for SourceGuid {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// Restores an id that was saved for another attempt.
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
