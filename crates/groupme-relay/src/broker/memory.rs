//! Broker in memory, with faults: for tests, and to try the relay without a broker.

use core::{fmt, time::Duration};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{AccountChanges, AccountRecord, Appended, Broker, BrokerError, Last, NodeRecord};
use crate::{
    AccountName, Asked, Candidate, Entry, ErrorCode, NodeId, Request, RequestError, Requests,
    Stored, Word, request::read_answer,
};

/// Faults of a [`MemoryBroker`], drawn from its seed. Default: none, and no delay.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Faults {
    /// Longest time of a request on its way, and of an answer.
    pub delay: Duration,
    /// Chance that an append is lost on its way, in thousandths.
    pub lost_requests: u32,
    /// Chance that the answer to an append is lost, in thousandths.
    pub lost_answers: u32,
    /// Chance that an append arrives twice, in thousandths.
    pub doubled: u32,
    /// Chance that an append arrives after the writer has given up waiting, in thousandths.
    pub late: u32,
    /// Chance that another request fails, in thousandths.
    pub failures: u32,
}

/// Broker in memory. A clone is another handle of the same connection; [`connect`](Self::connect)
/// returns another connection.
///
/// Time is that of tokio, which tests pause. The same seed and the same requests give the same faults.
#[derive(Clone)]
pub struct MemoryBroker {
    shared: Arc<Mutex<Shared>>,
    link: Arc<Mutex<Link>>,
}

/// One client's connection.
#[derive(Debug, Default)]
struct Link {
    /// Whether nothing passes in either direction.
    is_cut: bool,
}

struct Shared {
    entries: BTreeMap<u64, (AccountName, Entry)>,
    next: u64,
    /// Restarts of the broker: each is a new connection of every client.
    restarts: u64,
    is_away: bool,
    nodes: BTreeMap<NodeId, (NodeRecord, Instant)>,
    accounts: BTreeMap<AccountName, (u64, Option<AccountRecord>)>,
    revision: u64,
    /// Takers of the requests to each account.
    takers: BTreeMap<AccountName, Vec<mpsc::UnboundedSender<Asked>>>,
    lease: Duration,
    faults: Faults,
    random: fastrand::Rng,
    start: Instant,
}

/// Requests to one account of a [`MemoryBroker`].
#[derive(Debug)]
pub struct MemoryRequests {
    broker: MemoryBroker,
    requests: mpsc::UnboundedReceiver<Asked>,
    /// Request that waits until the connection is mended.
    held: Option<Asked>,
}

impl Requests for MemoryRequests {
    async fn next(&mut self) -> Option<Asked> {
        if self.held.is_none() {
            self.held = self.requests.recv().await;
        }
        while self.held.is_some() && !self.broker.is_reachable() {
            sleep(POLL).await;
        }
        self.held.take()
    }
}

impl MemoryBroker {
    /// Returns an empty broker with the lease of its nodes, and the seed of its faults.
    pub fn new(lease: Duration, seed: u64) -> Self {
        let shared = Shared {
            entries: BTreeMap::new(),
            next: 1,
            restarts: 1,
            is_away: false,
            nodes: BTreeMap::new(),
            accounts: BTreeMap::new(),
            revision: 0,
            takers: BTreeMap::new(),
            lease,
            faults: Faults::default(),
            random: fastrand::Rng::with_seed(seed),
            start: Instant::now(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            link: Arc::default(),
        }
    }

    /// Returns another client's connection to the same broker.
    #[must_use]
    pub fn connect(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            link: Arc::default(),
        }
    }

    /// Sets the faults.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// Cuts the connection of this client, in both directions, or mends it.
    pub fn set_cut(&self, is_cut: bool) {
        lock(&self.link).is_cut = is_cut;
    }

    /// Stops the broker: no request is answered.
    pub fn stop(&self) {
        self.lock().is_away = true;
    }

    /// Starts the broker again, without its last `lost` entries: those that had not reached the disk.
    /// Their sequences are given away again.
    pub fn start_without(&self, lost: u64) {
        let mut shared = self.lock();
        shared.is_away = false;
        shared.restarts += 1;
        let first = shared.next.saturating_sub(lost).max(1);
        shared.entries.split_off(&first);
        shared.next = first;
    }

    /// Ends the leases of all nodes at once.
    pub fn expire_nodes(&self) {
        self.lock().nodes.clear();
    }

    /// Returns all entries of an account, in order, as a consumer of the stream sees them.
    pub fn log(&self, account: &AccountName) -> Vec<Stored> {
        let shared = self.lock();
        let entries = shared.entries.iter();
        entries
            .filter(|(_, (of, _))| of == account)
            .map(|(sequence, (_, entry))| Stored::new(*sequence, entry))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }

    fn is_reachable(&self) -> bool {
        !lock(&self.link).is_cut && !self.lock().is_away
    }

