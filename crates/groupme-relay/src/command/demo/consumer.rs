//! A consumer of the stream: what came, and which node holds which account.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use async_nats::jetstream::{self, consumer::pull};
use futures_util::StreamExt as _;

/// Consumer of the whole stream.
pub(super) struct Consumer {
    messages: pull::Stream,
    /// Numbers of the messages of each account, in order.
    received: BTreeMap<String, Vec<usize>>,
    /// Node by account.
    owners: BTreeMap<String, String>,
    whole: BTreeSet<String>,
}

impl Consumer {
    pub(super) async fn start(url: &str) -> anyhow::Result<Self> {
        let context = jetstream::new(async_nats::connect(url).await?);
        let stream = context.get_stream("GM").await?;
        let config = pull::Config {
            ack_policy: jetstream::consumer::AckPolicy::None,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await?;
        Ok(Self {
            messages: consumer.messages().await?,
            received: BTreeMap::new(),
            owners: BTreeMap::new(),
            whole: BTreeSet::new(),
        })
    }

    /// Takes the next message. Cancel-safe.
    pub(super) async fn next(&mut self) -> anyhow::Result<()> {
        let message = self.messages.next().await.context("the stream has ended")?;
        let message = message?;
        let header = |name: &str| {
            let value = message.headers.as_ref()?.get(name)?;
            Some(value.as_str().to_owned())
        };
        let Some(account) = header("Gm-Account") else {
            return Ok(());
        };
        match header("Gm-Kind").as_deref() {
            Some("claim") => {
                let claim = header("Gm-Claim").unwrap_or_default();
                let (node, _) = claim.split_once('-').unwrap_or_default();
                self.owners.insert(account, node.to_owned());
            }
            Some("caught_up") => {
                self.whole.insert(account);
            }
            Some("line.create") => {
                let data: serde_json::Value = serde_json::from_slice(&message.payload)?;
                let text = data["subject"]["text"].as_str();
                if let Some(number) = text.and_then(|text| text.parse().ok()) {
                    self.received.entry(account).or_default().push(number);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the accounts that a node holds.
    pub(super) fn held_by(&self, node: &str) -> Vec<String> {
        let owners = self.owners.iter();
        owners
            .filter(|(_, owner)| *owner == node)
            .map(|(account, _)| account.clone())
            .collect()
    }

    /// Returns the node that holds each account.
    pub(super) const fn owners(&self) -> &BTreeMap<String, String> {
        &self.owners
    }

    /// Returns the number of accounts that have caught up at least once.
    pub(super) fn whole(&self) -> usize {
        self.whole.len()
    }

    pub(super) const fn received(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.received
    }
}
