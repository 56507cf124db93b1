//! Broker: an ordered log for each account, and lists of nodes and accounts.

mod memory;
#[cfg(feature = "nats")]
mod nats;

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use self::memory::{Faults, MemoryBroker, MemoryRequests};
#[cfg(feature = "nats")]
pub use self::nats::{Nats, NatsError, NatsRequests, NatsSettings};
use crate::{
    AccountName, Candidate, Entry, NodeId, Request, RequestError, Requests, SealedToken, Stored,
};

/// Answer to an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Appended {
    /// Stored at this sequence.
    At(u64),
    /// Refused, because the log has another last entry than the one named.
    Refused,
    /// No answer, or one that says nothing about the log: the entry may be stored or not.
    Unknown,
}

/// Last entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Last {
    /// The log is empty.
    Empty,
    /// Last entry.
    Entry(Box<Stored>),
    /// The broker did not answer.
    Unknown,
}

/// Error of the broker: it is away, or refuses what it is asked.
#[derive(Debug, thiserror::Error)]
#[error("the broker could not {doing}")]
pub struct BrokerError {
    doing: &'static str,
    #[source]
    source: Box<dyn core::error::Error + Send + Sync>,
}

impl BrokerError {
    /// Returns an error: what the broker was to do, such as `list the nodes`, and why it could not.
    pub fn new(
        doing: &'static str,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            doing,
            source: source.into(),
        }
    }
}

/// Record of an account that the relay should run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountRecord {
    /// Sealed access token.
    pub token: SealedToken,
    /// Number that grows with each change of the record. A refused account is tried again with the next.
    pub generation: u64,
    /// Whether the account is not to be run.
    #[serde(default)]
    pub is_paused: bool,
}

impl AccountRecord {
    /// Returns the record of an account to run.
    pub const fn new(token: SealedToken, generation: u64) -> Self {
        Self {
            token,
            generation,
            is_paused: false,
        }
    }
}

/// Record that a node keeps alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeRecord {
    /// Share of the accounts, in proportion to the capacities of other nodes; 0 while the node drains.
    pub capacity: u32,
    /// Version of the program.
    pub version: Box<str>,
}

impl NodeRecord {
    /// Returns the record of a node of this version.
    pub fn new(capacity: u32) -> Self {
        Self {
            capacity,
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// Changes of the list of accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountChanges {
    /// Revision of the list after the changes, to be named in the next request.
    pub revision: u64,
    /// Whether the changes are the whole list, so that accounts without one are removed.
    pub is_whole: bool,
    /// Accounts with their records; `None` for one that was removed.
    pub changes: Vec<(AccountName, Option<AccountRecord>)>,
}

/// Broker. A clone is another handle of the same connection.
pub trait Broker: Clone + Send + Sync + 'static {
    /// Requests to one account.
    type Requests: Requests;

    /// Returns the number of connections to the broker so far. The number is read before an append: one
    /// that was sent over an earlier connection proves nothing about the log of the present broker.
    fn connection(&self) -> u64;

    /// Appends an entry, if the last entry of the account's log has the sequence `after`; 0 for an empty
    /// log. Returns after some seconds at most.
    fn append(&self, entry: &Entry, after: u64) -> impl Future<Output = Appended> + Send;

    /// Reads the last entry of an account's log.
    fn last(&self, account: &AccountName) -> impl Future<Output = Last> + Send;

    /// Reads the snapshots of an account's log: one of each slot at most.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn snapshots(
        &self,
        account: &AccountName,
    ) -> impl Future<Output = Result<Vec<Stored>, BrokerError>> + Send;

    /// Reads the entries of an account's log after a sequence, up to another one, in order.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn read(
        &self,
        account: &AccountName,
        after: u64,
        up_to: u64,
    ) -> impl Future<Output = Result<Vec<Stored>, BrokerError>> + Send;

    /// Keeps a node alive for the time of the lease, which is the broker's setting.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn keep(
        &self,
        node: &NodeId,
        record: &NodeRecord,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Removes a node from the list, before its lease ends.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn leave(&self, node: &NodeId) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Lists the nodes that are alive.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn nodes(&self) -> impl Future<Output = Result<Vec<Candidate>, BrokerError>> + Send;

    /// Lists the changes of the accounts since a revision; 0 for all accounts.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn accounts(
        &self,
        since: u64,
    ) -> impl Future<Output = Result<AccountChanges, BrokerError>> + Send;

    /// Sets or removes the record of an account.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the broker does not answer.
    fn set_account(
        &self,
        account: &AccountName,
        record: Option<&AccountRecord>,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Takes the requests to an account. Each request goes to all nodes that take those of its account,
    /// since one of them may be paused: a node that no longer holds the account leaves the request to the
    /// other.
    ///
    /// # Errors
    ///
    /// [`BrokerError`] if the connection has ended.
    fn requests(
        &self,
        account: &AccountName,
    ) -> impl Future<Output = Result<Self::Requests, BrokerError>> + Send;

    /// Sends a request to the node that holds its account, and waits for the answer until the deadline,
    /// or for some seconds if the request has none. Returns the result in JSON.
    ///
    /// # Errors
    ///
    /// [`RequestError`] of the node; [`ErrorCode::NoOwner`](crate::ErrorCode::NoOwner) and
    /// [`ErrorCode::NoAnswer`](crate::ErrorCode::NoAnswer) of the broker.
    fn request(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<Bytes, RequestError>> + Send;

    /// Returns the time since 1970, for the deadlines of requests.
    #[expect(
        clippy::disallowed_methods,
        reason = "callers on other machines have no other clock in common"
    )]
    fn unix_time(&self) -> Duration {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }

    /// Returns the time for which a node counts as alive after it was last kept.
    fn lease(&self) -> Duration;
}
