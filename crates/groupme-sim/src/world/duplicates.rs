//! Detection of repeated `source_guid`s.

use std::collections::{BTreeSet, VecDeque};

use super::{Conversation, SimUserId};

/// Messages that clients have sent within the last minute, by `source_guid`.
#[derive(Debug, Default)]
pub(super) struct Sent {
    keys: BTreeSet<Key>,
    /// Keys in order of their times, in seconds since 1970.
    order: VecDeque<(u64, Key)>,
}

type Key = (Conversation, SimUserId, String);

impl Sent {
    /// Records a message; false if the same was sent within the last minute.
    pub(super) fn insert(
        &mut self,
        now: u64,
        conversation: Conversation,
        author: SimUserId,
        guid: &str,
    ) -> bool {
        while let Some((at, key)) = self.order.front() {
            if now.saturating_sub(*at) < MEMORY {
                break;
            }
            self.keys.remove(key);
            self.order.pop_front();
        }
        let key = (conversation, author, guid.to_owned());
        let is_new = self.keys.insert(key.clone());
        if is_new {
            self.order.push_back((now, key));
        }
        is_new
    }
}

/// Time for which a `source_guid` is kept, in seconds.
const MEMORY: u64 = 60;
