//! A bot: its commands and its settings.

use core::{fmt, pin::Pin, time::Duration};
use std::{collections::BTreeSet, sync::Arc};

use groupme_client::{Builder, ConversationId, Delivery, Handle, Status};

use crate::{
    Command, Context, Handler, HandlerError, IntoDrafts, run::Run, signature::DraftsFuture,
};

/// A bot: commands, other handlers, and the rules that all of them follow.
///
/// A bot answers new messages of people. Messages of its own account, of other bots and of GroupMe
/// itself are ignored, and so are messages that are old when they arrive; see
/// [`max_age`](Self::max_age). Handlers run concurrently, those of one conversation one after the
/// other in the order of the messages. An event is acknowledged after its handler has ended: with a
/// [`Store`](groupme_client::Store) on disk, an event whose handler did not end comes again after a
/// crash or a shutdown, so a handler may run twice for one message. A message that comes again later
/// than [`max_age`](Self::max_age) is not answered, and that is logged.
#[must_use = "a bot does nothing before `run`"]
pub struct Bot {
    pub(crate) prefix: String,
    pub(crate) answers_mentions: bool,
    pub(crate) commands: Vec<Arc<Command>>,
    pub(crate) conversations: Option<BTreeSet<ConversationId>>,
    pub(crate) answers_direct: bool,
    pub(crate) cooldown: Duration,
    pub(crate) max_age: Duration,
    pub(crate) drain: Duration,
    pub(crate) on_message: Option<MessageHandler>,
    pub(crate) on_event: Option<EventHandler>,
    pub(crate) on_error: ErrorHandler,
    pub(crate) on_status: StatusHandler,
}

pub(crate) type MessageHandler = Arc<dyn Fn(Context) -> DraftsFuture + Send + Sync>;
pub(crate) type EventHandler = Arc<dyn Fn(Handle, Delivery) -> EventOutcome + Send + Sync>;
pub(crate) type EventOutcome = Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send>>;
pub(crate) type ErrorHandler = Arc<dyn Fn(&Context, &HandlerError) -> Option<String> + Send + Sync>;
pub(crate) type StatusHandler = Box<dyn FnMut(&Status) + Send>;

impl Bot {
    /// Creates a bot whose commands begin with `prefix`, such as `!`. With an empty prefix, the
    /// first word of every message can be a command.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            answers_mentions: true,
            commands: Vec::new(),
            conversations: None,
            answers_direct: true,
            cooldown: Duration::ZERO,
            max_age: MAX_AGE,
            drain: DRAIN,
            on_message: None,
            on_event: None,
            on_error: Arc::new(|_, _| Some("That did not work.".to_owned())),
            // The client logs them.
            on_status: Box::new(|_| {}),
        }
    }

    /// Adds a command; see [`Command::new`] for the parameters.
    ///
    /// ```
    /// use groupme_bot::{Bot, Context, Rest};
    ///
    /// let bot = Bot::new("!")
    ///     .command("echo", "repeats the text", async |_: Context, text: Rest| text.0)
    ///     .command("add", "adds numbers", async |_: Context, numbers: Vec<i64>| {
    ///         numbers.iter().sum::<i64>().to_string()
    ///     });
    /// ```
    ///
    /// A handler is called many times, so one with state clones an `Arc` for each call:
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    ///
    /// use groupme_bot::{Bot, Context};
    ///
    /// let count = Arc::new(AtomicU64::new(0));
    /// let bot = Bot::new("!").command("count", "counts its calls", move |_: Context| {
    ///     let count = Arc::clone(&count);
    ///     async move { (count.fetch_add(1, Ordering::Relaxed) + 1).to_string() }
    /// });
    /// ```
    pub fn command<A>(
        self,
        name: &str,
        summary: impl Into<String>,
        handler: impl Handler<A>,
    ) -> Self {
        self.with_command(Command::new(name, summary, handler))
    }

    /// Adds a command with settings of its own. Of two commands with one name that exist for a
    /// user, the one added first answers.
    pub fn with_command(mut self, command: Command) -> Self {
        self.commands.push(Arc::new(command));
        self
    }

    /// Sets whether a mention of the bot at the start of a message stands for the prefix. Default:
    /// true.
    pub fn mentions(mut self, answer: bool) -> Self {
        self.answers_mentions = answer;
        self
    }

    /// Restricts the bot to these groups and topics. Direct messages are another setting,
    /// [`direct_messages`](Self::direct_messages). Default: all.
    pub fn only_in<C: Into<ConversationId>>(
        mut self,
        conversations: impl IntoIterator<Item = C>,
    ) -> Self {
        self.conversations = Some(conversations.into_iter().map(Into::into).collect());
        self
    }

    /// Sets whether the bot answers direct messages. Default: true.
    pub fn direct_messages(mut self, answer: bool) -> Self {
        self.answers_direct = answer;
        self
    }

    /// Sets the time for which each command ignores a user after each use. Default: none.
    pub fn cooldown(mut self, time: Duration) -> Self {
        self.cooldown = time;
        self
    }

    /// Sets the age up to which a message that was missed and fetched later is still answered: a
    /// bot that was away for an hour should not run an hour-old `!deploy`. Pushed messages are
    /// always answered. Default: one minute.
    ///
    /// The age is counted by the clock of the machine. Messages that are too old are logged.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets for how long a shutdown waits for handlers that run before it stops them. Default: ten
    /// seconds.
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }

    /// Sets the handler of messages that are no command.
    pub fn on_message<F, O, R>(mut self, handler: F) -> Self
    where
        F: Fn(Context) -> O + Send + Sync + 'static,
        O: Future<Output = R> + Send + 'static,
        R: IntoDrafts,
    {
        self.on_message = Some(Arc::new(move |context| {
            let answer = handler(context);
            Box::pin(async move { answer.await.into_drafts() })
        }));
        self
    }

    /// Sets the handler of all other events: notices, edits, deletions, reactions, and messages of
    /// the bot's own account and of other bots. Their age does not matter.
    pub fn on_event<F, O, E>(mut self, handler: F) -> Self
    where
        F: Fn(Handle, Delivery) -> O + Send + Sync + 'static,
        O: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<HandlerError>,
    {
        self.on_event = Some(Arc::new(move |handle, delivery| {
            let work = handler(handle, delivery);
            Box::pin(async move { work.await.map_err(Into::into) })
        }));
        self
    }

    /// Sets the text that answers a message whose handler failed; `None` answers nothing. The error
    /// is logged in any case. Default: a text without the error, which may contain secrets.
    pub fn on_error(
        mut self,
        handler: impl Fn(&Context, &HandlerError) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.on_error = Arc::new(handler);
        self
    }

    /// Sets the function that is called with each status of the client. Default: none; the client
    /// logs statuses in any case. A panic of the function ends the bot.
    pub fn on_status(mut self, handler: impl FnMut(&Status) + Send + 'static) -> Self {
        self.on_status = Box::new(handler);
        self
    }

    /// Runs the bot on the client that `client` builds, until the client ends or until
    /// [`Run::until`]. The returned value is a future.
    pub fn run(self, client: Builder) -> Run {
        Run::new(self, client)
    }
}

impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot")
            .field("prefix", &self.prefix)
            .field("commands", &self.commands)
            .finish_non_exhaustive()
    }
}

/// Default of [`Bot::max_age`].
const MAX_AGE: Duration = Duration::from_mins(1);
/// Default of [`Bot::drain`].
const DRAIN: Duration = Duration::from_secs(10);