    /// Waits for as long as a request or an answer is on its way.
    async fn travel(&self) {
        let delay = {
            let mut shared = self.lock();
            let longest = u64::try_from(shared.faults.delay.as_micros()).unwrap_or(u64::MAX);
            Duration::from_micros(shared.random.u64(0..=longest))
        };
        if !delay.is_zero() {
            sleep(delay).await;
        }
    }

    /// Performs a request that changes nothing or may be repeated.
    async fn ask<T>(
        &self,
        doing: &'static str,
        act: impl FnOnce(&mut Shared) -> T + Send,
    ) -> Result<T, BrokerError> {
        self.travel().await;
        let fails = self.lock().draw(|faults| faults.failures);
        if fails || !self.is_reachable() {
            sleep(TIMEOUT).await;
            return Err(BrokerError::new(doing, "no answer"));
        }
        let answer = act(&mut self.lock());
        self.travel().await;
        if !self.is_reachable() {
            sleep(TIMEOUT).await;
            return Err(BrokerError::new(doing, "no answer"));
        }
        Ok(answer)
    }
}

impl Shared {
    fn draw(&mut self, chance: impl FnOnce(&Faults) -> u32) -> bool {
        let chance = chance(&self.faults);
        chance > 0 && self.random.u32(0..1000) < chance
    }

    /// Returns the nodes that take the requests to an account.
    fn takers(&mut self, account: &AccountName) -> Vec<mpsc::UnboundedSender<Asked>> {
        let takers = self.takers.entry(account.clone()).or_default();
        takers.retain(|taker| !taker.is_closed());
        takers.clone()
    }

    fn last_of(&self, account: &AccountName) -> Option<(u64, &Entry)> {
        let mut entries = self.entries.iter().rev();
        let (sequence, (_, entry)) = entries.find(|(_, (of, _))| of == account)?;
        Some((*sequence, entry))
    }

    fn append(&mut self, entry: &Entry, after: u64) -> Appended {
        let last = self
            .last_of(&entry.account)
            .map_or(0, |(sequence, _)| sequence);
        if last != after {
            return Appended::Refused;
        }
        let sequence = self.next;
        self.next += 1;
        if entry.is(Word::Snapshot) {
            let subject = entry.subject();
            self.entries
                .retain(|_, (_, before)| before.subject() != subject);
        }
        let stored = (entry.account.clone(), entry.clone());
        self.entries.insert(sequence, stored);
        Appended::At(sequence)
    }
}

impl Broker for MemoryBroker {
    type Requests = MemoryRequests;

    fn connection(&self) -> u64 {
        self.lock().restarts
    }

    async fn append(&self, entry: &Entry, after: u64) -> Appended {
        let connection = self.connection();
        self.travel().await;
        let (is_lost, is_late) = {
            let mut shared = self.lock();
            (
                shared.draw(|faults| faults.lost_requests),
                shared.draw(|faults| faults.late),
            )
        };
        if is_lost || !self.is_reachable() {
            sleep(TIMEOUT).await;
            return Appended::Unknown;
        }
        if is_late {
            let (broker, entry) = (self.clone(), entry.clone());
            let due = Instant::now() + TIMEOUT * 2;
            // The request is on its way, whatever becomes of the writer. It dies with the connection.
            tokio::spawn(async move {
                sleep_until(due).await;
                if broker.is_reachable() && broker.connection() == connection {
                    broker.lock().append(&entry, after);
                }
            });
            sleep(TIMEOUT).await;
            return Appended::Unknown;
        }
        let (answer, is_answer_lost) = {
            let mut shared = self.lock();
            let answer = shared.append(entry, after);
            if shared.draw(|faults| faults.doubled) {
                shared.append(entry, after);
            }
            (answer, shared.draw(|faults| faults.lost_answers))
        };
        self.travel().await;
        if is_answer_lost || !self.is_reachable() {
            sleep(TIMEOUT).await;
            return Appended::Unknown;
        }
        answer
    }

    async fn last(&self, account: &AccountName) -> Last {
        let last = self.ask("read the last entry", |shared| {
            let last = shared.last_of(account);
            last.map(|(sequence, entry)| Stored::new(sequence, entry))
        });
        match last.await {
            Ok(Some(stored)) => Last::Entry(Box::new(stored)),
            Ok(None) => Last::Empty,
            Err(_) => Last::Unknown,
        }
    }

    async fn snapshots(&self, account: &AccountName) -> Result<Vec<Stored>, BrokerError> {
        self.ask("read the snapshots", |shared| {
            let entries = shared.entries.iter();
            let snapshots =
                entries.filter(|(_, (of, entry))| of == account && entry.is(Word::Snapshot));
            snapshots
                .map(|(sequence, (_, entry))| Stored::new(*sequence, entry))
                .collect()
        })
        .await
    }

    async fn read(
        &self,
        account: &AccountName,
        after: u64,
        up_to: u64,
    ) -> Result<Vec<Stored>, BrokerError> {
        self.ask("read the log of an account", |shared| {
            let entries = shared.entries.range(after + 1..=up_to.max(after + 1));
            entries
                .filter(|(sequence, (of, _))| of == account && **sequence <= up_to)
                .map(|(sequence, (_, entry))| Stored::new(*sequence, entry))
                .collect()
        })
        .await
    }

