//! Times for which commands ignore a user.

use core::time::Duration;
use std::collections::BTreeMap;

use groupme_client::UserId;
use tokio::time::Instant;

/// Ends of the cooldowns, by index of the command and user. `None` never comes.
#[derive(Debug, Default)]
pub(crate) struct Cooldowns(BTreeMap<(usize, UserId), Option<Instant>>);

impl Cooldowns {
    /// Returns whether a user who wrote at `now` may use a command.
    pub(crate) fn allows(&self, command: usize, user: &UserId, now: Instant) -> bool {
        let end = self.0.get(&(command, user.clone()));
        end.is_none_or(|end| end.is_some_and(|end| end <= now))
    }

    /// Begins a cooldown at `now`.
    pub(crate) fn begin(&mut self, command: usize, user: &UserId, now: Instant, time: Duration) {
        if time.is_zero() {
            return;
        }
        if self.0.len() >= MAX {
            self.0.retain(|_, end| end.is_none_or(|end| end > now));
        }
        self.0
            .insert((command, user.clone()), now.checked_add(time));
    }
}

/// Number of cooldowns at which those that have ended are dropped.
const MAX: usize = 4_096;
