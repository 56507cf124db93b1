//! Waiting for one event of a client.

use core::time::Duration;

use anyhow::anyhow;
use groupme_client::{Client, ClientEnd, Incoming, Status};
use tokio::time::{Instant, timeout_at};

use super::follow::REMEDY;
use crate::{exit::Failure, output::chain};

/// A client and the last error of its connection.
#[derive(Debug)]
pub(super) struct EventWaiter {
    client: Client,
    last_failure: Option<String>,
}

impl EventWaiter {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            last_failure: None,
        }
    }

    /// Waits for the first item for which `wanted` returns a value; `None` after `until`.
    /// Cancel-safe.
    ///
    /// # Errors
    ///
    /// If the client ends.
    pub(super) async fn find<T>(
        &mut self,
        until: Instant,
        mut wanted: impl FnMut(&Incoming) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        loop {
            let Ok(incoming) = timeout_at(until, self.client.next()).await else {
                return Ok(None);
            };
            let Some(incoming) = incoming else {
                return Err(end(&ClientEnd::Requested));
            };
            if let Some(found) = wanted(&incoming) {
                return Ok(Some(found));
            }
            match incoming {
                Incoming::Status(Status::Ended(why)) => return Err(end(&why)),
                Incoming::Status(Status::Disconnected { cause, .. }) => {
                    self.last_failure = Some(chain(&cause));
                }
                _ => {}
            }
        }
    }

    /// Waits until the gateway has confirmed the subscription to a channel.
    ///
    /// # Errors
    ///
    /// If the gateway refuses, or does not answer within `limit`.
    pub(super) async fn wait_until_subscribed(
        &mut self,
        channel: &str,
        limit: Duration,
    ) -> Result<(), Failure> {
        let confirmed = self.find(Instant::now() + limit, |incoming| match incoming {
            Incoming::Status(Status::Subscribed { channel: other }) if **other == *channel => {
                Some(None)
            }
            Incoming::Status(Status::Refused {
                channel: other,
                error,
            }) if **other == *channel && !channel.starts_with("/user/") => {
                Some(Some(error.to_string()))
            }
            _ => None,
        });
        match confirmed.await? {
            Some(None) => Ok(()),
            Some(Some(refusal)) => Err(Failure::Refused(anyhow!(
                "the gateway refused {channel}: {refusal}; check the id, and that the account \
                 is a member of the conversation"
            ))),
            None => Err(self.no_answer(limit)),
        }
    }

    /// Returns the error for a gateway that did not answer within `limit`.
    pub(super) fn no_answer(&self, limit: Duration) -> Failure {
        Failure::Temporary(match &self.last_failure {
            Some(last_failure) => {
                anyhow!("no answer from the gateway within {limit:?}: {last_failure}")
            }
            None => anyhow!("no answer from the gateway within {limit:?}"),
        })
    }

    /// Disconnects, and waits for the end of the stream.
    pub(super) async fn disconnect(mut self) {
        self.client.handle().disconnect();
        while self.client.next().await.is_some() {}
    }
}

/// Returns the error for a client that ended by itself.
fn end(why: &ClientEnd) -> Failure {
    match why {
        ClientEnd::Unauthorized(_) => Failure::Credentials(anyhow!("{why}; {REMEDY}")),
        why => Failure::Other(anyhow!("{why}")),
    }
}
