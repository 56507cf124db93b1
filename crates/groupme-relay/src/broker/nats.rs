//! NATS `JetStream` as the broker.

mod message;
mod reading;
mod requests;
mod setup;

use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::sync::Arc;

use async_nats::{
    HeaderMap,
    jetstream::{self, context::PublishErrorKind, kv, stream::LastRawMessageErrorKind},
};

pub use self::{
    requests::NatsRequests,
    setup::{NatsError, NatsSettings},
};
use super::{AccountChanges, AccountRecord, Appended, Broker, BrokerError, Last, NodeRecord};
use crate::{AccountName, Candidate, Entry, NodeId, Request, RequestError, Stored, naming::ROOT};

/// NATS `JetStream`, server 2.12 or later: one stream for all logs, and a bucket each for nodes and
/// accounts. A clone is another handle of the same connection.
#[derive(Clone, Debug)]
pub struct Nats {
    client: async_nats::Client,
    context: jetstream::Context,
    stream: jetstream::stream::Stream,
    nodes: kv::Store,
    accounts: kv::Store,
    lease: Duration,
    connections: Arc<AtomicU64>,
}

impl Nats {
    /// Returns the snapshot in a slot.
    async fn snapshot_in(
        &self,
        account: &AccountName,
        slot: u8,
    ) -> Result<Option<Stored>, BrokerError> {
        let subject = format!("{ROOT}.{account}._.snapshot.{slot}");
        match self.stream.get_last_raw_message_by_subject(&subject).await {
            Ok(message) => Ok(message::stored(
                message.subject.as_str(),
                message.sequence,
                &message.headers,
                message.payload,
            )),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(BrokerError::new("read a snapshot", error)),
        }
    }

    /// Returns all messages of a bucket after a sequence.
    async fn bucket(
        &self,
        store: &kv::Store,
        after: u64,
    ) -> Result<Vec<reading::Read>, BrokerError> {
        let filter = format!("{}>", store.prefix);
        let mut all = Vec::new();
        let mut at = after;
        loop {
            let batch = reading::after(&self.client, &store.stream_name, &filter, at).await?;
            let Some(last) = batch.last() else {
                return Ok(all);
            };
            at = last.sequence;
            all.extend(batch);
        }
    }
}

impl Broker for Nats {
    type Requests = NatsRequests;

    fn connection(&self) -> u64 {
        self.connections.load(Ordering::Acquire)
    }

    async fn append(&self, entry: &Entry, after: u64) -> Appended {
        let mut headers = message::headers(entry);
        headers.insert("Nats-Expected-Last-Subject-Sequence", after.to_string());
        headers.insert(
            "Nats-Expected-Last-Subject-Sequence-Subject",
            entry.account.log(),
        );
        let publish = self
            .context
            .publish_with_headers(entry.subject(), headers, entry.content.body.clone())
            .await;
        let answer = match publish {
            Ok(acknowledgement) => acknowledgement.await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(stored) => Appended::At(stored.sequence),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Appended::Refused,
            Err(error) => {
                let error = crate::chain(&error);
                tracing::warn!(account = %entry.account, error, "an append is repeated");
                Appended::Unknown
            }
        }
    }

