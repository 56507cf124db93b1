//! Icons of likes.

use core::fmt;

use crate::macros::model;

model! {
    /// Icon of a like: the default of a group, or the icon of a reaction to send.
    pub struct LikeIcon as LikeIconRef {
        /// Type of the icon: `emoji` for an emoji of a pack, `unicode` for a character.
        kind: text as "type",
        /// Pack of the emoji.
        pack_id: integer,
        /// Index of the emoji in its pack.
        pack_index: integer,
        /// Character.
        code: text,
    }
}

impl LikeIcon {
    /// Creates an icon from a character, such as `❤️` (with its variation selector, as GroupMe
    /// sends it).
    pub fn unicode(code: impl Into<String>) -> Self {
        Self {
            kind: Some("unicode".to_owned()),
            code: Some(code.into()),
            ..Self::default()
        }
    }

    /// Creates an icon from an emoji of one of GroupMe's packs.
    pub fn emoji(pack_id: i64, pack_index: i64) -> Self {
        Self {
            kind: Some("emoji".to_owned()),
            pack_id: Some(pack_id),
            pack_index: Some(pack_index),
            ..Self::default()
        }
    }
}

/// Writes the character, or an emoji of a pack as `emoji 1/34`: pack and index.
impl fmt::Display for LikeIcon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_icon(f, self.code.as_deref(), self.pack_id, self.pack_index)
    }
}

/// Writes the character, or an emoji of a pack as `emoji 1/34`: pack and index.
impl fmt::Display for LikeIconRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_icon(f, self.code(), self.pack_id(), self.pack_index())
    }
}

fn write_icon(
    f: &mut fmt::Formatter<'_>,
    code: Option<&str>,
    pack: Option<i64>,
    index: Option<i64>,
) -> fmt::Result {
    match (code, pack, index) {
        (Some(code), ..) => f.pad(code),
        (None, Some(pack), Some(index)) => f.pad(&format!("emoji {pack}/{index}")),
        _ => f.pad("unknown icon"),
    }
}

/// Creates an icon from a character; see [`LikeIcon::unicode`].
impl From<&str> for LikeIcon {
    fn from(code: &str) -> Self {
        Self::unicode(code)
    }
}

/// Creates an icon from a character; see [`LikeIcon::unicode`].
impl From<char> for LikeIcon {
    fn from(code: char) -> Self {
        Self::unicode(code)
    }
}

/// Creates an icon from a character; see [`LikeIcon::unicode`].
impl From<String> for LikeIcon {
    fn from(code: String) -> Self {
        Self::unicode(code)
    }
}
