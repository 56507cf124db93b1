//! Reactions to messages.

use crate::id::{UserId, UserIdRef};
use crate::like_icon::LikeIcon;
use crate::macros::{model, tagged_union};
use crate::unknown::type_of;

tagged_union! {
    /// Reaction to a message, with the users who gave it.
    ///
    /// A list of reactions is the whole state after a change, never the change alone.
    pub enum Reaction as ReactionRef, tagged by type_of {
        /// Character.
        "unicode" => Unicode(UnicodeReaction, UnicodeReactionRef),
        /// Emoji of one of GroupMe's packs.
        "emoji" => Emoji(EmojiReaction, EmojiReactionRef),
    }
}

model! {
    /// Reaction with a character.
    pub struct UnicodeReaction as UnicodeReactionRef, tagged "type" {
        /// Character, with its variation selector if it has one (`❤️` has two code points).
        code: text,
        /// Users who gave the reaction; absent where GroupMe leaves them out.
        user_ids: ids(User),
        /// 0 in responses to a reaction, absent elsewhere.
        pack_id: integer,
        /// 0 in responses to a reaction, absent elsewhere.
        pack_index: integer,
    }
}

model! {
    /// Reaction with an emoji of one of GroupMe's packs.
    pub struct EmojiReaction as EmojiReactionRef, tagged "type" {
        /// Pack of the emoji.
        pack_id: integer,
        /// Index of the emoji in its pack.
        pack_index: integer,
        /// Users who gave the reaction; absent where GroupMe leaves them out.
        user_ids: ids(User),
        /// Empty text, or absent.
        code: text,
    }
}

impl Reaction {
    /// Returns the icon with which to give the same reaction; `None` for one of an unknown type.
    pub fn icon(&self) -> Option<LikeIcon> {
        match self {
            Self::Unicode(reaction) => reaction.code.as_deref().map(LikeIcon::unicode),
            Self::Emoji(reaction) => Some(LikeIcon::emoji(reaction.pack_id?, reaction.pack_index?)),
            Self::Unknown(_) => None,
        }
    }

    /// Returns the users who gave the reaction; empty where GroupMe leaves them out.
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
    /// Returns the icon with which to give the same reaction; `None` for one of an unknown type.
    pub fn icon(&self) -> Option<LikeIcon> {
        match self {
            Self::Unicode(reaction) => reaction.code().map(LikeIcon::unicode),
            Self::Emoji(reaction) => {
                Some(LikeIcon::emoji(reaction.pack_id()?, reaction.pack_index()?))
            }
            Self::Unknown(_) => None,
        }
    }

    /// Returns the users who gave the reaction; empty where GroupMe leaves them out.
    pub fn user_ids(&self) -> impl Iterator<Item = UserIdRef<'f>> + use<'f> {
        let users = match self {
            Self::Unicode(reaction) => reaction.user_ids(),
            Self::Emoji(reaction) => reaction.user_ids(),
            Self::Unknown(_) => None,
        };
        users.into_iter().flatten()
    }
}
