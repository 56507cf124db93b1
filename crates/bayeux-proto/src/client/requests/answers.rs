//! Publishes that have settled, and whose answers with `data` are still recognised.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{Channel, PublishId};

/// Publishes whose answers are recognised: the latest that have settled, and all remote calls.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Latest publishes that have settled and are no calls, for answers that follow their reply.
    settled: VecDeque<(u64, PublishId, Channel)>,
    /// Calls whose answers are awaited.
    calls: BTreeSet<PublishId>,
    /// Calls that have settled, by the id of their request.
    settled_calls: BTreeMap<u64, (PublishId, Channel)>,
}

impl Answers {
    /// Awaits the answer of a publish however many others settle before.
    pub(super) fn call(&mut self, publish: PublishId) {
        self.calls.insert(publish);
    }

    /// Returns the number of calls that have not ended.
    pub(super) fn awaited(&self) -> usize {
        self.calls.len()
    }

    /// Records that the publish sent with `id` has settled.
    pub(super) fn settled(&mut self, id: u64, publish: PublishId, channel: &Channel) {
        let channel = channel.clone();
        if self.calls.contains(&publish) {
            self.settled_calls.insert(id, (publish, channel));
            return;
        }
        if self.settled.len() == MAX_SETTLED {
            self.settled.pop_front();
        }
        self.settled.push_back((id, publish, channel));
    }

    /// Returns the settled publish that was sent with this id to this channel.
    pub(super) fn find(&self, id: u64, channel: &str) -> Option<PublishId> {
        let settled = self.settled.iter().rev();
        let call = self.settled_calls.get(&id);
        settled
            .filter(|(sent, ..)| *sent == id)
            .map(|(_, publish, to)| (publish, to))
            .chain(call.map(|(publish, to)| (publish, to)))
            .find(|(_, to)| to.as_str() == channel)
            .map(|(publish, _)| *publish)
    }

    pub(super) fn end_call(&mut self, publish: PublishId) {
        if self.calls.remove(&publish) {
            self.settled_calls
                .retain(|_, (settled, _)| *settled != publish);
        }
    }

    /// Ends the calls that have settled, because their session is over.
    pub(super) fn end_session(&mut self) {
        for (publish, _) in core::mem::take(&mut self.settled_calls).into_values() {
            self.calls.remove(&publish);
        }
    }
}

/// Number of settled publishes whose answers are still recognised.
const MAX_SETTLED: usize = 64;
