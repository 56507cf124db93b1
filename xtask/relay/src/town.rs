//! The simulated GroupMe: accounts, groups, and people who write to them.

use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use std::collections::BTreeSet;

use anyhow::Context as _;
use groupme_client::Token;
use groupme_relay::AccountName;
use groupme_sim::{Conversation, Sim, SimGroupId, SimUserId};
use tokio::time::{MissedTickBehavior, interval};

/// Accounts and groups of a simulated GroupMe.
pub(crate) struct Town {
    sim: Sim,
    accounts: Vec<(AccountName, Token)>,
    users: Vec<SimUserId>,
    groups: Vec<SimGroupId>,
    friend: SimUserId,
    seed: u64,
    said: AtomicU32,
}

impl Town {
    /// Starts a simulator with accounts, each a member of four groups or of all.
    pub(crate) async fn start(accounts: u32, seed: u64) -> anyhow::Result<Self> {
        let sim = Sim::start().await?;
        let friend = sim.with_world(|world| world.add_user("a friend"));
        let mut users = Vec::new();
        let mut names = Vec::new();
        for number in 0..accounts {
            let (user, token) = sim.with_world(|world| {
                let user = world.add_user(&format!("account {number}"));
                (user, world.token(user).unwrap_or_default().to_owned())
            });
            users.push(user);
            names.push((
                AccountName::new("t", &user.to_string())?,
                Token::new(&token)?,
            ));
        }
        // One group for each account: with those of the next three.
        let groups = (0..users.len()).map(|first| {
            let members: BTreeSet<_> = (first..first + 4).map(|at| at % users.len()).collect();
            let members: Vec<_> = members.into_iter().map(|at| users[at]).collect();
            sim.with_world(|world| world.add_group(&format!("group {first}"), friend, &members))
        });
        let groups = groups.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            sim,
            accounts: names,
            users,
            groups,
            friend,
            seed,
            said: AtomicU32::new(0),
        })
    }

    pub(crate) fn accounts(&self) -> &[(AccountName, Token)] {
        &self.accounts
    }

    pub(crate) fn groups(&self) -> usize {
        self.groups.len()
    }

    pub(crate) fn gateway_url(&self) -> String {
        self.sim.gateway_url()
    }

    pub(crate) fn api_url(&self) -> String {
        self.sim.root_url()
    }

    pub(crate) fn restart_gateway(&self) {
        self.sim.restart();
    }

    /// Returns the number of messages so far.
    pub(crate) fn said(&self) -> u32 {
        self.said.load(Ordering::Relaxed)
    }

    /// Writes messages at a rate for a time, and a last one to each group.
    pub(crate) async fn write(&self, rate: u32, time: Duration) -> anyhow::Result<()> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut ticks = interval(Duration::from_secs(1) / rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let messages = u64::from(rate) * time.as_secs();
        for _ in 0..messages {
            ticks.tick().await;
            self.say(self.groups[random.usize(..self.groups.len())])?;
        }
        for group in &self.groups {
            self.say(*group)?;
        }
        Ok(())
    }

    /// Returns an account, and the id of a group that the account is in.
    pub(crate) fn member(&self, number: usize) -> (AccountName, String) {
        let index = number % self.accounts.len();
        (
            self.accounts[index].0.clone(),
            self.groups[index].to_string(),
        )
    }

    /// Returns how often a text was said in a group.
    pub(crate) fn times_said(&self, group: &str, text: &str) -> anyhow::Result<usize> {
        let mut groups = self.groups.iter();
        let group = groups.find(|known| known.to_string() == group);
        let group = *group.context("a group")?;
        Ok(self.sim.with_world(|world| {
            let messages = world.messages(Conversation::Group(group));
            messages
                .filter(|message| message.text() == Some(text))
                .count()
        }))
    }

    fn say(&self, group: SimGroupId) -> anyhow::Result<()> {
        let number = self.said.fetch_add(1, Ordering::Relaxed) + 1;
        let text = number.to_string();
        self.sim
            .with_world(|world| world.say(group, self.friend, &text))?;
        Ok(())
    }

    /// Returns the texts of each group of an account, in order, with the group's id.
    pub(crate) fn said_to(&self, index: usize) -> anyhow::Result<Vec<(String, Vec<String>)>> {
        let user = *self.users.get(index).context("an account")?;
        Ok(self.sim.with_world(|world| {
            let groups: Vec<_> = world.groups_of(user).collect();
            let texts = |group: SimGroupId| {
                let messages = world.messages(Conversation::Group(group));
                messages
                    .filter(|message| message.author() == self.friend)
                    .filter_map(|message| message.text().map(str::to_owned))
                    .filter(|text| text.parse::<u32>().is_ok())
                    .collect()
            };
            groups
                .into_iter()
                .map(|group| (group.to_string(), texts(group)))
                .collect()
        }))
    }
}
