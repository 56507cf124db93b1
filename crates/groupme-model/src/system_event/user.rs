//! Users in notices, and notices about users.

use crate::macros::model;

model! {
    /// User that a notice names.
    pub struct NoticeUser as NoticeUserRef {
        /// Id of the user: a number in most notices, `"system"` in some.
        id: id(User),
        /// Name of the user in the conversation.
        nickname: text,
    }
}

model! {
    /// Notice that names only the user who acted.
    pub struct UserNotice as UserNoticeRef {
        /// User who acted.
        user: object(NoticeUser, NoticeUserRef),
    }
}

model! {
    /// Users who were added to a group.
    pub struct MembersAdded as MembersAddedRef {
        /// Users who were added.
        added_users: list(NoticeUser),
        /// User who added them.
        adder_user: object(NoticeUser, NoticeUserRef),
    }
}

model! {
    /// User who left a group or was removed.
    pub struct MemberRemoved as MemberRemovedRef {
        /// User who is no longer a member.
        removed_user: object(NoticeUser, NoticeUserRef),
        /// User who removed the member; absent if the member left.
        remover_user: object(NoticeUser, NoticeUserRef),
    }
}

model! {
    /// User who changed their name or picture in a group.
    pub struct ProfileChange as ProfileChangeRef {
        /// User, with the old name.
        user: object(NoticeUser, NoticeUserRef),
        /// New name.
        name: text,
        /// URL of the new picture.
        avatar_url: text,
    }
}

model! {
    /// Bot that was added, removed or renamed.
    pub struct BotChange as BotChangeRef {
        /// User who made the change.
        user: object(NoticeUser, NoticeUserRef),
        /// Name of the bot.
        bot: text,
        /// Old name of the bot.
        bot_name_old: text,
        /// New name of the bot.
        bot_name_new: text,
    }
}
