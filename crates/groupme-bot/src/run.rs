//! The loop of a bot.

use core::{
    fmt,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};
use std::sync::{Arc, Mutex, PoisonError};

use groupme_client::{
    Builder, Client, ClientEnd, ConversationId, Delivery, DeliveryExt as _, Draft, EventRef,
    Handle, Incoming, Scope, Status, UserId,
};
use groupme_model::SenderTypeRef;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

use crate::{
    ArgumentError, Arguments, Bot, Command, Context, Error, HandlerError,
    arguments::mention_at,
    bot::ErrorHandler,
    context::Turn,
    cooldown::Cooldowns,
    queue::{Job, Queue},
    signature::DraftsFuture,
    wait::Waiters,
};

/// Future of a running bot.
///
/// # Errors
///
/// [`Error::Start`] if the client cannot be started, [`Error::Ended`] if it ends by itself. A
/// shutdown by [`until`](Self::until) is no error.
#[must_use = "a bot does nothing unless awaited"]
pub struct Run(State);

enum State {
    /// Before the first poll.
    Ready(Box<Program>),
    Running(Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>),
    /// Between the two.
    Starting,
}

/// Bot with all that it needs to run.
struct Program {
    bot: Bot,
    client: Builder,
    shutdown: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Run {
    pub(crate) fn new(bot: Bot, client: Builder) -> Self {
        Self(State::Ready(Box::new(Program {
            bot,
            client,
            shutdown: Box::pin(core::future::pending()),
        })))
    }

    /// Shuts the bot down when a future is ready, such as `tokio::signal::ctrl_c()`. Handlers that
    /// run may end, for [`Bot::drain`] at most; handlers that wait for a message learn that none
    /// comes; then the client disconnects. Has no effect on a bot that runs already.
    pub fn until<F>(mut self, shutdown: F) -> Self
    where
        F: Future + Send + 'static,
    {
        if let State::Ready(program) = &mut self.0 {
            program.shutdown = Box::pin(async {
                shutdown.await;
            });
        }
        self
    }
}

impl Future for Run {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
        if matches!(self.0, State::Ready(_))
            && let State::Ready(program) = core::mem::replace(&mut self.0, State::Starting)
        {
            self.0 = State::Running(Box::pin(program.run()));
        }
        match &mut self.0 {
            State::Running(running) => running.as_mut().poll(context),
            State::Ready(_) | State::Starting => Poll::Ready(Err(Error::Stopped)),
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Run");
        if let State::Ready(program) = &self.0 {
            shown.field("bot", &program.bot);
        }
        shown.finish_non_exhaustive()
    }
}

impl Program {
    async fn run(self) -> Result<(), Error> {
        let mut shutdown = self.shutdown;
        let mut client = self.client.manual_ack();
        if self.bot.on_event.is_none() {
            // Messages come without any subscription.
            client = client.default_scope(Scope::Account);
        }
        let mut client = client.connect()?;
        let mut running = Running::new(self.bot, client.handle());
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                ended = running.queue.next_ended() => running.acknowledge(ended),
                Some(job) = running.releases.recv() => running.queue.release(job),
                incoming = client.next(), if !running.queue.is_full() => match incoming {
                    Some(Incoming::Event(delivery)) => running.take(delivery),
                    Some(Incoming::Status(status)) => {
                        (running.bot.on_status)(&status);
                        if let Status::Ended(end) = status {
                            running.drain().await;
                            return Err(Error::Ended(end));
                        }
                    }
                    Some(_) => {}
                    None => return Err(Error::Stopped),
                }
            }
        }
        running.drain().await;
        disconnect(&mut client, running.bot).await
    }
}

/// Disconnects and waits for the end. Events that come meanwhile stay unacknowledged.
async fn disconnect(client: &mut Client, mut bot: Bot) -> Result<(), Error> {
    client.handle().disconnect();
    while let Some(incoming) = client.next().await {
        let Incoming::Status(status) = incoming else {
            continue;
        };
        (bot.on_status)(&status);
        match status {
            Status::Ended(ClientEnd::Requested) => return Ok(()),
            Status::Ended(end) => return Err(Error::Ended(end)),
            _ => {}
        }
    }
    Err(Error::Stopped)
}

/// State of a running bot.
struct Running {
    bot: Bot,
    handle: Handle,
    queue: Queue,
    waiters: Arc<Waiters>,
    cooldowns: Arc<Mutex<Cooldowns>>,
    released: mpsc::UnboundedSender<u64>,
    releases: mpsc::UnboundedReceiver<u64>,
}

impl Running {
    fn new(bot: Bot, handle: Handle) -> Self {
        let (turns, releases) = mpsc::unbounded_channel();
        Self {
            bot,
            handle,
            queue: Queue::default(),
            waiters: Arc::default(),
            cooldowns: Arc::default(),
            released: turns,
            releases,
        }
    }

