//! The environment: a simulated GroupMe with its accounts, and the messages to them.

use core::time::Duration;

use anyhow::Context as _;
use groupme_sim::{Conversation, Sim, SimUserId, World, WorldError};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::load::Load;

/// A simulated GroupMe with accounts that programs listen to.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) sim: Sim,
    pub(crate) accounts: Vec<Account>,
    load: Load,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user: SimUserId,
    pub(crate) token: String,
    /// The conversations, with the authors in each.
    pub(crate) conversations: Vec<(Conversation, Vec<SimUserId>)>,
}

/// A message that was sent to an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentMessage {
    pub(crate) name: MessageName,
    pub(crate) id: u64,
    pub(crate) at: Instant,
}

/// Identity of a message within an account: the index of the conversation, and the position in it,
/// from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MessageName {
    pub(crate) conversation: usize,
    pub(crate) number: u32,
}

impl MessageName {
    /// Reads the text of a message; `None` if the message is older than the run.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (conversation, number) = text.strip_prefix("soak ")?.split_once('.')?;
        Some(Self {
            conversation: conversation.parse().ok()?,
            number: number.parse().ok()?,
        })
    }

    fn text(self) -> String {
        format!("soak {}.{}", self.conversation, self.number)
    }
}

impl Env {
    /// Starts a server and adds the accounts.
    ///
    /// # Errors
    ///
    /// If no port can be opened.
    pub(crate) async fn start(load: Load) -> anyhow::Result<Self> {
        let sim = Sim::builder()
            .ping_interval(None)
            .seed(load.seed)
            .wait_timeout(LISTEN_TIMEOUT)
            .start()
            .await?;
        let add = |world: &mut World| {
            let numbers = 0..load.accounts;
            numbers
                .map(|number| add_account(world, number))
                .collect::<Result<_, _>>()
        };
        let accounts = sim
            .with_world(add)
            .context("the accounts cannot be added")?;
        Ok(Self {
            sim,
            accounts,
            load,
        })
    }

    /// Waits until this number of programs listens to each account.
    ///
    /// # Errors
    ///
    /// If that takes too long.
    pub(crate) async fn until_listeners(&self, programs: usize) -> anyhow::Result<()> {
        for account in &self.accounts {
            let channel = format!("/user/{}", account.user);
            let listening = self.sim.until_subscribers(&channel, programs).await;
            listening.with_context(|| format!("not all programs listen to {channel}"))?;
        }
        Ok(())
    }

    /// Sends all messages while connections break, the server is restarted and REST fails now and
    /// then; afterwards only REST fails. Returns the messages to each account.
    ///
    /// # Errors
    ///
    /// If the simulated GroupMe refuses a message.
    pub(crate) async fn send_all(&self) -> anyhow::Result<Vec<Vec<SentMessage>>> {
        self.sim.set_faults(self.load.all_faults());
        let began = Instant::now();
        let restarts = async {
            for at in self.load.restarts() {
                sleep_until(began + at).await;
                self.accept(false);
                self.sim.restart();
                sleep(RESTART).await;
                self.accept(true);
            }
        };
        let (sent, ()) = tokio::join!(self.send_at_rate(), restarts);
        self.sim.set_faults(self.load.rest_faults());
        sent
    }

    /// Has the server accept requests, or refuse all.
    fn accept(&self, accepts: bool) {
        self.sim.allow_sockets(accepts);
        self.sim.allow_polling(accepts);
        self.sim
            .configure_rest(|rest| rest.outage = (!accepts).then_some(503));
    }

    async fn send_at_rate(&self) -> anyhow::Result<Vec<Vec<SentMessage>>> {
        let mut random = self.load.random(MESSAGES);
        let mut sent: Vec<Vec<SentMessage>> = self.accounts.iter().map(|_| Vec::new()).collect();
        let mut clock = interval(self.load.step());
        // Messages that a busy machine delays are sent in a burst, so that the rate is kept.
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..self.load.messages {
            for (account, sent) in self.accounts.iter().zip(&mut sent) {
                clock.tick().await;
                let conversation = random.usize(..account.conversations.len());
                let mut before = sent.iter().rev();
                let before = before.find(|sent| sent.name.conversation == conversation);
                let name = MessageName {
                    conversation,
                    number: before.map_or(0, |sent| sent.name.number) + 1,
                };
                let (conversation, authors) = &account.conversations[conversation];
                let author = authors[random.usize(..authors.len())];
                let at = Instant::now();
                let say = |world: &mut World| send(world, *conversation, author, &name.text());
                let id = self.sim.with_world(say)?;
                sent.push(SentMessage { name, id, at });
            }
        }
        Ok(sent)
    }
}

/// Adds an account with three groups and two direct conversations, some of which have a history.
fn add_account(world: &mut World, number: u32) -> Result<Account, WorldError> {
    let user = world.add_user(&format!("account {number}"));
    let friends = ["Ada", "Ben", "Cleo"].map(|name| world.add_user(name));
    let mut conversations = Vec::new();
    for group in 0..3 {
        let name = format!("group {group} of {number}");
        let group = world.add_group(&name, friends[0], &[user, friends[1], friends[2]])?;
        let authors = vec![friends[0], friends[1], friends[2], user];
        conversations.push((group.into(), authors));
    }
    for friend in &friends[..2] {
        world.open_chat(user, *friend)?;
        let conversation = Conversation::direct(user, *friend);
        conversations.push((conversation, vec![user, *friend]));
    }
    for (conversation, authors) in conversations.iter().step_by(2) {
        world.add_history(*conversation, authors, 5, Duration::from_mins(1))?;
    }
    Ok(Account {
        user,
        token: world.token(user).unwrap_or_default().to_owned(),
        conversations,
    })
}

fn send(
    world: &mut World,
    conversation: Conversation,
    author: SimUserId,
    text: &str,
) -> Result<u64, WorldError> {
    let id = match conversation {
        Conversation::Group(group) => world.say(group, author, text)?,
        Conversation::Direct(one, other) => {
            let to = if author == one { other } else { one };
            world.direct_message(author, to, text)?
        }
    };
    Ok(id.number())
}

/// Maximum time until a program listens.
const LISTEN_TIMEOUT: Duration = Duration::from_mins(1);
/// Duration of a restart.
const RESTART: Duration = Duration::from_millis(500);
const MESSAGES: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_recognized_by_its_text() {
        let name = MessageName {
            conversation: 3,
            number: 17,
        };
        assert_eq!(MessageName::parse(&name.text()), Some(name));
        assert_eq!(MessageName::parse("message 5"), None);
    }
}
