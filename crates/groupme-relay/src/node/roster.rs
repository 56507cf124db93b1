//! Roster: the accounts of the relay, and those of them that this node runs.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{
    sync::watch,
    task::{Id, JoinSet},
};

use super::{
    Parts,
    holding::{self, Wish},
    members::Members,
};
use crate::{
    AccountName, AccountRecord, Admission, Broker, Source, Standing, Stop, figures, placement,
};

/// Accounts of the relay.
pub(super) struct Roster<B, S> {
    parts: Arc<Parts<B, S>>,
    admission: Admission,
    revision: u64,
    accounts: BTreeMap<AccountName, AccountRecord>,
    held: BTreeMap<AccountName, Held>,
    tasks: JoinSet<Stop>,
    names: BTreeMap<Id, AccountName>,
    /// Number of the last claim.
    claims: u64,
}

struct Held {
    standing: Standing,
    wish: watch::Sender<Wish>,
}

impl<B: Broker, S: Source> Roster<B, S> {
    pub(super) fn new(parts: Arc<Parts<B, S>>, admission: Admission) -> Self {
        Self {
            parts,
            admission,
            revision: 0,
            accounts: BTreeMap::new(),
            held: BTreeMap::new(),
            tasks: JoinSet::new(),
            names: BTreeMap::new(),
            claims: 0,
        }
    }

    /// Reads the changes of the list of accounts.
    pub(super) async fn refresh(&mut self) {
        match self.parts.broker.accounts(self.revision).await {
            Ok(changes) => {
                if changes.is_whole {
                    self.accounts.clear();
                }
                self.revision = changes.revision;
                for (account, record) in changes.changes {
                    match record {
                        Some(record) => self.accounts.insert(account, record),
                        None => self.accounts.remove(&account),
                    };
                }
            }
            Err(error) => {
                let error = crate::chain(&error);
                tracing::warn!(node = %self.parts.id, error, "the accounts are not listed");
            }
        }
    }

    /// Returns the number of accounts that run here.
    pub(super) fn running(&self) -> usize {
        self.tasks.len()
    }

    /// Starts the accounts that should run here, as far as the pace allows, and stops those that nobody
    /// wants. An account that should run elsewhere goes on until another node claims it.
    pub(super) fn place(&mut self, members: &Members) {
        let now = self.parts.now();
        self.stop_unwanted();
        let due: Vec<_> = self
            .accounts
            .iter()
            .filter(|(account, record)| {
                let may_start = self.held.get(*account).is_none_or(|held| {
                    held.standing.may_start(now)
                        || (!held.standing.is_running()
                            && held.standing.generation() != record.generation)
                });
                !record.is_paused && may_start && self.is_mine(account, members)
            })
            .map(|(account, record)| (account.clone(), record.clone()))
            .collect();
        for (account, record) in due {
            if self.admission.take(now).is_err() {
                break;
            }
            self.start(account, &record);
        }
        self.verify(members);
        figures::accounts(self.counts());
    }

    fn counts(&self) -> figures::Accounts {
        let mut counts = figures::Accounts::default();
        for record in self.accounts.values() {
            if record.is_paused {
                counts.paused += 1;
            } else {
                counts.wanted += 1;
            }
        }
        for held in self.held.values() {
            let count = match held.standing.reason() {
                _ if held.standing.is_running() => &mut counts.running,
                Some(Stop::Refused) => &mut counts.refused,
                Some(Stop::Turned) => &mut counts.turned,
                Some(Stop::Broken) => &mut counts.quarantined,
                _ => continue,
            };
            *count += 1;
        }
        counts
    }

    /// Asks the accounts that should run elsewhere to look whether another node has claimed them.
    pub(super) fn verify(&self, members: &Members) {
        for (account, held) in &self.held {
            if held.standing.is_running() && !self.is_mine(account, members) {
                held.wish.send_modify(|wish| wish.verify += 1);
            }
        }
    }

    fn is_mine(&self, account: &AccountName, members: &Members) -> bool {
        placement::owner(account, members.candidates()) == Some(&self.parts.id)
    }

    /// Stops all accounts.
    pub(super) fn stop_all(&self) {
        for held in self.held.values() {
            held.wish.send_modify(|wish| wish.stop = true);
        }
    }

    /// Waits until an account has stopped.
    pub(super) async fn stopped(&mut self) {
        let (id, stop) = match self.tasks.join_next_with_id().await {
            Some(Ok((id, stop))) => (id, stop),
            Some(Err(error)) => (error.id(), Stop::Broken),
            None => return core::future::pending().await,
        };
        let Some(account) = self.names.remove(&id) else {
            return;
        };
        tracing::info!(node = %self.parts.id, %account, reason = stop.name(), "the account stopped here");
        figures::stopped(stop);
        if let Some(held) = self.held.get_mut(&account) {
            held.standing.stop(self.parts.now(), stop);
        }
    }

    fn stop_unwanted(&mut self) {
        let accounts = &self.accounts;
        for (account, held) in &self.held {
            let is_wanted = accounts.get(account).is_some_and(|record| {
                !record.is_paused && record.generation == held.standing.generation()
            });
            if held.standing.is_running() && !is_wanted {
                held.wish.send_modify(|wish| wish.stop = true);
            }
        }
        self.held
            .retain(|account, held| held.standing.is_running() || accounts.contains_key(account));
    }

    fn start(&mut self, account: AccountName, record: &AccountRecord) {
        let now = self.parts.now();
        self.claims += 1;
        let (wish, wished) = watch::channel(Wish::default());
        let held = self.held.remove(&account);
        let mut standing = held
            .map(|held| held.standing)
            .filter(|standing| standing.generation() == record.generation)
            .unwrap_or(Standing::new(record.generation));
        standing.start(now);
        let task = holding::hold(
            Arc::clone(&self.parts),
            account.clone(),
            record.token.clone(),
            self.claims,
            wished,
        );
        let id = self.tasks.spawn(task).id();
        self.names.insert(id, account.clone());
        self.held.insert(account, Held { standing, wish });
    }
}