    /// Takes an event: offers it to handlers that wait, or begins the work on it.
    fn take(&mut self, delivery: Delivery) {
        let job = self.queue.next_job();
        let released = self.released.clone();
        let context = Context::new(
            delivery.clone(),
            self.handle.clone(),
            Arc::clone(&self.waiters),
            Turn { job, released },
        );
        let conversation = context
            .as_ref()
            .map(|context| context.conversation().clone());
        let message = context.filter(|context| self.is_answered(context));
        let work = match message {
            // The message is done: without the handler, which does not survive a crash, it would be
            // taken for a command.
            Some(context) if self.waiters.offer_to_first(&context) => None,
            Some(context) => self.answer(context),
            None => self.other(delivery.clone()),
        };
        match work {
            Some(work) => self.queue.push(job, conversation, delivery, work),
            None => self.acknowledge((delivery, false)),
        }
    }

    /// Returns whether a message is a new one of a person, in a conversation that the bot answers
    /// in.
    fn is_answered(&self, context: &Context) -> bool {
        let delivery = context.delivery();
        if !matches!(
            delivery.event(),
            EventRef::LineCreate(_) | EventRef::DirectMessageCreate(_)
        ) {
            return false;
        }
        let message = context.message();
        let is_person = !message.is_system()
            && !delivery.is_own()
            && context.sender() != self.handle.user()
            && !matches!(
                message.sender_type(),
                Some(SenderTypeRef::Bot | SenderTypeRef::System)
            );
        let is_here = if message.is_direct() {
            self.bot.answers_direct
        } else {
            let here = self.bot.conversations.as_ref();
            here.is_none_or(|here| here.contains(context.conversation()))
        };
        is_person && is_here && self.is_recent(delivery)
    }

    fn is_recent(&self, delivery: &Delivery) -> bool {
        if delivery.is_live() {
            return true;
        }
        let age = delivery.age();
        let is_recent = age.is_none_or(|age| age <= self.bot.max_age);
        if !is_recent {
            tracing::info!(?age, "a missed message is too old to be answered");
        }
        is_recent
    }

    /// Returns the work on a message: of its command, or of the handler of other messages. All that
    /// the program wrote runs in the work, so that a panic concerns this message only.
    fn answer(&self, context: Context) -> Option<Job> {
        let (on_error, prefix) = (Arc::clone(&self.bot.on_error), self.bot.prefix.clone());
        if let Some(call) = self.command(&context) {
            return Some(Box::pin(async move {
                if let Some(outcome) = call(context.clone()) {
                    respond(&context, outcome, &on_error, &prefix).await;
                }
            }));
        }
        let handler = Arc::clone(self.bot.on_message.as_ref()?);
        Some(Box::pin(async move {
            let outcome = handler(context.clone());
            respond(&context, outcome, &on_error, &prefix).await;
        }))
    }

    /// Looks for a command in a message, and returns the call of its handler. The call gives `None`
    /// during a cooldown.
    fn command(&self, context: &Context) -> Option<Call> {
        let line = self.line(context)?;
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (conversation, user) = (context.conversation(), context.sender());
        let commands = self.bot.commands.iter().enumerate();
        let mut commands = commands.filter(|(_, command)| command.is_for(conversation, user));
        let Some((index, command)) = commands.find(|(_, command)| command.is_named(name)) else {
            if !name.eq_ignore_ascii_case(HELP) {
                return None;
            }
            let about = Arguments::new(context.message(), rest).next_word();
            let help = self.help(conversation, user, about);
            return Some(Box::new(move |_| Some(text(&help))));
        };
        let (command, now) = (Arc::clone(command), Instant::now());
        let cooldown = command.own_cooldown().unwrap_or(self.bot.cooldown);
        let cooldowns = Arc::clone(&self.cooldowns);
        let prefix = self.bot.prefix.clone();
        // The arguments are the end of the text.
        let start = context.text().len().saturating_sub(rest.len());
        Some(Box::new(move |context| {
            let user = context.sender();
            let lock = || cooldowns.lock().unwrap_or_else(PoisonError::into_inner);
            if !lock().allows(index, user, now) {
                return None;
            }
            let rest = context.text().get(start..).unwrap_or_default();
            let mut arguments = Arguments::new(context.message(), rest);
            Some(match command.call(context.clone(), &mut arguments) {
                Ok(outcome) => {
                    lock().begin(index, user, now, cooldown);
                    outcome
                }
                // The usage names the argument, perhaps by a name of its own.
                Err(ArgumentError::Missing { .. }) => text(&format!(
                    "An argument is missing. Usage: {}",
                    command.usage(&prefix)
                )),
                Err(error) => text(&format!("{error}. Usage: {}", command.usage(&prefix))),
            })
        }))
    }

