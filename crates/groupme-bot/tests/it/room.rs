//! A simulated GroupMe with a bot in it.

use core::time::Duration;

use groupme_bot::{Bot, Error};
use groupme_client::{Builder, Client, Token, UserId};
use groupme_sim::{MessageView, Sim, SimMessageId};
use tokio::{sync::oneshot, task::JoinHandle};

/// A running bot.
pub(crate) struct Room {
    pub(crate) sim: Sim,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), Error>>,
}

impl Room {
    /// Starts a simulator and a bot, and waits until the bot is subscribed.
    pub(crate) async fn with(bot: Bot) -> Self {
        let sim = sim().await;
        let client = client(&sim);
        Self::start(sim, bot, client).await
    }

    pub(crate) async fn start(sim: Sim, bot: Bot, client: Builder) -> Self {
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(bot.run(client).until(stopped));
        sim.until_listening().await.unwrap();
        Self { sim, stop, running }
    }

    /// Says something in the group and returns the bot's next message there.
    pub(crate) async fn ask(&self, text: &str) -> String {
        let asked = self.sim.say(text).unwrap();
        self.sim.until_reply(asked).await.unwrap()
    }

    /// Says something in the group as one of its members.
    pub(crate) fn say_as(&self, member: Member, text: &str) -> SimMessageId {
        let cast = *self.sim.cast();
        let author = match member {
            Member::Mara => cast.mara,
            Member::Jonas => cast.jonas,
            Member::Bot => cast.me,
        };
        self.sim
            .with_world(|world| world.say(cast.lake, author, text))
            .unwrap()
    }

    /// Waits until a message with this text is in the world.
    pub(crate) async fn wait_for(&self, text: &str) {
        let awaited = format!("the message {text:?}");
        let is_it = |message: MessageView<'_>| message.text() == Some(text);
        self.sim.until_message(&awaited, is_it).await.unwrap();
    }

    /// Returns the texts of the bot's messages in the group, oldest first.
    pub(crate) fn answers(&self) -> Vec<String> {
        let cast = *self.sim.cast();
        let mut texts: Vec<_> = self.sim.with_world(|world| {
            let messages = world.messages(cast.lake.into());
            let own = messages.filter(|message| message.author() == cast.me);
            own.filter_map(|message| message.text().map(str::to_owned))
                .collect()
        });
        texts.reverse();
        texts
    }

    /// Asks the bot to shut down. The returned future waits for its end.
    pub(crate) fn begin_to_stop(self) -> impl Future<Output = (Sim, Result<(), Error>)> {
        self.stop.send(()).unwrap();
        async { (self.sim, self.running.await.unwrap()) }
    }
}

/// Member of the group.
#[derive(Clone, Copy)]
pub(crate) enum Member {
    Mara,
    Jonas,
    Bot,
}

/// Starts a simulator whose waits take a busy machine into account.
pub(crate) async fn sim() -> Sim {
    let builder = Sim::builder().wait_timeout(Duration::from_secs(30));
    builder.start().await.unwrap()
}

/// Returns the client of a bot in a simulator.
pub(crate) fn client(sim: &Sim) -> Builder {
    let user = UserId::new(sim.user_id());
    Client::builder(Token::new(sim.token()).unwrap(), user)
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url())
}
