//! Times for which commands ignore a user.

use core::time::Duration;
use std::collections::BTreeMap;

use groupme_client::UserId;
use tokio::time::Instant;

/// Ends of the cooldowns, by index of the command and user.
#[derive(Debug, Default)]
pub(crate) struct Cooldowns(BTreeMap<(usize, UserId), Instant>);

impl Cooldowns {
    /// Returns whether a user may use a command now, and begins the next cooldown if so.
    pub(crate) fn begin(
        &mut self,
        command: usize,
        user: &UserId,
        now: Instant,
        time: Duration,
    ) -> bool {
        if time.is_zero() {
            return true;
        }
        if self.0.len() >= MAX {
            self.0.retain(|_, end| *end > now);
        }
        let key = (command, user.clone());
        if self.0.get(&key).is_some_and(|end| *end > now) {
            return false;
        }
        // A time beyond what the clock can express never ends.
        let end = now.checked_add(time).unwrap_or(now);
        self.0.insert(key, end);
        true
    }
}

/// Number of cooldowns at which those that have ended are dropped.
const MAX: usize = 4_096;