    async fn keep(&self, node: &NodeId, record: &NodeRecord) -> Result<(), BrokerError> {
        self.ask("keep the node alive", |shared| {
            let expires = Instant::now() + shared.lease;
            shared.nodes.insert(node.clone(), (record.clone(), expires));
        })
        .await
    }

    async fn leave(&self, node: &NodeId) -> Result<(), BrokerError> {
        self.ask("remove the node", |shared| {
            shared.nodes.remove(node);
        })
        .await
    }

    async fn nodes(&self) -> Result<Vec<Candidate>, BrokerError> {
        self.ask("list the nodes", |shared| {
            let now = Instant::now();
            shared.nodes.retain(|_, (_, expires)| *expires > now);
            let nodes = shared.nodes.iter();
            nodes
                .map(|(node, (record, _))| Candidate::new(node.clone(), record.capacity))
                .collect()
        })
        .await
    }

    async fn accounts(&self, since: u64) -> Result<AccountChanges, BrokerError> {
        self.ask("list the accounts", |shared| AccountChanges {
            revision: shared.revision,
            is_whole: since == 0,
            changes: shared
                .accounts
                .iter()
                .filter(|(_, (revision, record))| {
                    *revision > since && (since > 0 || record.is_some())
                })
                .map(|(account, (_, record))| (account.clone(), record.clone()))
                .collect(),
        })
        .await
    }

    async fn set_account(
        &self,
        account: &AccountName,
        record: Option<&AccountRecord>,
    ) -> Result<(), BrokerError> {
        self.ask("set the record of an account", |shared| {
            shared.revision += 1;
            let entry = (shared.revision, record.cloned());
            shared.accounts.insert(account.clone(), entry);
        })
        .await
    }

    async fn requests(&self, account: &AccountName) -> Result<MemoryRequests, BrokerError> {
        let (taker, requests) = mpsc::unbounded_channel();
        self.ask("take requests", |shared| {
            let takers = shared.takers.entry(account.clone()).or_default();
            takers.push(taker);
        })
        .await?;
        Ok(MemoryRequests {
            broker: self.clone(),
            requests,
            held: None,
        })
    }

    async fn request(&self, request: &Request) -> Result<Bytes, RequestError> {
        let no_answer = || {
            let message = "the broker or the node did not answer in time";
            Err(RequestError::new(ErrorCode::NoAnswer, message).after_an_attempt())
        };
        let longest = match request.deadline {
            Some(deadline) => deadline.saturating_sub(self.unix_time()),
            None => TIMEOUT,
        };
        let until = Instant::now() + longest;
        self.travel().await;
        let (is_lost, is_late) = {
            let mut shared = self.lock();
            (
                shared.draw(|faults| faults.lost_requests),
                shared.draw(|faults| faults.late),
            )
        };
        if is_lost || !self.is_reachable() {
            sleep_until(until).await;
            return no_answer();
        }
        let takers = self.lock().takers(&request.account);
        if takers.is_empty() {
            let message = "no node holds the account right now";
            return Err(RequestError::new(ErrorCode::NoOwner, message));
        }
        let (reply, mut answers) = mpsc::unbounded_channel();
        for taker in takers {
            let reply = reply.clone();
            let asked = Asked::new(request.clone(), move |bytes: Bytes| {
                // The sender may have given up.
                drop(reply.send(bytes));
            });
            if is_late {
                // On its way, whatever becomes of its sender.
                tokio::spawn(async move {
                    sleep_until(until + TIMEOUT).await;
                    drop(taker.send(asked));
                });
            } else {
                drop(taker.send(asked));
            }
        }
        // The first answer counts.
        let answer = answers.recv();
        let answer = timeout(until.saturating_duration_since(Instant::now()), answer).await;
        let is_answer_lost = self.lock().draw(|faults| faults.lost_answers);
        self.travel().await;
        match answer {
            Ok(Some(bytes)) if !is_answer_lost && self.is_reachable() => read_answer(&bytes),
            _ => {
                sleep_until(until).await;
                no_answer()
            }
        }
    }

    /// Returns the time since the broker was made, as if that had been at the start of 2020.
    fn unix_time(&self) -> Duration {
        START_OF_2020 + self.lock().start.elapsed()
    }

    fn lease(&self) -> Duration {
        self.lock().lease
    }
}

impl fmt::Debug for MemoryBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.lock();
        f.debug_struct("MemoryBroker")
            .field("entries", &shared.entries.len())
            .field("nodes", &shared.nodes.len())
            .field("accounts", &shared.accounts.len())
            .finish_non_exhaustive()
    }
}

/// A poisoned lock is used all the same: no code that holds it leaves the broker half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Time after which a request counts as unanswered.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Interval at which a request looks whether the connection is mended.
const POLL: Duration = Duration::from_millis(100);

const START_OF_2020: Duration = Duration::from_hours(438_288);
