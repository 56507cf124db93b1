//! Ban of users who send too much.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;

use crate::world::SimUserId;

/// Attempts to send within the last minute, by user.
#[derive(Debug, Default)]
pub(super) struct FloodBan {
    tries: BTreeMap<SimUserId, VecDeque<Instant>>,
}

impl FloodBan {
    /// Records an attempt; returns true if there were too many.
    pub(super) fn is_too_much(&mut self, now: Instant, user: SimUserId, allowed: u32) -> bool {
        let allowed = usize::try_from(allowed).unwrap_or(usize::MAX);
        let tries = self.tries.entry(user).or_default();
        while tries.front().is_some_and(|time| now - *time >= WINDOW) {
            tries.pop_front();
        }
        // One more than allowed is enough to decide, and the latest attempts last longest.
        while tries.len() > allowed {
            tries.pop_front();
        }
        tries.push_back(now);
        tries.len() > allowed
    }
}

const WINDOW: Duration = Duration::from_mins(1);
