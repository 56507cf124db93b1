//! Brokers that break a promise on which the relay rests: each has to be noticed by the storm.

use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use clap::ValueEnum;
use groupme_client::Change;
use groupme_relay::{
    AccountChanges, AccountName, AccountRecord, Appended, Broker, BrokerError, Candidate, Entry,
    Last, MemoryBroker, MemoryRequests, NodeId, NodeRecord, Request, RequestError, Stored, Word,
};

/// Promise that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Sabotage {
    /// The expected sequence is ignored, as by servers before 2.12.
    NoComparison,
    /// A node that takes an account over appends no claim.
    NoClaim,
    /// Changes of the saved state are stored before the event to which they belong.
    ChangesFirst,
    /// The saved state is kept beside the log, and outlives a lost tail.
    StateElsewhere,
    /// A quarrel about an account does not slow down.
    NoBackOff,
    /// Repetitions are recognized by the name of the event, so that the same change again is dropped.
    IdsOfContent,
    /// A refused append counts as stored without a look at the log.
    NoLook,
}

type Name = (AccountName, Box<str>);

/// Broker in memory with a broken promise, or none. A clone is another handle of the same connection.
#[derive(Clone, Debug)]
pub struct Sabotaged {
    inner: MemoryBroker,
    sabotage: Option<Sabotage>,
    /// Difference of this node's clock, in milliseconds.
    skew: i64,
    /// Names of the events of each account that were stored.
    names: Arc<Mutex<BTreeSet<Name>>>,
    elsewhere: Arc<Mutex<BTreeMap<AccountName, Vec<Box<str>>>>>,
    /// Counts the lists of accounts.
    lists: Arc<AtomicU64>,
}

impl Sabotaged {
    /// Returns a broker with a broken promise, or none.
    pub fn new(inner: MemoryBroker, sabotage: Option<Sabotage>) -> Self {
        Self {
            inner,
            sabotage,
            skew: 0,
            names: Arc::default(),
            elsewhere: Arc::default(),
            lists: Arc::default(),
        }
    }

    /// Returns the connection of another machine, whose clock differs by so many milliseconds.
    #[must_use]
    pub fn connect(&self, skew: i64) -> Self {
        Self {
            inner: self.inner.connect(),
            skew,
            ..self.clone()
        }
    }

    /// Returns the broker without the broken promise.
    pub fn inner(&self) -> &MemoryBroker {
        &self.inner
    }

    fn store_elsewhere(&self, entry: &Entry) {
        if let Some(changes) = &entry.changes {
            let mut elsewhere = self.elsewhere.lock().unwrap();
            let of_account = elsewhere.entry(entry.account.clone()).or_default();
            of_account.push(changes.clone());
        }
    }
}

impl Broker for Sabotaged {
    type Requests = MemoryRequests;

    fn connection(&self) -> u64 {
        self.inner.connection()
    }

    async fn append(&self, entry: &Entry, after: u64) -> Appended {
        let is_event = entry.content.event.is_some();
        match self.sabotage {
            Some(Sabotage::NoComparison) => {
                let after = match self.inner.last(&entry.account).await {
                    Last::Entry(last) => last.sequence,
                    Last::Empty => 0,
                    _ => return Appended::Unknown,
                };
                return self.inner.append(entry, after).await;
            }
            Some(Sabotage::NoClaim) if entry.is(Word::Claim) => return Appended::At(after),
            Some(Sabotage::NoLook) if !entry.is(Word::Claim) => {
                return match self.inner.append(entry, after).await {
                    Appended::Refused => Appended::At(after),
                    answer => answer,
                };
            }
            Some(Sabotage::IdsOfContent) if is_event => {
                let name = entry.content.event.clone().unwrap_or_default();
                let name = (entry.account.clone(), name);
                if self.names.lock().unwrap().contains(&name) {
                    return Appended::At(after);
                }
                let answer = self.inner.append(entry, after).await;
                if matches!(answer, Appended::At(_)) {
                    self.names.lock().unwrap().insert(name);
                }
                return answer;
            }
            Some(Sabotage::ChangesFirst) => self.store_elsewhere(entry),
            Some(Sabotage::StateElsewhere) => {
                let answer = self.inner.append(entry, after).await;
                if matches!(answer, Appended::At(_)) {
                    self.store_elsewhere(entry);
                }
                return answer;
            }
            _ => {}
        }
        self.inner.append(entry, after).await
    }

    async fn last(&self, account: &AccountName) -> Last {
        self.inner.last(account).await
    }

    async fn snapshots(&self, account: &AccountName) -> Result<Vec<Stored>, BrokerError> {
        self.inner.snapshots(account).await
    }

    async fn read(
        &self,
        account: &AccountName,
        after: u64,
        up_to: u64,
    ) -> Result<Vec<Stored>, BrokerError> {
        let mut entries = self.inner.read(account, after, up_to).await?;
        if let Some(Sabotage::StateElsewhere | Sabotage::ChangesFirst) = self.sabotage {
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
        if self.sabotage != Some(Sabotage::NoBackOff) {
            return self.inner.accounts(since).await;
        }
        // A new generation each time: whatever was known about the account is forgotten.
        let mut changes = self.inner.accounts(0).await?;
        let list = self.lists.fetch_add(1, Ordering::Relaxed);
        for (_, record) in &mut changes.changes {
            if let Some(record) = record {
                record.generation += list;
            }
        }
        Ok(changes)
    }

    async fn set_account(
        &self,
        account: &AccountName,
        record: Option<&AccountRecord>,
    ) -> Result<(), BrokerError> {
        self.inner.set_account(account, record).await
    }

    async fn requests(&self, account: &AccountName) -> Result<MemoryRequests, BrokerError> {
        self.inner.requests(account).await
    }

    async fn request(&self, request: &Request) -> Result<Bytes, RequestError> {
        self.inner.request(request).await
    }

    fn unix_time(&self) -> Duration {
        let time = self.inner.unix_time();
        let skew = Duration::from_millis(self.skew.unsigned_abs());
        if self.skew < 0 {
            time.saturating_sub(skew)
        } else {
            time + skew
        }
    }

    fn lease(&self) -> Duration {
        self.inner.lease()
    }
}

/// Returns one written form of several: ids count from the one before in each, so each is read alone.
fn absolute(parts: &[&str]) -> String {
    let mut changes = Vec::new();
    for part in parts {
        changes.extend(Change::read_all(&format!("1;{part}")).unwrap());
    }
    Change::write_all(&changes)
}