    async fn last(&self, account: &AccountName) -> Last {
        // Of the leader: a replica may be behind.
        match self
            .stream
            .get_last_raw_message_by_subject(&account.log())
            .await
        {
            Ok(found) => {
                let subject = found.subject.as_str();
                let stored =
                    message::stored(subject, found.sequence, &found.headers, found.payload);
                if let Some(stored) = stored {
                    return Last::Entry(Box::new(stored));
                }
                tracing::error!(%account, subject, "the last entry of the log is not of a relay");
                Last::Unknown
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Last::Empty,
            Err(_) => Last::Unknown,
        }
    }

    async fn snapshots(&self, account: &AccountName) -> Result<Vec<Stored>, BrokerError> {
        let one = self.snapshot_in(account, 0).await?;
        let other = self.snapshot_in(account, 1).await?;
        Ok(one.into_iter().chain(other).collect())
    }

    async fn read(
        &self,
        account: &AccountName,
        after: u64,
        up_to: u64,
    ) -> Result<Vec<Stored>, BrokerError> {
        let name = &self.stream.cached_info().config.name;
        let batch = reading::after(&self.client, name, &account.log(), after).await?;
        let batch = batch.into_iter().filter(|read| read.sequence <= up_to);
        batch
            .map(|read| {
                let stored =
                    message::stored(&read.subject, read.sequence, &read.headers, read.payload);
                stored.ok_or_else(|| {
                    BrokerError::new("read the log of an account", "an entry is not of a relay")
                })
            })
            .collect()
    }

    async fn keep(&self, node: &NodeId, record: &NodeRecord) -> Result<(), BrokerError> {
        let put = async {
            let value = serde_json::to_vec(record).map_err(boxed)?;
            self.nodes
                .put(node.as_str(), value.into())
                .await
                .map_err(boxed)
        };
        put.await
            .map(drop)
            .map_err(|error| BrokerError::new("keep the node alive", error))
    }

    async fn leave(&self, node: &NodeId) -> Result<(), BrokerError> {
        let left = self.nodes.delete(node.as_str()).await;
        left.map_err(|error| BrokerError::new("remove the node", error))
    }

    async fn nodes(&self) -> Result<Vec<Candidate>, BrokerError> {
        let records = self.bucket(&self.nodes, 0).await?;
        let candidate = |read: reading::Read| {
            let node = NodeId::parse(read.subject.strip_prefix(&self.nodes.prefix)?)?;
            let record: NodeRecord = serde_json::from_slice(&read.payload).ok()?;
            Some(Candidate::new(node, record.capacity))
        };
        Ok(records.into_iter().filter_map(candidate).collect())
    }

    async fn accounts(&self, since: u64) -> Result<AccountChanges, BrokerError> {
        let records = self.bucket(&self.accounts, since).await?;
        let mut changes = AccountChanges {
            revision: since,
            is_whole: since == 0,
            changes: Vec::new(),
        };
        for read in records {
            changes.revision = read.sequence;
            let name = read.subject.strip_prefix(&self.accounts.prefix);
            let Some(Ok(account)) = name.map(str::parse::<AccountName>) else {
                tracing::error!(
                    subject = read.subject,
                    "a key in the bucket of accounts is no account"
                );
                continue;
            };
            let is_removed = read.headers.get("KV-Operation").is_some()
                || read.headers.get("Nats-Marker-Reason").is_some();
            if is_removed {
                changes.changes.push((account, None));
                continue;
            }
            match serde_json::from_slice(&read.payload) {
                Ok(record) => changes.changes.push((account, Some(record))),
                Err(error) => {
                    tracing::error!(%account, %error, "the record of an account cannot be read");
                }
            }
        }
        Ok(changes)
    }

    async fn set_account(
        &self,
        account: &AccountName,
        record: Option<&AccountRecord>,
    ) -> Result<(), BrokerError> {
        let set = async {
            match record {
                Some(record) => {
                    let value = serde_json::to_vec(record).map_err(boxed)?;
                    let put = self.accounts.put(account.as_str(), value.into()).await;
                    put.map(drop).map_err(boxed)
                }
                None => self.accounts.delete(account.as_str()).await.map_err(boxed),
            }
        };
        set.await
            .map_err(|error| BrokerError::new("set the record of an account", error))
    }

    async fn requests(&self, account: &AccountName) -> Result<NatsRequests, BrokerError> {
        requests::take(&self.client, account).await
    }

    async fn request(&self, request: &Request) -> Result<bytes::Bytes, RequestError> {
        requests::send(&self.client, request, self.unix_time()).await
    }

    fn lease(&self) -> Duration {
        self.lease
    }
}

fn boxed(
    error: impl core::error::Error + Send + Sync + 'static,
) -> Box<dyn core::error::Error + Send + Sync> {
    Box::new(error)
}

/// Returns a header's text; `None` if it is missing or empty.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let text = headers.get(name)?.as_str();
    (!text.is_empty()).then_some(text)
}
