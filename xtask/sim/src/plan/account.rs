//! How what makes up for what was missed is set.

use core::time::Duration;

use groupme_delivery::{Config, Polling};

use crate::random::Random;

/// How what makes up for what was missed is set, and the program that takes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountSetting {
    /// The feed's.
    pub feed: Config,
    /// Whether the program is slow to acknowledge.
    pub is_lazy: bool,
    /// How long the program takes for each thing that it is handed; nothing if it is zero.
    pub pace: Duration,
}

impl AccountSetting {
    pub(super) fn random(random: &mut Random) -> Self {
        let mut feed = Config::default();
        feed.page = random.pick(&[20, 20, 100, 3]);
        feed.history = random.pick(&[0, 0, 0, 10]);
        feed.compare_window = random.pick(&[50, 50, 5, 0]);
        feed.pinned = random.chance(25);
        feed.dedup_window = random.pick(&[100, 100, 8]);
        feed.push_buffer = random.pick(&[2_000, 2_000, 20, 2]);
        feed.max_ready = random.pick(&[1_000, 1_000, 8]);
        feed.max_requests = random.pick(&[4, 4, 1]);
        feed.max_backfill = random.pick(&[2_000, 2_000, 5]);
        feed.give_up_after = Duration::from_secs(random.pick(&[60, 60, 5]));
        feed.polling = random.chance(25).then(|| {
            let after = random.millis(1_000, 120_000);
            Polling::new(after, random.millis(2_000, 60_000))
        });
        Self {
            feed,
            is_lazy: random.chance(40),
            pace: if random.chance(25) {
                random.millis(5, 400)
            } else {
                Duration::ZERO
            },
        }
    }
}
