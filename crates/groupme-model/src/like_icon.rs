//! What a like looks like.

use crate::macros::model;

model! {
    /// What a like looks like: the picture that a group has for it, or the one of a reaction that
    /// is sent.
    pub struct LikeIcon as LikeIconRef {
        /// What sort it is: `emoji` for a picture of a pack, `unicode` for a character.
        kind: text as "type",
        /// The pack.
        pack_id: integer,
        /// The picture in the pack.
        pack_index: integer,
        /// The character.
        code: text,
    }
}

impl LikeIcon {
    /// A character, such as `❤️` (with its variation selector, as GroupMe writes it).
    pub fn unicode(code: impl Into<String>) -> Self {
        Self {
            kind: Some("unicode".to_owned()),
            code: Some(code.into()),
            ..Self::default()
        }
    }

    /// A picture of one of GroupMe's packs.
    pub fn emoji(pack_id: i64, pack_index: i64) -> Self {
        Self {
            kind: Some("emoji".to_owned()),
            pack_id: Some(pack_id),
            pack_index: Some(pack_index),
            ..Self::default()
        }
    }
}
