//! Commands of a bot.

use core::{fmt, time::Duration};
use std::collections::BTreeSet;

use groupme_client::{ConversationId, UserId};

use crate::{
    ArgumentError, Arguments, Context, Handler,
    signature::{DraftsFuture, HandlerFuture},
};

/// Command of a bot: a name, a summary for the help text, and a function that answers.
pub struct Command {
    name: String,
    aliases: Vec<String>,
    usage: String,
    summary: String,
    cooldown: Option<Duration>,
    conversations: Option<BTreeSet<ConversationId>>,
    users: Option<BTreeSet<UserId>>,
    call: Box<Call>,
}

type Call =
    dyn Fn(Context, &mut Arguments<'_>) -> Result<HandlerFuture, ArgumentError> + Send + Sync;

impl Command {
    /// Creates a command. The name matches regardless of case.
    ///
    /// The help text is made from the name, the types of the arguments and the summary. Text after
    /// a blank in `name` replaces the names of the types: `"remind WHEN TEXT"`.
    pub fn new<A>(name: &str, summary: impl Into<String>, handler: impl Handler<A>) -> Self {
        fn placeholders<A, H: Handler<A>>(_: &H) -> Vec<String> {
            H::placeholders()
        }
        let (name, usage) = name.split_once(' ').unwrap_or((name, ""));
        let usage = match usage.trim() {
            "" => placeholders(&handler).join(" "),
            usage => usage.to_owned(),
        };
        Self {
            name: name.to_lowercase(),
            aliases: Vec::new(),
            usage,
            summary: summary.into(),
            cooldown: None,
            conversations: None,
            users: None,
            call: Box::new(move |context, arguments| handler.call(context, arguments)),
        }
    }

    /// Adds another name, which the help text does not show.
    #[must_use]
    pub fn alias(mut self, name: &str) -> Self {
        self.aliases.push(name.to_lowercase());
        self
    }

    /// Sets the time for which the command ignores a user after each use. Default:
    /// [`Bot::cooldown`](crate::Bot::cooldown).
    #[must_use]
    pub fn cooldown(mut self, time: Duration) -> Self {
        self.cooldown = Some(time);
        self
    }

    /// Restricts the command to these conversations. In others, the bot acts as if there were no such
    /// command.
    #[must_use]
    pub fn only_in<C: Into<ConversationId>>(
        mut self,
        conversations: impl IntoIterator<Item = C>,
    ) -> Self {
        self.conversations = Some(conversations.into_iter().map(Into::into).collect());
        self
    }

    /// Restricts the command to these users. For others, the bot acts as if there were no such command.
    #[must_use]
    pub fn only_by<U: Into<UserId>>(mut self, users: impl IntoIterator<Item = U>) -> Self {
        self.users = Some(users.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.name == name || self.aliases.contains(&name)
    }

    /// Returns whether the command exists for a user in a conversation.
    pub(crate) fn is_for(&self, conversation: &ConversationId, user: &UserId) -> bool {
        let here = self.conversations.as_ref();
        let you = self.users.as_ref();
        here.is_none_or(|here| here.contains(conversation))
            && you.is_none_or(|you| you.contains(user))
    }

    /// Returns the cooldown of this command; `None` if the bot's applies.
    pub(crate) fn own_cooldown(&self) -> Option<Duration> {
        self.cooldown
    }

    pub(crate) fn call(
        &self,
        context: Context,
        arguments: &mut Arguments<'_>,
    ) -> Result<DraftsFuture, ArgumentError> {
        (self.call)(context, arguments).map(|future| future.0)
    }

    /// Returns the command as a user writes it.
    pub(crate) fn usage(&self, prefix: &str) -> String {
        let text = format!("{prefix}{} {}", self.name, self.usage);
        text.trim_end().to_owned()
    }

    /// Returns the line of the help text.
    pub(crate) fn help(&self, prefix: &str) -> String {
        format!("{} \u{2013} {}", self.usage(prefix), self.summary)
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("name", &self.name)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}
