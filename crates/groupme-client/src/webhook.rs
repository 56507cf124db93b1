//! Bots by callback: GroupMe posts each message of the bot's group to a URL of the program, and the
//! bot answers by its id. No token and no gateway is involved.
//!
//! [Register a bot](https://dev.groupme.com/bots) with a callback URL, and pass the body of each
//! request to [`Webhook::receive`]; any HTTP server will do. Answer the request first, with any
//! status 2xx, and then act: GroupMe does not repeat a callback that fails, and does not say for how
//! long it waits.
//!
//! ```
//! use groupme_client::webhook::Webhook;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bot = Webhook::new("the id of the bot", &Default::default())?;
//! let body = br#"{"id":"140000000003000000","group_id":"40001234","sender_id":"501",
//!     "sender_type":"user","name":"Rowan","text":"!weather","attachments":[]}"#;
//! let message = bot.receive(body)?.expect("a person wrote it");
//! assert_eq!(message.text.as_deref(), Some("!weather"));
//!
//! let own = br#"{"id":"140000000003000001","group_id":"40001234","sender_type":"bot","text":"12 C"}"#;
//! assert!(bot.receive(own)?.is_none(), "a post of the bot itself, or of another one");
//! # Ok(()) }
//! ```
//!
//! A callback carries no signature. Whoever knows the URL can post to it: make a part of the path a
//! secret, and compare it before calling [`Webhook::receive`].
//!
//! Callbacks are lost while the program is down, and reactions, edits and deletions never come. A
//! bot that must not miss anything listens to the gateway with a [`Client`](crate::Client).
//!
//! With the feature `tower`, `Webhook::service` is a `tower::Service` for axum and other servers.

#[cfg(feature = "tower")]
mod service;

use core::fmt;

use groupme_model::{BotId, Draft, Message, SenderType};
pub use groupme_rest::callback::{CallbackError, MAX_BODY, read};
use groupme_rest::{Client, Options, SetupError, endpoint::bots};

use crate::SendError;

#[cfg(feature = "tower")]
pub use service::{Callbacks, WebhookService};

/// Bot that is called back by GroupMe. Clones are cheap.
#[derive(Clone)]
pub struct Webhook {
    bot: BotId,
    rest: Client,
}

impl Webhook {
    /// Creates a bot with its id, which is a secret: whoever knows it can post as the bot.
    ///
    /// # Errors
    ///
    /// Same as [`groupme_rest::Client::new`].
    pub fn new(bot: impl Into<BotId>, options: &Options) -> Result<Self, SetupError> {
        let rest = Client::without_token(options)?;
        Ok(Self {
            bot: bot.into(),
            rest,
        })
    }

    /// Reads the body of a callback. Returns the message, if a person wrote it; `None` for the posts
    /// of this bot and of other bots, which could answer each other for ever, and for notices of
    /// GroupMe. [`read`] returns those, too.
    ///
    /// # Errors
    ///
    /// [`CallbackError`] if the body is not a message: it is not from GroupMe. No body takes more
    /// memory than 8 times its size and 8 MB.
    pub fn receive(&self, body: &[u8]) -> Result<Option<Message>, CallbackError> {
        let message = read(body)?;
        let is_person = !message.is_system() && message.sender_type != Some(SenderType::Bot);
        Ok(is_person.then_some(message))
    }

    /// Posts a message to the bot's group.
    ///
    /// # Errors
    ///
    /// [`SendError::Rest`] if GroupMe refuses the message, does not know the bot, or does not
    /// answer. A post has no id by which a repetition could be recognized, so it is repeated only
    /// where GroupMe certainly has not processed it.
    pub async fn post(&self, draft: impl Into<Draft>) -> Result<(), SendError> {
        let call = bots::post(self.bot.clone(), draft).map_err(groupme_rest::Error::from)?;
        Ok(self.rest.call(&call).await?)
    }
}

/// Does not show the bot's id, which is a secret.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}
