//! A simulated GroupMe whose people write.

use std::collections::BTreeMap;

use groupme_client::{
    Token,
    sim::{Sim, SimGroupId, SimUserId},
};
use groupme_relay::AccountName;

/// Accounts and groups of a simulated GroupMe.
pub(super) struct Town {
    sim: Sim,
    friend: SimUserId,
    accounts: Vec<(AccountName, Token)>,
    /// Groups with the accounts that are members.
    groups: Vec<(SimGroupId, Vec<AccountName>)>,
    said: usize,
}

impl Town {
    /// Starts a simulator with accounts, of which each three are in a group.
    pub(super) async fn start(accounts: usize) -> anyhow::Result<Self> {
        let sim = Sim::start().await?;
        let friend = sim.with_world(|world| world.add_user("a friend"));
        let mut users = Vec::new();
        let mut named = Vec::new();
        for number in 0..accounts {
            let (user, token) = sim.with_world(|world| {
                let user = world.add_user(&format!("account {number}"));
                (user, world.token(user).unwrap_or_default().to_owned())
            });
            let account = AccountName::new("demo", &user.to_string())?;
            users.push(user);
            named.push((account, Token::new(&token)?));
        }
        let mut groups = Vec::new();
        for (users, named) in users.chunks(3).zip(named.chunks(3)) {
            let group = sim.with_world(|world| world.add_group("a group", friend, users))?;
            let members = named.iter().map(|(account, _)| account.clone());
            groups.push((group, members.collect()));
        }
        Ok(Self {
            sim,
            friend,
            accounts: named,
            groups,
            said: 0,
        })
    }

    pub(super) fn accounts(&self) -> &[(AccountName, Token)] {
        &self.accounts
    }

    /// Returns the options of a node that connects to this GroupMe.
    pub(super) fn options(&self) -> [String; 4] {
        [
            "--gateway-url".to_owned(),
            self.sim.gateway_url(),
            "--api-url".to_owned(),
            self.sim.root_url(),
        ]
    }

    /// Writes the next message, to the next group.
    pub(super) fn say(&mut self) -> anyhow::Result<()> {
        let (group, _) = &self.groups[self.said % self.groups.len()];
        self.said += 1;
        let text = self.said.to_string();
        self.sim
            .with_world(|world| world.say(*group, self.friend, &text))?;
        Ok(())
    }

    /// Returns the number of messages so far.
    pub(super) const fn said(&self) -> usize {
        self.said
    }

    /// Returns the numbers of the messages that each account has to receive.
    pub(super) fn expected(&self) -> BTreeMap<String, Vec<usize>> {
        let mut expected: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for number in 1..=self.said {
            let (_, members) = &self.groups[(number - 1) % self.groups.len()];
            for account in members {
                expected
                    .entry(account.to_string())
                    .or_default()
                    .push(number);
            }
        }
        expected
    }
}
