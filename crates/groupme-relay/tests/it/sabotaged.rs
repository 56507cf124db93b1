//! Brokers that break a promise on which the relay rests: each has to be noticed by the storm.

use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use groupme_relay::{
    AccountChanges, AccountName, AccountRecord, Appended, Broker, BrokerError, Candidate, Entry,
    Last, MemoryBroker, NodeId, NodeRecord, Stored, Word,
};

/// Promise that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// None.
    Nothing,
    /// The expected sequence is ignored, as by servers before 2.12.
    NoComparison,
    /// A refused append counts as stored without a look at the log.
    NoLook,
    /// Repetitions are recognized by the name of the event, so that the same change again is dropped.
    IdsOfContent,
    /// The saved state is kept beside the log, and written before the event.
    StateElsewhere,
}

type Name = (AccountName, Box<str>);

#[derive(Clone)]
pub(crate) struct Sabotaged {
    inner: MemoryBroker,
    sabotage: Sabotage,
    /// Names of the events of each account that were stored.
    names: Arc<Mutex<BTreeSet<Name>>>,
    elsewhere: Arc<Mutex<BTreeMap<AccountName, Vec<Box<str>>>>>,
}

impl Sabotaged {
    pub(crate) fn new(inner: MemoryBroker, sabotage: Sabotage) -> Self {
        Self {
            inner,
            sabotage,
            names: Arc::default(),
            elsewhere: Arc::default(),
        }
    }

    pub(crate) fn connect(&self) -> Self {
        Self {
            inner: self.inner.connect(),
            ..self.clone()
        }
    }

    pub(crate) fn inner(&self) -> &MemoryBroker {
        &self.inner
    }
}

impl Broker for Sabotaged {
    fn connection(&self) -> u64 {
        self.inner.connection()
    }

    async fn append(&self, entry: &Entry, after: u64) -> Appended {
        match self.sabotage {
            Sabotage::NoComparison => {
                let after = match self.inner.last(&entry.account).await {
                    Last::Entry(last) => last.sequence,
                    Last::Empty => 0,
                    _ => return Appended::Unknown,
                };
                return self.inner.append(entry, after).await;
            }
            Sabotage::NoLook if !entry.is(Word::Claim) => {
                return match self.inner.append(entry, after).await {
                    Appended::Refused => Appended::At(after),
                    answer => answer,
                };
            }
            Sabotage::IdsOfContent => {
                if let Some(name) = &entry.content.event {
                    let name = (entry.account.clone(), name.clone());
                    if self.names.lock().unwrap().contains(&name) {
                        return Appended::At(after);
                    }
                    let answer = self.inner.append(entry, after).await;
                    if matches!(answer, Appended::At(_)) {
                        self.names.lock().unwrap().insert(name);
                    }
                    return answer;
                }
            }
            Sabotage::StateElsewhere => {
                if let Some(changes) = &entry.changes {
                    let mut elsewhere = self.elsewhere.lock().unwrap();
                    let of_account = elsewhere.entry(entry.account.clone()).or_default();
                    of_account.push(changes.clone());
                }
            }
            _ => {}
        }
        self.inner.append(entry, after).await
    }

    async fn last(&self, account: &AccountName) -> Last {
        self.inner.last(account).await
    }

    async fn snapshot(&self, account: &AccountName) -> Result<Option<Stored>, BrokerError> {
        self.inner.snapshot(account).await
    }

    async fn read(
        &self,
        account: &AccountName,
        after: u64,
        up_to: u64,
    ) -> Result<Vec<Stored>, BrokerError> {
        let mut entries = self.inner.read(account, after, up_to).await?;
        if self.sabotage == Sabotage::StateElsewhere {
            let elsewhere = self.elsewhere.lock().unwrap();
            let changes = elsewhere.get(account).into_iter().flatten();
            // All changes that were ever written, in the place of those of the log.
            let parts: Vec<_> = changes
                .map(|text| text.strip_prefix("1;").unwrap_or("k"))
                .collect();
            if let Some(last) = entries.last_mut()
                && !parts.is_empty()
            {
                last.changes = Some(absolute(&parts).into());
            }
        }
        Ok(entries)
    }

    async fn keep(&self, node: &NodeId, record: &NodeRecord) -> Result<(), BrokerError> {
        self.inner.keep(node, record).await
    }

    async fn leave(&self, node: &NodeId) -> Result<(), BrokerError> {
        self.inner.leave(node).await
    }

    async fn nodes(&self) -> Result<Vec<Candidate>, BrokerError> {
        self.inner.nodes().await
    }

    async fn accounts(&self, since: u64) -> Result<AccountChanges, BrokerError> {
        self.inner.accounts(since).await
    }

    async fn set_account(
        &self,
        account: &AccountName,
        record: Option<&AccountRecord>,
    ) -> Result<(), BrokerError> {
        self.inner.set_account(account, record).await
    }

    fn lease(&self) -> Duration {
        self.inner.lease()
    }
}

/// Returns one written form of several: ids count from the one before in each, so each is read alone.
fn absolute(parts: &[&str]) -> String {
    use groupme_client::Change;

    let mut changes = Vec::new();
    for part in parts {
        changes.extend(Change::read_all(&format!("1;{part}")).unwrap());
    }
    Change::write_all(&changes)
}
