//! Bots and the callbacks to their programs.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::{
    Conversation, SimGroupId, SimMessageId, SimUserId, World, WorldError,
    message::{Message, Sender},
    messages::Draft,
    notice::{Notice, person},
};
use crate::random::HEX;

/// Bots by their secret ids, and callbacks to send.
#[derive(Debug, Default)]
pub(super) struct Bots {
    all: BTreeMap<String, Bot>,
    callbacks: VecDeque<Callback>,
}

#[derive(Debug)]
struct Bot {
    /// User id that the bot's messages show.
    user: SimUserId,
    owner: SimUserId,
    group: SimGroupId,
    name: String,
    avatar_url: Option<String>,
    callback_url: Option<String>,
    dm_notification: bool,
}

/// Bot to register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BotDraft {
    /// Name of the bot.
    pub name: String,
    /// URL of the bot's picture.
    pub avatar_url: Option<String>,
    /// URL to which the messages of the group are posted.
    pub callback_url: Option<String>,
    /// Value that the bot's row repeats; no direct message causes a callback here.
    pub dm_notification: bool,
}

impl BotDraft {
    /// Returns a bot with a name, and a URL for its callbacks.
    pub fn new(name: impl Into<String>, callback_url: Option<&str>) -> Self {
        Self {
            name: name.into(),
            callback_url: callback_url.map(str::to_owned),
            ..Self::default()
        }
    }
}

/// Callback to a bot: one HTTP POST of a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Callback {
    /// User id of the bot.
    pub bot: SimUserId,
    /// URL of the bot's program.
    pub url: String,
    /// Body, a JSON text.
    pub body: String,
}

impl Bots {
    pub(super) fn remove_group(&mut self, group: SimGroupId) {
        self.all.retain(|_, bot| bot.group != group);
    }

    pub(super) fn poll_callback(&mut self) -> Option<Callback> {
        self.callbacks.pop_front()
    }

    /// Queues the callbacks of a message or notice in a group.
    fn call(&mut self, group: SimGroupId, body: &Value) {
        for bot in self.all.values().filter(|bot| bot.group == group) {
            if let Some(url) = bot.callback_url.as_ref().filter(|url| !url.is_empty()) {
                self.callbacks.push_back(Callback {
                    bot: bot.user,
                    url: url.clone(),
                    body: body.to_string(),
                });
            }
        }
        // An embedder that sends no callbacks must not collect them for ever.
        while self.callbacks.len() > MAX_CALLBACKS {
            self.callbacks.pop_front();
        }
    }
}

