//! Rate limit of requests.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;

use crate::world::SimUserId;

/// Admitted requests within the last second, by user.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    admitted: BTreeMap<SimUserId, VecDeque<Instant>>,
    refusals: u64,
}

impl RateLimiter {
    /// Admits at most `rate` requests of a user within any second. Refused requests do not count;
    /// the error is the number of refusals so far, this one included.
    pub(super) fn admit(&mut self, now: Instant, user: SimUserId, rate: u32) -> Result<(), u64> {
        let times = self.admitted.entry(user).or_default();
        while times.front().is_some_and(|time| now - *time >= WINDOW) {
            times.pop_front();
        }
        if times.len() < usize::try_from(rate).unwrap_or(usize::MAX) {
            times.push_back(now);
            Ok(())
        } else {
            self.refusals = self.refusals.saturating_add(1);
            Err(self.refusals)
        }
    }
}

/// Length of the window in which requests are counted.
const WINDOW: Duration = Duration::from_secs(1);
