//! Reactions to messages.

use crate::id::{UserId, UserIdRef};
use crate::macros::{model, tagged_union};
use crate::unknown::type_of;

tagged_union! {
    /// A reaction, with those who gave it.
    ///
    /// A list of reactions is always whole: the state after a change, never the change.
    pub enum Reaction as ReactionRef, tagged by type_of {
        /// A character.
        "unicode" => Unicode(UnicodeReaction, UnicodeReactionRef),
        /// A picture of one of GroupMe's packs.
        "emoji" => Emoji(EmojiReaction, EmojiReactionRef),
    }
}

model! {
    /// A reaction with a character.
    pub struct UnicodeReaction as UnicodeReactionRef, tagged "type" {
        /// The character, with its variation selector if it has one (`❤️` is two code points).
        code: text,
        /// Who gave it; absent where GroupMe does not tell.
        user_ids: ids(User),
        /// 0, in replies to a reaction.
        pack_id: integer,
        /// 0, in replies to a reaction.
        pack_index: integer,
    }
}

model! {
    /// A reaction with a picture of one of GroupMe's packs.
    pub struct EmojiReaction as EmojiReactionRef, tagged "type" {
        /// The pack.
        pack_id: integer,
        /// The picture in the pack.
        pack_index: integer,
        /// Who gave it; absent where GroupMe does not tell.
        user_ids: ids(User),
        /// Empty, if it is there at all.
        code: text,
    }
}

impl Reaction {
    /// Who gave it; empty if GroupMe does not tell.
    pub fn user_ids(&self) -> &[UserId] {
        let users = match self {
            Self::Unicode(reaction) => reaction.user_ids.as_deref(),
            Self::Emoji(reaction) => reaction.user_ids.as_deref(),
            Self::Unknown(_) => None,
        };
        users.unwrap_or_default()
    }
}

impl<'f> ReactionRef<'f> {
    /// Who gave it; nobody if GroupMe does not tell.
    pub fn user_ids(&self) -> impl Iterator<Item = UserIdRef<'f>> + use<'f> {
        let users = match self {
            Self::Unicode(reaction) => reaction.user_ids(),
            Self::Emoji(reaction) => reaction.user_ids(),
            Self::Unknown(_) => None,
        };
        users.into_iter().flatten()
    }
}
