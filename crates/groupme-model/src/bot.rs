//! Bots.

use crate::macros::model;

model! {
    /// Bot, as its owner sees it.
    pub struct Bot as BotRef {
        /// Id of the bot. It is also the only credential needed to post as the bot: keep it secret.
        bot_id: required_id(Bot),
        /// Group that the bot is in.
        group_id: id(Group),
        /// Name of the group.
        group_name: text,
        /// Name of the bot.
        name: text,
        /// URL of the bot's picture.
        avatar_url: text,
        /// URL to which GroupMe posts the group's messages.
        callback_url: text,
        /// Whether direct messages to the bot are posted as well.
        dm_notification: flag,
        /// Whether the bot is enabled.
        active: flag,
    }
}
