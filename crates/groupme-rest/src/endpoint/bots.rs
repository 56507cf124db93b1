//! Bots: registered by a user, for one group each.

use groupme_model::{
    Bot, BotId, GroupId,
    outgoing::{Draft, DraftError},
};
use serde::Serialize;

use crate::{Call, Service, parse};

/// Settings of a new bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NewBot {
    /// Name of the bot.
    pub name: String,
    /// Group of the bot.
    pub group_id: GroupId,
    /// URL of the bot's picture at GroupMe's image service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// URL to which GroupMe posts the messages of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Whether GroupMe posts direct messages to the bot, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm_notification: Option<bool>,
}

impl NewBot {
    /// Returns the settings of a bot for a group.
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
        // Documented both bare and as the member `bot`.
        .parsed(&[], |content| {
            parse::one(content.map(|mut content| {
                content.value = content.value.get("bot").unwrap_or(content.value);
                content
            }))
        })
}

/// Lists your bots.
pub fn list() -> Call<Vec<Bot>> {
    Call::get(Service::V3, "bots").list(&["bots"])
}

/// Posts a message as a bot. The bot's id is the only credential: no token is sent, and a client
/// [without one](crate::Client::without_token) will do. These messages have no `source_guid`, so the
/// call is not idempotent.
///
/// # Errors
///
/// [`DraftError`] if GroupMe would refuse the message.
pub fn post(bot: impl Into<BotId>, draft: impl Into<Draft>) -> Result<Call<()>, DraftError> {
    let body = draft.into().for_bot(bot.into())?;
    Ok(Call::post(Service::V3, "bots/post").body(&body).public())
}

/// Deletes a bot.
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