    /// Returns the text of a message after the prefix, or after a mention of the bot.
    fn line<'c>(&self, context: &'c Context) -> Option<&'c str> {
        let whole = context.text();
        let prefixed = whole.trim_start().strip_prefix(self.bot.prefix.as_str());
        let mentioned = || {
            let (user, name) = mention_at(context.message(), whole, 0)?;
            let is_bot = self.bot.answers_mentions && user == *self.handle.user();
            is_bot.then(|| whole.get(name.len()..))?
        };
        // After the prefix, a blank is no command: `! and` is a sentence.
        let prefixed = prefixed.filter(|line| line.starts_with(|c: char| !c.is_whitespace()));
        prefixed.or_else(|| {
            mentioned()
                .map(str::trim_start)
                .filter(|line| !line.is_empty())
        })
    }

    fn help(&self, conversation: &ConversationId, user: &UserId, name: Option<&str>) -> String {
        let exists = |command: &&Arc<Command>| command.is_for(conversation, user);
        let is_wanted = |command: &&Arc<Command>| name.is_none_or(|name| command.is_named(name));
        let commands = self.bot.commands.iter().filter(exists).filter(is_wanted);
        let lines: Vec<_> = commands
            .map(|command| command.help(&self.bot.prefix))
            .collect();
        match (lines.is_empty(), name) {
            (false, _) => lines.join("\n"),
            (true, Some(_)) => "There is no such command.".to_owned(),
            (true, None) => "There are no commands.".to_owned(),
        }
    }

    /// Returns the work on an event that is not answered.
    fn other(&self, delivery: Delivery) -> Option<Job> {
        let is_message = matches!(
            delivery.event(),
            EventRef::LineCreate(_) | EventRef::DirectMessageCreate(_)
        );
        let handler = Arc::clone(self.bot.on_event.as_ref()?);
        // An old message of a person, or one of another conversation, is no event of its own.
        if is_message && !self.is_from_elsewhere(&delivery) {
            return None;
        }
        let handle = self.handle.clone();
        Some(Box::pin(async move {
            if let Err(error) = handler(handle, delivery).await {
                tracing::warn!(error = chain(&*error), "the handler of events failed");
            }
        }))
    }

    /// Returns whether a message is of the bot's account, another bot or GroupMe itself.
    fn is_from_elsewhere(&self, delivery: &Delivery) -> bool {
        delivery.event().message().is_some_and(|message| {
            let is_service = matches!(
                message.sender_type(),
                Some(SenderTypeRef::Bot | SenderTypeRef::System)
            );
            let user = self.handle.user().as_view();
            message.is_system() || is_service || message.sender() == Some(user)
        })
    }

    /// Acknowledges an event whose work is done. The event of a handler that panicked is
    /// acknowledged too: after a restart, the handler would panic again.
    fn acknowledge(&self, (delivery, panicked): (Delivery, bool)) {
        if panicked {
            tracing::error!(event = ?delivery, "a handler panicked");
        }
        let saved = self.handle.acknowledge(&delivery);
        tokio::spawn(async move {
            if let Err(error) = saved.await {
                tracing::warn!(error = chain(&error), "an event was not acknowledged");
            }
        });
    }

    /// Lets running handlers end, for a limited time.
    async fn drain(&mut self) {
        self.queue.drop_waiting();
        self.waiters.end();
        let limit = self.bot.drain;
        let all = async {
            while !self.queue.is_idle() {
                let ended = self.queue.next_ended().await;
                self.acknowledge(ended);
            }
        };
        if timeout(limit, all).await.is_err() {
            tracing::warn!("handlers were still running after {limit:?} and are stopped");
            self.queue.stop().await;
        }
    }
}

/// Call of a command's handler.
type Call = Box<dyn FnOnce(Context) -> Option<DraftsFuture> + Send>;

/// Sends the answer of a handler, once: a message that comes again, because the program was killed
/// before it was acknowledged, gets no second one. The prefix tells two bots of an account apart.
async fn respond(context: &Context, outcome: DraftsFuture, on_error: &ErrorHandler, prefix: &str) {
    let drafts = match outcome.await {
        Ok(drafts) => drafts,
        Err(error) => {
            tracing::warn!(error = chain(&*error), "a handler failed");
            let text = on_error(context, &error).unwrap_or_default();
            Draft::split(&text)
        }
    };
    for (number, draft) in drafts.into_iter().enumerate() {
        let key = format!("{prefix}{number}");
        let sent = context.delivery().send_once(context.handle(), &key, draft);
        if let Err(error) = sent.await {
            tracing::warn!(error = chain(&error), "an answer was not sent");
            return;
        }
    }
}

/// Name of the command that is always there.
const HELP: &str = "help";

fn text(text: &str) -> DraftsFuture {
    let drafts = Draft::split(text);
    Box::pin(core::future::ready(Ok::<_, HandlerError>(drafts)))
}

/// Returns an error with its causes.
fn chain(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
