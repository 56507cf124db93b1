//! Waiting for one thing in the stream of a client.

use core::time::Duration;

use anyhow::anyhow;
use groupme_client::{Client, ClientEnd, Incoming, Status};
use tokio::time::{Instant, timeout_at};

use crate::{exit::Failure, output::chain};

/// A client whose stream is waited on, and what was last wrong with its connection.
#[derive(Debug)]
pub(super) struct Waiting {
    client: Client,
    trouble: Option<String>,
}

impl Waiting {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            trouble: None,
        }
    }

    /// Waits until something comes of which `wanted` makes an answer; `None` when `until` is past.
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
                    self.trouble = Some(chain(&cause));
                }
                _ => {}
            }
        }
    }

    /// Waits until the gateway delivers a channel.
    ///
    /// # Errors
    ///
    /// If it refuses to, or does not answer within `limit`.
    pub(super) async fn listening(
        &mut self,
        channel: &str,
        limit: Duration,
    ) -> Result<(), Failure> {
        let heard = self.find(Instant::now() + limit, |incoming| match incoming {
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
        match heard.await? {
            Some(None) => Ok(()),
            Some(Some(refusal)) => Err(Failure::Refused(anyhow!(
                "the gateway refuses {channel}: {refusal}; check the id, and that the account \
                 takes part in the conversation"
            ))),
            None => Err(self.silence(limit)),
        }
    }

    /// Nothing came within `limit`.
    pub(super) fn silence(&self, limit: Duration) -> Failure {
        Failure::Later(match &self.trouble {
            Some(trouble) => anyhow!("no answer from the gateway within {limit:?}: {trouble}"),
            None => anyhow!("no answer from the gateway within {limit:?}"),
        })
    }

    /// Takes leave, and waits until that is done.
    pub(super) async fn leave(mut self) {
        self.client.handle().disconnect();
        while self.client.next().await.is_some() {}
    }
}

/// Why a client ended that was not asked to.
fn end(why: &ClientEnd) -> Failure {
    match why {
        ClientEnd::Unauthorized(_) => Failure::Credentials(anyhow!("{why}")),
        why => Failure::Other(anyhow!("{why}")),
    }
}
