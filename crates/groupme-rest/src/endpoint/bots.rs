//! Bots: registered by a user, speaking in one group.

use groupme_model::{
    Bot, BotId, GroupId,
    outgoing::{Draft, DraftError},
};
use serde::Serialize;

use crate::{Call, Service, reading};

/// A bot that is yet to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewBot {
    /// The bot's name.
    pub name: String,
    /// The group that it is for.
    pub group_id: GroupId,
    /// The bot's picture, which GroupMe's image service holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Where GroupMe shall post the group's messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Whether direct messages to the bot shall be posted too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm_notification: Option<bool>,
}

impl NewBot {
    /// A bot for a group.
    pub fn new(name: impl Into<String>, group: GroupId) -> Self {
        Self {
            name: name.into(),
            group_id: group,
            avatar_url: None,
            callback_url: None,
            dm_notification: None,
        }
    }
}

/// Registers a bot.
pub fn create(bot: &NewBot) -> Call<Bot> {
    Call::post(Service::V3, "bots")
        .body(&BotBody { bot })
        // Bare or as `bot`: both are documented.
        .reading(&[], |content| {
            reading::one(content.map(|mut content| match content.get_mut("bot") {
                Some(bot) => bot.take(),
                None => content,
            }))
        })
}

/// Lists your bots.
pub fn list() -> Call<Vec<Bot>> {
    Call::get(Service::V3, "bots").list(&["bots"])
}

/// Posts a message in the name of a bot. GroupMe knows no ids for these, so a post that may have
/// been heard is not repeated.
///
/// # Errors
///
/// [`DraftError`], if GroupMe would not take it.
pub fn post(bot: impl Into<BotId>, draft: impl Into<Draft>) -> Result<Call<()>, DraftError> {
    let body = draft.into().for_bot(bot.into())?;
    Ok(Call::post(Service::V3, "bots/post").body(&body))
}

/// Removes a bot.
pub fn destroy(bot: impl Into<BotId>) -> Call<()> {
    Call::post(Service::V3, "bots/destroy")
        .body(&Destroy { bot_id: bot.into() })
        .idempotent()
}

#[derive(Serialize)]
struct BotBody<'b> {
    bot: &'b NewBot,
}

#[derive(Serialize)]
struct Destroy {
    bot_id: BotId,
}
