//! Bots.

use crate::macros::model;

model! {
    /// A bot, as its owner has it.
    pub struct Bot as BotRef {
        /// The bot's id, which is also all it takes to write in its name: keep it to yourself.
        bot_id: key(Bot),
        /// The group that it is in.
        group_id: id(Group),
        /// What that is called.
        group_name: text,
        /// The bot's name.
        name: text,
        /// The bot's picture.
        avatar_url: text,
        /// Where GroupMe posts the group's messages.
        callback_url: text,
        /// Whether direct messages to the bot are posted too.
        dm_notification: flag,
        /// Whether it is in use.
        active: flag,
    }
}