impl World {
    /// Registers a bot of a member for a group, with a notice. Returns the bot's secret id.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::NotAMember`] or
    /// [`WorldError::IsATopic`].
    pub fn add_bot(
        &mut self,
        group: SimGroupId,
        owner: SimUserId,
        draft: BotDraft,
    ) -> Result<String, WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, owner)?;
        let id = self.random.word(HEX, 26);
        let highest = self.bots.all.values().map(|bot| bot.user).max();
        let user = SimUserId::new(highest.map_or(FIRST_BOT, |user| user.number() + 1));
        let notice = self.bot_notice("bot.add", "added", owner, &draft.name)?;
        let bot = Bot {
            user,
            owner,
            group,
            name: draft.name,
            avatar_url: draft.avatar_url,
            callback_url: draft.callback_url,
            dm_notification: draft.dm_notification,
        };
        self.post_notice(Conversation::Group(group), notice);
        self.bots.all.insert(id.clone(), bot);
        Ok(id)
    }

    /// Posts a message as a bot. Whoever knows the bot's id may.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchBot`].
    pub fn say_as_bot(&mut self, bot: &str, text: &str) -> Result<SimMessageId, WorldError> {
        self.post_as_bot(bot, Some(text.to_owned()), Vec::new())
    }

    pub(crate) fn post_as_bot(
        &mut self,
        bot: &str,
        text: Option<String>,
        attachments: Vec<Value>,
    ) -> Result<SimMessageId, WorldError> {
        let bot = self.bots.all.get(bot).ok_or(WorldError::NoSuchBot)?;
        let sender = Sender {
            name: bot.name.clone(),
            avatar_url: bot.avatar_url.clone(),
            kind: "bot",
        };
        let (group, user) = (bot.group, bot.user);
        let draft = Draft {
            text,
            attachments,
            ..Draft::default()
        };
        self.post_by(Conversation::Group(group), user, sender, draft)
    }

    /// Removes a bot of a user, with a notice.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchBot`], also for a bot of another user.
    pub fn remove_bot(&mut self, bot: &str, owner: SimUserId) -> Result<(), WorldError> {
        let known = self.bots.all.get(bot);
        known
            .filter(|known| known.owner == owner)
            .ok_or(WorldError::NoSuchBot)?;
        if let Some(gone) = self.bots.all.remove(bot) {
            let notice = self.bot_notice("bot.del", "removed", owner, &gone.name)?;
            self.post_notice(Conversation::Group(gone.group), notice);
        }
        Ok(())
    }

    /// Returns the next callback to send; `None` if none is left. At most 1,000 wait.
    pub fn poll_callback(&mut self) -> Option<Callback> {
        self.bots.poll_callback()
    }

    /// Returns the user id that a bot's messages show.
    pub fn user_of_bot(&self, bot: &str) -> Option<SimUserId> {
        self.bots.all.get(bot).map(|bot| bot.user)
    }

    pub(crate) fn bot_row(&self, id: &str) -> Option<Value> {
        let bot = self.bots.all.get(id)?;
        Some(json!({
            "bot_id": id,
            "group_id": bot.group.to_string(),
            "group_name": self.group_name(bot.group),
            "name": bot.name,
            "avatar_url": bot.avatar_url,
            "callback_url": bot.callback_url,
            "dm_notification": bot.dm_notification,
        }))
    }

    pub(crate) fn bot_rows(&self, owner: SimUserId) -> Vec<Value> {
        let bots = self.bots.all.iter().filter(|(_, bot)| bot.owner == owner);
        bots.filter_map(|(id, _)| self.bot_row(id)).collect()
    }

    /// Queues the callbacks for a message of a group.
    pub(super) fn call_bots(&mut self, message: &Message) {
        let Conversation::Group(group) = message.conversation else {
            return;
        };
        let body = json!({
            "attachments": message.attachments,
            "avatar_url": message.sender.avatar_url,
            "created_at": message.created_at,
            "group_id": group.to_string(),
            "id": message.id.to_string(),
            "name": message.sender.name,
            "sender_id": message.author.to_string(),
            "sender_type": message.sender.kind,
            "source_guid": message.source_guid,
            "system": false,
            "text": message.text,
            "user_id": message.author.to_string(),
        });
        self.bots.call(group, &body);
    }

    /// Queues the callbacks for a notice of the system.
    pub(super) fn call_bots_about(
        &mut self,
        group: SimGroupId,
        id: SimMessageId,
        guid: &str,
        text: &str,
    ) {
        let body = json!({
            "attachments": [],
            "avatar_url": null,
            "created_at": self.seconds(),
            "group_id": group.to_string(),
            "id": id.to_string(),
            "name": "GroupMe",
            "sender_id": "system",
            "sender_type": "system",
            "source_guid": guid,
            "system": true,
            "text": text,
            "user_id": "system",
        });
        self.bots.call(group, &body);
    }

    fn bot_notice(
        &self,
        kind: &str,
        verb: &str,
        owner: SimUserId,
        bot: &str,
    ) -> Result<Notice, WorldError> {
        let user = self.user(owner)?;
        Ok(Notice {
            text: format!("{} {verb} the {bot} bot", user.name),
            event: json!({
                "type": kind,
                "data": { "user": person(owner, user), "bot": bot },
            }),
        })
    }
}

/// User id of the first bot, far from those of people.
const FIRST_BOT: u64 = 800_000_001;
/// Maximum number of callbacks that wait.
const MAX_CALLBACKS: usize = 1_000;
