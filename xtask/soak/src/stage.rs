//! The simulated GroupMe with its accounts, and what is said to them.

use core::time::Duration;

use anyhow::Context as _;
use groupme_sim::{Conversation, Sim, UserId, World, WorldError};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use crate::{random::Random, scale::Scale};

/// A simulated GroupMe, with accounts that programs listen to.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) sim: Sim,
    pub(crate) accounts: Vec<Account>,
    scale: Scale,
}

/// One account.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user: UserId,
    pub(crate) token: String,
    pub(crate) conversations: Vec<Chat>,
}

/// Where something is said, and by whom.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) place: Conversation,
    authors: Vec<UserId>,
}

/// A message that was said to an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) name: Name,
    /// GroupMe's number for it.
    pub(crate) id: u64,
    pub(crate) at: Instant,
}

/// Which message of an account it is: the conversation, and the number in it, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) conversation: usize,
    pub(crate) number: u32,
}

impl Name {
    /// Reads the text of a message to this account; `None` for what was said before the run.
    pub(crate) fn of(text: &str) -> Option<Self> {
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

impl Stage {
    /// Starts a server and settles the accounts.
    ///
    /// # Errors
    ///
    /// If no port can be opened.
    pub(crate) async fn open(scale: Scale) -> anyhow::Result<Self> {
        let sim = Sim::builder().pings(None).seed(scale.seed).start().await?;
        let accounts = sim
            .with(|world| {
                let accounts = 0..scale.accounts;
                accounts
                    .map(|number| settle(world, number))
                    .collect::<Result<_, _>>()
            })
            .context("the accounts cannot be settled")?;
        Ok(Self {
            sim,
            accounts,
            scale,
        })
    }

    /// Waits until so many programs listen to each account.
    ///
    /// # Errors
    ///
    /// If that takes too long.
    pub(crate) async fn until_heard_by(&self, programs: usize) -> anyhow::Result<()> {
        for account in &self.accounts {
            let channel = format!("/user/{}", account.user);
            let listening = self.sim.until_listeners(&channel, programs);
            let waited = timeout(PATIENCE, listening).await;
            waited.with_context(|| format!("not all programs listen to {channel}"))?;
        }
        Ok(())
    }

    /// Says everything, while connections break, the server is restarted and REST fails now and
    /// then. Later only REST does. The answer is what was said to each account.
    ///
    /// # Errors
    ///
    /// If the world will not have it.
    pub(crate) async fn storm(&self) -> anyhow::Result<Vec<Vec<Said>>> {
        self.sim.set_faults(self.scale.storm());
        let began = Instant::now();
        let restarts = async {
            for at in self.scale.restarts() {
                sleep_until(began + at).await;
                self.restart().await;
            }
        };
        let (said, ()) = tokio::join!(self.talk(), restarts);
        self.sim.set_faults(self.scale.drizzle());
        said
    }

    /// Restarts the server: it loses its sessions, and refuses everything for a while.
    async fn restart(&self) {
        self.open_doors(false);
        self.sim.restart();
        sleep(RESTART).await;
        self.open_doors(true);
    }

    fn open_doors(&self, open: bool) {
        self.sim.allow_sockets(open);
        self.sim.allow_polling(open);
        self.sim
            .change_rest(|rest| rest.outage = (!open).then_some(503));
    }

    async fn talk(&self) -> anyhow::Result<Vec<Vec<Said>>> {
        let mut random = Random::new(self.scale.seed, TALK);
        let mut said: Vec<Vec<Said>> = self.accounts.iter().map(|_| Vec::new()).collect();
        let mut clock = interval(self.scale.step());
        // What a busy machine was late with is said in a burst, so that the rate is kept.
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..self.scale.messages {
            for (account, said) in self.accounts.iter().zip(&mut said) {
                clock.tick().await;
                let conversation = random.index(account.conversations.len());
                let before = said
                    .iter()
                    .rfind(|said| said.name.conversation == conversation);
                let name = Name {
                    conversation,
                    number: before.map_or(0, |said| said.name.number) + 1,
                };
                let talk = &account.conversations[conversation];
                let author = talk.authors[random.index(talk.authors.len())];
                let at = Instant::now();
                let id = self
                    .sim
                    .with(|world| say(world, talk.place, author, &name.text()))?;
                said.push(Said { name, id, at });
            }
        }
        Ok(said)
    }
}

/// An account with three groups and two direct conversations, some of which have a past.
fn settle(world: &mut World, number: u32) -> Result<Account, WorldError> {
    let user = world.add_user(&format!("account {number}"));
    let friends = ["Ada", "Ben", "Cleo"].map(|name| world.add_user(name));
    let mut conversations = Vec::new();
    for group in 0..3 {
        let name = format!("group {group} of {number}");
        let group = world.add_group(&name, friends[0], &[user, friends[1], friends[2]])?;
        let mut authors = friends.to_vec();
        authors.push(user);
        conversations.push(Chat {
            place: group.into(),
            authors,
        });
    }
    for friend in &friends[..2] {
        world.open_chat(user, *friend)?;
        conversations.push(Chat {
            place: Conversation::direct(user, *friend),
            authors: vec![user, *friend],
        });
    }
    for Chat { place, authors } in conversations.iter().step_by(2) {
        world.add_history(*place, authors, 5, Duration::from_mins(1))?;
    }
    Ok(Account {
        user,
        token: world.token(user).unwrap_or_default().to_owned(),
        conversations,
    })
}

fn say(
    world: &mut World,
    place: Conversation,
    author: UserId,
    text: &str,
) -> Result<u64, WorldError> {
    let id = match place {
        Conversation::Group(group) => world.say(group, author, text)?,
        Conversation::Direct(one, other) => {
            let to = if author == one { other } else { one };
            world.direct_message(author, to, text)?
        }
    };
    Ok(id.number())
}

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a restart takes.
const RESTART: Duration = Duration::from_millis(500);
const TALK: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_text() {
        let name = Name {
            conversation: 3,
            number: 17,
        };
        assert_eq!(Name::of(&name.text()), Some(name));
        assert_eq!(Name::of("message 5"), None);
    }
}
