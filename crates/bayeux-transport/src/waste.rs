//! Budget for frames that carry no message.

use core::time::Duration;

use tokio::time::Instant;

use crate::Error;

/// Counts frames that cost work and carry nothing: pings, empty fragments, messages of no use.
///
/// A burst of [`BURST`] is free, and [`PER_SECOND`] more in each second. A message of use forgives
/// everything before it.
#[derive(Default)]
pub(crate) struct Waste {
    spent: u64,
    /// Time from which the allowance of each second counts.
    since: Option<Instant>,
}

impl Waste {
    /// Records a ping or pong.
    pub(crate) fn control(&mut self) -> Result<(), Error> {
        self.spend(1, "pings or pongs")
    }

    /// Records a fragment of `size` bytes. A large one pays for itself.
    pub(crate) fn fragment(&mut self, size: usize) -> Result<(), Error> {
        if size >= FAIR_FRAGMENT {
            return Ok(());
        }
        self.spend(1, "small fragments")
    }

    /// Records a message of `size` bytes that was of no use.
    pub(crate) fn message(&mut self, size: usize) -> Result<(), Error> {
        let size = u64::try_from(size / FREE_BYTES).unwrap_or(u64::MAX);
        self.spend(size.saturating_add(1), "messages without content")
    }

    /// Forgives everything so far, after a message of use.
    pub(crate) fn reset(&mut self) {
        self.spent = 0;
    }

    fn spend(&mut self, cost: u64, what: &'static str) -> Result<(), Error> {
        self.spent = self.spent.saturating_add(cost);
        if self.spent <= BURST {
            return Ok(());
        }
        // The clock is read only once the burst is spent.
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let seconds = now.saturating_duration_since(since).min(LONG).as_secs();
        let allowed = seconds.saturating_mul(PER_SECOND);
        if allowed > 0 {
            self.spent = self.spent.saturating_sub(allowed);
            self.since = Some(now);
        }
        if self.spent > BURST.saturating_add(PER_SECOND) {
            return Err(Error::Flood { what });
        }
        Ok(())
    }
}

/// Number of frames that are free. A server that sends 5,000 pings and as many pongs at once has
/// been seen.
const BURST: u64 = 20_000;

/// Number of further frames that are free in each second.
const PER_SECOND: u64 = 1_000;

/// Size from which a fragment is worth its cost, in bytes.
const FAIR_FRAGMENT: usize = 32;

/// Size of a message without content that costs as much as a ping, in bytes.
const FREE_BYTES: usize = 1024;

/// Time after which everything is forgiven.
const LONG: Duration = Duration::from_mins(10);
