//! Users as notices name them, and the notices that say no more than who.

use crate::macros::model;

model! {
    /// A user as a notice names one.
    pub struct Person as PersonRef {
        /// The user; a number in most notices, `"system"` in some.
        id: id(User),
        /// The name the user had in the conversation.
        nickname: text,
    }
}

model! {
    /// Something that a user did, and no more is said.
    pub struct ByUser as ByUserRef {
        /// Who did it.
        user: object(Person, PersonRef),
    }
}

model! {
    /// Users were added to a group.
    pub struct MembersAdded as MembersAddedRef {
        /// Who was added.
        added_users: list(Person),
        /// Who added them.
        adder_user: object(Person, PersonRef),
    }
}

model! {
    /// A user left a group, or was removed.
    pub struct MemberRemoved as MemberRemovedRef {
        /// Who is no longer a member.
        removed_user: object(Person, PersonRef),
        /// Who removed them; absent if they left.
        remover_user: object(Person, PersonRef),
    }
}

model! {
    /// A user changed their name or their picture in a group.
    pub struct ProfileChange as ProfileChangeRef {
        /// The user, with the old name.
        user: object(Person, PersonRef),
        /// The new name.
        name: text,
        /// The new picture.
        avatar_url: text,
    }
}

model! {
    /// A bot was added, removed or renamed.
    pub struct BotChange as BotChangeRef {
        /// Who did it.
        user: object(Person, PersonRef),
        /// The bot's name.
        bot: text,
        /// The name the bot had.
        bot_name_old: text,
        /// The name the bot has now.
        bot_name_new: text,
    }
}
