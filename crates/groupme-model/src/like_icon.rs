//! Icons of likes.

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
