//! Remote calls: publishes whose answers are awaited for longer than their replies.

use alloc::collections::{BTreeMap, BTreeSet};

use super::Session;
use crate::{Channel, Misuse, Outcome, PublishId, SessionEvent};

/// Publishes whose answers are awaited.
#[derive(Debug, Default)]
pub(super) struct Calls {
    awaited: BTreeSet<PublishId>,
    /// Calls that have settled, by the id of their request.
    settled: BTreeMap<u64, (PublishId, Channel)>,
}

impl Calls {
    /// Records that the request with the id `sent` has settled. Returns whether it is a call.
    pub(super) fn settled(&mut self, sent: u64, publish: PublishId, channel: &Channel) -> bool {
        let is_call = self.awaited.contains(&publish);
        if is_call {
            self.settled.insert(sent, (publish, channel.clone()));
        }
        is_call
    }

    /// Returns the settled call that was sent with this id, and its channel.
    pub(super) fn find(&self, sent: u64) -> Option<(PublishId, &Channel)> {
        let (publish, channel) = self.settled.get(&sent)?;
        Some((*publish, channel))
    }

    fn end(&mut self, publish: PublishId) {
        if self.awaited.remove(&publish) {
            self.settled.retain(|_, (settled, _)| *settled != publish);
        }
    }

    /// Ends the calls that have settled, because their session is over.
    pub(super) fn end_session(&mut self) {
        for (publish, _) in core::mem::take(&mut self.settled).into_values() {
            self.awaited.remove(&publish);
        }
    }
}

impl Session {
    /// Publishes the request of a remote call, as [`publish`](Self::publish) does. Its answer is
    /// recognised ([`Verdict::Answer`](crate::Verdict::Answer)) however many publishes settle
    /// before it, until [`end_call`](Self::end_call), a refusal, or the end of the session that the
    /// request was sent in.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish); [`Misuse::QueueFull`] also if
    /// [`Config::max_requests`](crate::Config::max_requests) calls have not ended.
    pub fn call(&mut self, channel: &Channel, json: &str) -> Result<PublishId, Misuse> {
        let limit = self.cx.config.max_requests;
        if self.requests.calls.awaited.len() >= limit {
            return Err(Misuse::QueueFull { limit });
        }
        let publish = self.publish(channel, json)?;
        self.requests.calls.awaited.insert(publish);
        Ok(publish)
    }

    /// Ends a call that has its answer or needs none any more. The publish itself still settles.
    /// Does nothing for other publishes.
    pub fn end_call(&mut self, publish: PublishId) {
        self.requests.calls.end(publish);
    }

    /// Reports the outcome of a publish.
    pub(super) fn publish_settled(&mut self, publish: PublishId, outcome: Outcome) {
        if matches!(outcome, Outcome::Refused(_) | Outcome::Cancelled) {
            self.end_call(publish);
        }
        self.cx.emit(SessionEvent::Published(publish, outcome));
    }
}
